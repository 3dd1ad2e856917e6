"""Exported script of a run on MNIST: one file that repeats its training."""

from __future__ import annotations

import math
from urllib.parse import quote

import torch

from rnnviz.core.config import TrainConfig
from rnnviz.data import affine_augment, folds
from rnnviz.data.mnist_sizes import FOLDS
from rnnviz.data.sequences import PERMUTATION, STEP_WORDS
from rnnviz.training.export import digits_template as pieces
from rnnviz.training.export.script_parts import (
    call,
    exported_from,
    fill,
    module_arguments,
    optimizer,
)
from rnnviz.training.tasks.digits import RunConfig

NAME = "train.py"
CELLS = {"rnn": "an RNN", "gru": "a GRU", "lstm": "an LSTM"}
Z = 1.959963984540054  # of 95 %


def script(
    config: RunConfig,
    *,
    expected: float | None = None,
    digits_read: int | None = None,
    link: str = "",
    torch_version: str = torch.__version__,
) -> str:
    """Write a script of one file that trains the very model of a run, with torch and torchvision.

    On a CPU, with the same torch and one thread, its losses and test predictions are those of
    `loop.train`, bit for bit. It tells of nothing that this run does not have.

    Args:
        config: Of the run. The device "auto" is taken for a CPU: a run on a GPU says so here, since
            then the script promises the interval only.
        expected: Share of test digits, or of its fold's, that the run read right, 0…1; None: the
            script tells of none.
        digits_read: So many were read for that; None: all.
        link: Where the run can be seen; written into the script.
        torch_version: What the run was trained with.

    Returns: Python source, formatted, for a file of any name.

    Raises:
        ValueError: If the digits are redrawn, which no single file tells, or expected is no share.
    """
    if config.augmentation == "redrawn":
        raise ValueError(
            "digits written anew in each epoch take more than one file: take the weights home, or "
            "train with digits as they are or shifted"
        )
    on_cpu = config.device in ("auto", "cpu")
    version = quote(torch_version, safe="+")
    parts = [
        _header(config, link, fill(pieces.PROMISE[on_cpu], torch=version)),
        _constants(config),
        _expected(config, expected, digits_read) if expected is not None else "",
        _classifier(config),
        _sequences(config),
        _shift() if config.augmentation == "shifted" else "",
        _split() if config.fold is not None else "",
        _build(config),
        _rate(config.training),
        _train(config),
        _main(config, expected is not None, version if on_cpu else ""),
    ]
    return "".join(parts)


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


def _header(config: RunConfig, link: str, promise: str) -> str:
    model = config.model
    width = f"2 × {model.hidden_size}" if model.bidirectional else str(model.hidden_size)
    network = f"{CELLS[model.cell]} of {width} units"
    if model.num_layers > 1:
        network += f" in each of {model.num_layers} layers"
    text = fill(
        pieces.HEADER,
        network=network,
        unit=STEP_WORDS[config.time_step],
        parameters=f"{config.parameters:,}",
        name=NAME,
        judges=f"the {config.judging:,} {pieces.JUDGES[_folded(config)]}",
        promise=promise,
    )
    return text + exported_from(link)


def _constants(config: RunConfig) -> str:
    training = config.training
    text = fill(
        pieces.CONSTANTS,
        digits=f"{config.digits:_}",
        those=pieces.THOSE[_folded(config)],
        fold=fill(pieces.FOLD, fold=config.fold) if _folded(config) else "",
        epochs=training.epochs,
        batch_size=training.batch_size,
        lr=repr(training.lr),
        seed=f"{training.seed:_}",
    )
    if config.time_step == "permuted":
        first, second = (", ".join(map(str, half)) for half in (PERMUTATION[:14], PERMUTATION[14:]))
        text += fill(pieces.ORDER, first=first, second=second)
    return text


def _expected(config: RunConfig, expected: float, digits_read: int | None) -> str:
    read = config.judging if digits_read is None else digits_read
    low, high = wilson(expected, read)
    return fill(
        pieces.EXPECTED,
        expected=f"{expected:.6g}",
        read=f"{read:,}",
        judges=pieces.JUDGES[_folded(config)],
        low=f"{low:.4f}",
        high=f"{high:.4f}",
    )


def _classifier(config: RunConfig) -> str:
    model = config.model
    two_ends = model.pooling == "last" and model.bidirectional
    pool = fill(
        pieces.POOL[model.pooling, two_ends],
        state="_, (h_n, _)" if model.cell == "lstm" else "_, h_n",
        output=model.output_size,
    )
    return fill(
        pieces.CLASSIFIER,
        reads=pieces.READS[model.pooling, two_ends],
        rnn=call(f"nn.{model.cell.upper()}", module_arguments(model), 8, "self.rnn = "),
        features=model.num_directions * model.output_size,
        chunk=config.chunk,
        pool="\n".join(" " * 8 + line for line in pool.splitlines()),
    )


def _sequences(config: RunConfig) -> str:
    order = fill(pieces.STEPS[config.time_step], chunk=config.chunk, length=config.length)
    units = f"{STEP_WORDS[config.time_step]}s"
    return fill(pieces.SEQUENCES, units=units, chunk=config.chunk, order=order)


def _folded(config: RunConfig) -> bool:
    return config.fold is not None


def _split() -> str:
    return fill(pieces.SPLIT, seed=folds.SEED, folds=FOLDS)


def _shift() -> str:
    return fill(
        pieces.SHIFT,
        turn=affine_augment.TURN_DEGREES,
        slant=affine_augment.SLANT,
        move=affine_augment.MOVE_PIXELS,
        at_once=affine_augment.DIGITS_AT_ONCE,
    )


def _build(config: RunConfig) -> str:
    model, bias = config.model, config.training.forget_bias
    dropout = model.dropout > 0 and model.num_layers > 1
    steps = ""
    if bias is not None:
        hidden = model.hidden_size
        steps = fill(pieces.FORGET, hidden=hidden, twice=2 * hidden, forget_bias=repr(bias))
    elif dropout:
        steps = "    model = Classifier()\n"
    if dropout:
        steps += "    torch.manual_seed(SEED)  # dropout starts from here\n"
    return fill(pieces.BUILD, steps=steps + f"    return {'model' if steps else 'Classifier()'}")


def _schedule(training: TrainConfig) -> str:
    """Return the schedule; a cycle that does not rise is a cosine."""
    rises = training.schedule != "one_cycle" or training.warmup
    return training.schedule if rises else "cosine"


def _rate(training: TrainConfig) -> str:
    return fill(pieces.RATE[_schedule(training)], warmup=repr(training.warmup))


def _train(config: RunConfig) -> str:
    training = config.training
    shifted, constant = config.augmentation == "shifted", training.schedule == "constant"
    smoothing = training.label_smoothing
    clip = training.clip_norm
    return fill(
        pieces.TRAIN,
        optimizer=optimizer(training),
        chance=pieces.CHANCE if shifted else "",
        steps="" if constant else pieces.STEPS_OF_ALL,
        renew=pieces.RENEW if shifted else "",
        rate="" if constant else pieces.SET_RATE,
        read=fill(pieces.READ[training.precision], pictures="moved" if shifted else "images"),
        smoothing=f", label_smoothing={smoothing!r}" if smoothing else "",
        clip=fill(pieces.CLIP, clip_norm=repr(clip)) if clip else "",
    )


def _main(config: RunConfig, expected: bool, version: str) -> str:
    folded, told = _folded(config), ""
    if expected:
        told = fill(pieces.SAME, torch=version) if version else pieces.OTHER
        told += pieces.ELSEWHERE
    return fill(
        pieces.MAIN,
        load=pieces.LOAD[folded],
        take=pieces.TAKE[folded],
        pictures=pieces.PICTURES[folded],
        answers=pieces.ANSWERS[folded],
        judges=pieces.JUDGES[folded],
        told=told,
    )
