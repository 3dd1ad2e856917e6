"""Exported script of a run on MNIST: one file that repeats its training."""

from __future__ import annotations

import math

from rnnviz.data.sequences import STEP_WORDS
from rnnviz.training.export import task_script
from rnnviz.training.tasks.digits import RunConfig
from rnnviz.training.tasks.spec import ScriptOrigin

TEMPLATE = "rnnviz.training.export.digits_template"
Z = 1.959963984540054  # of 95 %


def script(config: RunConfig, origin: ScriptOrigin) -> str:
    """Return the script of a run; see `task_script.script`.

    Raises:
        ValueError: If its accuracy is no fraction of at least one digit.
    """
    training, accuracy, folded = config.training, origin.accuracy, config.fold is not None
    judges = "digits held out" if folded else "test digits"
    # A cycle that does not rise is a cosine.
    rises = training.schedule != "one_cycle" or training.warmup
    values: dict[str, object] = {
        "SCHEDULE": training.schedule if rises else "cosine",
        "JUDGES": judges,
        "EXPECTED": None,
        "INTERVAL": None,
        "TORCH": origin.torch_version if origin.on_cpu else "",
    }
    if accuracy is not None:
        ends = wilson(accuracy, origin.examples_read)
        values |= {
            "EXPECTED": float(f"{accuracy:.6g}"),
            "INTERVAL": tuple(round(end, 4) for end in ends),
        }
    words = {
        "unit": STEP_WORDS[config.time_step],
        "those": "the 55,000 that no fold holds back" if folded else "MNIST's 60,000",
        "judges": f"the {config.judging:,} {judges}",
        "read": f"{origin.examples_read:,} {judges}",
    }
    return task_script.script(config, origin, template=TEMPLATE, values=values, words=words)


def no_script(config: RunConfig) -> str:
    """Return why a run has no script; "" if it has one."""
    if config.augmentation != "redrawn":
        return ""
    return "it redraws its digits in each epoch, which takes more than one file"


def wilson(share: float, count: int) -> tuple[float, float]:
    """Return Wilson's 95 % interval for a share that was seen among so many.

    Raises:
        ValueError: If the share is not in [0, 1] or nothing was counted.

    Source: Wilson 1927, J. Am. Stat. Assoc. 22, 209.
    """
    if not 0.0 <= share <= 1.0 or count < 1:
        raise ValueError(f"a share lies in [0, 1] of at least 1, got {share} of {count}")
    middle = (share + Z**2 / (2 * count)) / (1 + Z**2 / count)
    spread = math.sqrt(share * (1 - share) / count + Z**2 / (4 * count**2)) / (1 + Z**2 / count)
    return max(0.0, middle - Z * spread), min(1.0, middle + Z * spread)
