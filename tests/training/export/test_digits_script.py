import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch

from rnnviz.core.models import SequenceClassifier
from rnnviz.data.folds import split
from rnnviz.data.sequences import sequences
from rnnviz.training.export.digits_script import wilson
from rnnviz.training.loop.evaluate import logits
from rnnviz.training.loop.loop import seeded_model, train
from rnnviz.training.tasks.augmentation import renewer
from rnnviz.training.tasks.digits import RunConfig
from tests import configs, exported_scripts

ROOT = Path(__file__).resolve().parents[3]
PROJECTED = "LSTM with projections is not supported with oneDNN"  # torch's word, ours no less


def script(config, accuracy=None, **origin):
    """Return the script of a run, with an accuracy of all digits that evaluate it."""
    read = {"examples_read": config.judging} | origin
    return exported_scripts.script(config, accuracy=accuracy, **read)


def run_config(**given):
    small = {"cell": "gru", "hidden_size": 11, "epochs": 1, "batch_size": 60, "lr": 0.01, "seed": 5}
    return configs.run_config(**{**small, "digits": 330} | given)


# Every choice of every setting is in one of them.
RUNS = {
    "plain": run_config(cell="lstm", hidden_size=16),
    "two directions, their last": run_config(
        cell="rnn",
        nonlinearity="relu",
        bidirectional=True,
        time_step="columns",
        optimizer="adam",
        schedule="cosine",
        weight_decay=0.01,
        betas=(0.8, 0.99),
        epochs=2,
    ),
    "dropout and a forget bias": run_config(
        cell="lstm",
        bidirectional=True,
        num_layers=2,
        dropout=0.3,
        forget_bias=1.0,
        pooling="max",
        time_step="permuted",
        weight_decay=0.1,
        label_smoothing=0.1,
        clip_norm=0.1,
        epochs=2,
    ),
    "in bfloat16, shifted": run_config(
        cell="lstm", precision="bfloat16", clip_norm=0.2, augmentation="shifted"
    ),
    "dropout of a GRU": run_config(
        num_layers=3, dropout=0.5, bias=False, optimizer="sgd", lr=0.1, schedule="constant"
    ),
    "a projection, shifted": run_config(
        cell="lstm",
        proj_size=5,
        forget_bias=2.0,
        pooling="mean",
        time_step="pixels",
        chunk=49,
        augmentation="shifted",
        optimizer="sgd",
        momentum=0.0,
        weight_decay=0.01,
        clip_norm=0.0,
        warmup=0.0,
        epochs=2,
    ),
    "rmsprop, shifted": run_config(
        bidirectional=True,
        pooling="mean",
        time_step="columns",
        augmentation="shifted",
        optimizer="rmsprop",
        lr=0.001,
        warmup=0.5,
        dropout=0.5,  # of one layer: nothing to drop
        digits=601,
    ),
    "judged by a fold": replace(run_config(cell="rnn", augmentation="shifted"), fold=7),
    "an RNN": run_config(cell="rnn", optimizer="rmsprop", weight_decay=0.01, schedule="constant"),
}


@dataclass
class Outcome:
    losses: list[float]
    guesses: list[int]
    weights: dict[str, torch.Tensor]


def in_rnnviz(config, training_digits, test_digits):
    """Train as a worker does, then read what judges the run."""
    settings = config.training
    digits, judges = split(
        lambda train: training_digits if train else test_digits, config.digits, config.fold
    )
    read = partial(sequences, time_step=config.time_step, chunk=config.chunk)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(settings.seed)
        model = seeded_model(config.model, settings.seed, settings.forget_bias)
        renew = renewer(config.augmentation, digits)
        logs = list(train(model, digits, settings, renew=renew, sequences=read))
    guesses = logits(model, judges.images, sequences=read).argmax(1).tolist()
    return Outcome([log.loss for log in logs], guesses, model.state_dict())


def outcome(folder):
    return Outcome(
        [float(line) for line in (folder / "losses").read_text().split()],
        [int(line) for line in (folder / "guesses").read_text().split()],
        torch.load(folder / "net.pt"),
    )


def assert_same(found, expected):
    assert found.losses == expected.losses
    assert found.guesses == expected.guesses
    assert found.weights.keys() == expected.weights.keys()
    for name, value in expected.weights.items():
        assert torch.equal(found.weights[name], value), name


def arguments(home):
    files = ["--losses", "losses", "--predictions", "guesses", "--weights", "net.pt"]
    return ["--data", str(home), *files]


def clean(folder, *command):
    """Run Python as if there were no rnnviz, and no network."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    proxies = {"http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"}
    done = subprocess.run(
        [sys.executable, "-I", "-W", "error", "-W", f"ignore:{PROJECTED}", *command],
        cwd=folder,
        env=environment | proxies,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


RUNNER = """
import json, os, runpy, sys
for folder, arguments in json.loads(sys.argv[1]):
    os.chdir(folder)
    sys.argv = ["train.py", *arguments]
    runpy.run_path("train.py", run_name="__main__")
assert "rnnviz" not in sys.modules
print("no rnnviz")
"""


@pytest.fixture(scope="module")
def exported(tmp_path_factory, home, training_digits):
    """Every script, run after one another in one process: torch is slow to import."""
    folders = {name: tmp_path_factory.mktemp("script") for name in RUNS}
    for name, folder in folders.items():
        (folder / "train.py").write_text(script(RUNS[name], accuracy=0.5))
    work = [[str(folder), arguments(home)] for folder in folders.values()]
    assert clean(home, "-c", RUNNER, json.dumps(work)).endswith("no rnnviz\n")
    return folders


@pytest.mark.filterwarnings(f"ignore:{PROJECTED}")
@pytest.mark.parametrize("name", RUNS)
def test_the_script_gives_the_losses_and_predictions_of_the_loop_bit_for_bit(
    name, exported, training_digits, test_digits
):
    expected = in_rnnviz(RUNS[name], training_digits, test_digits)
    assert len(expected.losses) == RUNS[name].steps
    assert len(expected.guesses) == RUNS[name].judging
    assert_same(outcome(exported[name]), expected)


@pytest.mark.parametrize("name", RUNS)
def test_the_weights_it_writes_are_a_model_of_ours(name, exported):
    SequenceClassifier(RUNS[name].model).load_state_dict(outcome(exported[name]).weights)


def test_run_by_itself_with_other_epochs_it_is_the_run_of_so_many(
    tmp_path, home, training_digits, test_digits
):
    config = run_config(cell="lstm", epochs=9)
    (tmp_path / "lstm.py").write_text(script(config, accuracy=0.5))
    said = clean(tmp_path, "lstm.py", *arguments(home), "--epochs", "1")
    expected = in_rnnviz(run_config(cell="lstm"), training_digits, test_digits)
    found = outcome(tmp_path)
    assert_same(found, expected)
    right = int((torch.tensor(found.guesses) == test_digits.labels).sum())
    assert f"{right:,} of 10,000 test digits read right: {right / 10_000:.4f}" in said
    assert f"epoch 1/1: mean loss {np.mean(found.losses):.4f}" in said
    assert "The run in rnnviz" not in said, "nine epochs are no yardstick for one"


def told(tmp_path, home, *more, **others):
    (tmp_path / "train.py").write_text(
        script(run_config(digits=60, hidden_size=2), accuracy=0.9812, **others)
    )
    return clean(tmp_path, "train.py", "--data", str(home), *more)


def test_where_it_repeats_the_run_it_says_so(tmp_path, home, training_digits):
    assert "0.9812, and on the same kind of CPU exactly that" in told(tmp_path, home)


@pytest.mark.parametrize(
    ("more", "others"), [(("--threads", "2"), {}), ((), {"torch_version": "2.11.0"})]
)
def test_elsewhere_it_prints_the_interval_to_expect(tmp_path, home, training_digits, more, others):
    said = told(tmp_path, home, *more, **others)
    assert "The run in rnnviz: 0.9812. Expect 0.9783 to 0.9837 here (95 %)." in said
    assert "exactly" not in said


def test_a_run_that_a_fold_judges_reads_that_fold_and_never_asks_for_the_test_digits(
    tmp_path, home, training_digits
):
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for path in (home / "MNIST" / "raw").iterdir():
        # torchvision asks only whether the test's files are there
        (raw / path.name).write_bytes(path.read_bytes() if path.name.startswith("train") else b"")
    config = replace(run_config(digits=60, hidden_size=2), fold=4)
    (tmp_path / "train.py").write_text(script(config, accuracy=0.25))
    said = clean(tmp_path, "train.py", "--data", str(tmp_path))
    assert "of 5,000 digits held out read right" in said
    assert "train=False" not in script(config)
    assert "share of 5,000 digits held out" in script(config, accuracy=0.25)


def test_of_a_run_on_a_gpu_it_promises_the_interval_only():
    text = script(RunConfig(), accuracy=0.9812, on_cpu=False)
    assert "trained on a GPU" in text
    assert 'TORCH = ""' in text, "no version of torch repeats it"
    assert "Expect {low:.4f}" in text


def test_without_a_result_it_tells_of_none():
    text = script(RunConfig())
    assert "EXPECTED" not in text
    assert "The run in rnnviz" not in text


def test_it_holds_only_what_the_run_has():
    plain = script(RUNS["plain"])
    unused = ("shift", "forget", "PERMUTATION", "momentum", "autocast", "members", "EXPECTED")
    assert [word for word in unused if word in plain] == []
    assert len(plain.splitlines()) <= 180
    fullest = script(RUNS["judged by a fold"], accuracy=0.9)
    assert len(fullest.splitlines()) <= 250
    constant = script(RUNS["an RNN"])
    assert "learning_rate" not in constant
    assert "clip" not in script(RUNS["a projection, shifted"])


@pytest.mark.parametrize("name", RUNS)
@pytest.mark.parametrize("expected", [None, 0.5])
def test_ruff_finds_nothing_in_it(name, expected, tmp_path):
    path = tmp_path / "train.py"
    path.write_text(script(RUNS[name], accuracy=expected, link="https://a.b/?run=" + "x" * 100))
    settings = ["--config", str(ROOT / "pyproject.toml"), "--no-cache"]
    for command in (["check", "--ignore", "T20"], ["format", "--diff"]):  # T20: it may print
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, *settings, path.name],
            cwd=tmp_path,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout


def test_it_imports_nothing_but_torch_torchvision_and_the_standard_library():
    for config in RUNS.values():
        found = set(re.findall(r"^(?:import|from) (\w+)", script(config), re.MULTILINE))
        assert found - sys.stdlib_module_names == {"torch", "torchvision"}


def test_a_link_stands_in_it_and_stays_a_comment_whatever_it_holds():
    assert "\n# Exported from https://a.b/train?run=Ab_-9\n" in script(
        RunConfig(), link="https://a.b/train?run=Ab_-9"
    )
    wild = script(RunConfig(), link='x\nimport os\r"""\u2028ä $units')
    assert "\n# Exported from x%0Aimport%20os%0D%22%22%22%E2%80%A8%C3%A4%20%24units\n" in wild
    compile(wild, "train.py", "exec")


def test_digits_redrawn_and_results_that_are_none_are_refused_in_words():
    with pytest.raises(ValueError, match="which takes more than one file"):
        script(run_config(augmentation="redrawn"))
    with pytest.raises(ValueError, match=r"\[0, 1\] of at least 1, got 98.1 of 10000"):
        script(RunConfig(), accuracy=98.1)
    with pytest.raises(ValueError, match=r"got 0\.9 of 0"):
        script(RunConfig(), accuracy=0.9, examples_read=0)


def test_wilsons_interval_is_the_one_worked_out_by_hand():
    # 8 of 10 with z² = 3.8415: (0.8 + 0.19207) / 1.38415 = 0.71674, and
    # 1.95996 · √(0.016 + 0.0096037) / 1.38415 = 0.22658.
    assert wilson(0.8, 10) == pytest.approx((0.49016, 0.94332), abs=1e-5)


@pytest.mark.parametrize("count", [1, 500, 10_000])
def test_wilsons_interval_stays_within_0_and_1_and_mirrors(count):
    low, high = wilson(1.0, count)
    assert high == 1.0
    assert low == pytest.approx(count / (count + 1.959964**2))
    assert wilson(0.0, count) == pytest.approx((1 - high, 1 - low))
