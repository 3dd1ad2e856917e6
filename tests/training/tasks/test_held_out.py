"""Tests that a run evaluated by a fold never uses the test digits."""

import json
import math
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import torch

from rnnviz.core.config import ModelConfig, TrainConfig
from rnnviz.data import mnist
from rnnviz.data.folds import members, split
from rnnviz.training.jobs.protocol import NO_END, Start
from rnnviz.training.loop.evaluate import accuracy
from rnnviz.training.loop.loop import GLANCE, seeded_model
from rnnviz.training.tasks.digits import RunConfig
from tests.jobs import crew_run

ROOT = Path(__file__).resolve().parents[3]
JUDGED = RunConfig(
    ModelConfig("gru", hidden_size=4),
    TrainConfig(epochs=2, batch_size=50, lr=0.01),
    digits=200,
    device="cpu",
    fold=3,
)


def outcome(config, load):
    return crew_run([Start("a", config, True, NO_END)], load)["a"]


def test_a_run_that_a_fold_judges_never_asks_for_the_test_digits(training_digits):
    asked = []

    def load(train):
        asked.append(train)
        if not train:
            raise FileNotFoundError("the test digits were asked for")
        return training_digits

    done = outcome(JUDGED, load)
    assert (done.state, done.error) == ("done", None)
    assert set(asked) == {True}
    failed = outcome(replace(JUDGED, fold=None), load)
    assert failed.state == "failed", "else nothing was shown"
    assert "the test digits were asked for" in failed.error


def test_its_accuracy_is_that_of_the_fold_to_the_last_bit(training_digits):
    done = outcome(JUDGED, lambda train: training_digits if train else None)
    assert len(done.held_out.thorough()) == JUDGED.training.epochs
    assert sorted(set(done.held_out.read.tolist())) == [GLANCE, 5_000]
    model = seeded_model(JUDGED.model, 0)
    model.load_state_dict({name: torch.tensor(value) for name, value in done.weights.items()})
    _, fold = split(lambda train: training_digits, JUDGED.digits, JUDGED.fold)
    assert math.isclose(done.held_out.thorough()[-1], accuracy(model, fold), abs_tol=1e-7)


def test_nothing_that_stands_in_the_fold_is_learnt(training_digits):
    """What is held out is turned upside down: the weights are the same to the last bit."""
    images = training_digits.images.clone()
    before = outcome(JUDGED, lambda train: training_digits)
    inside = members(JUDGED.fold, training_digits.labels)
    images[inside] = images[inside].flip(1)
    turned = mnist.Digits(images, training_digits.labels)
    after = outcome(JUDGED, lambda train: turned)
    for name, value in before.weights.items():
        assert (after.weights[name] == value).all(), name
    assert after.held_out.thorough()[-1] != before.held_out.thorough()[-1]


SEARCH = """
import sys, json, time
from pathlib import Path
from rnnviz.training.tasks.digits import RunConfig
from rnnviz.data import mnist
from rnnviz.training.jobs.job_manager import Jobs
from rnnviz.training.store.run_store import RunStore
from rnnviz.chapters.runs.search.search_manager import Searches
from rnnviz.chapters.runs.search.plan import SearchPlan, Space

assert mnist.ASSETS.is_relative_to(Path.cwd()), "these are to be the files without the test digits"
base = RunConfig.from_dict(json.loads(sys.argv[1]))
jobs = Jobs(running=1)
searches = Searches(jobs, RunStore(Path("runs").absolute()))
search_id = searches.start(SearchPlan(base, Space({"hidden_size": (2, 4)}), folds=2))
while searches.snapshot(search_id).going:
    time.sleep(0.02)
found = searches.snapshot(search_id)
control = jobs.submit(base)
while not jobs.snapshot(control).over:
    time.sleep(0.02)
print(json.dumps([[t.state for t in found.trials], [len(t.held_out) for t in found.trials]]))
print(jobs.snapshot(control).state, jobs.snapshot(control).error)
searches.shutdown()
jobs.shutdown()
"""


def test_a_whole_search_works_where_there_are_no_test_digits_at_all(tmp_path):
    """The package is copied without the test's files: what reads one of them fails."""
    for path in (ROOT / "rnnviz").rglob("*"):
        if path.suffix == ".py" or path.name.startswith("train-"):
            copy = tmp_path / path.relative_to(ROOT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)
    assert not list(tmp_path.rglob("t10k*"))
    home = {"RNNVIZ_HOME": str(tmp_path / "home"), "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", SEARCH, json.dumps(replace(JUDGED, fold=None).to_dict())],
        cwd=tmp_path,
        env=os.environ | home,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    searched, control = done.stdout.splitlines()
    assert json.loads(searched) == [["done", "done"], [2, 2]]
    assert control.startswith("failed"), "else nothing was shown"
    assert "t10k" in control
