"""Runs and groups of a home that commit 349e203 wrote still open, and those cut short go on."""

from collections import Counter

import numpy as np
import pytest
import torch

from rnnviz.chapters.runs.compare import text
from rnnviz.chapters.runs.compare.run_differences import differences, disagreement
from rnnviz.chapters.runs.compare.ui import cache
from rnnviz.chapters.runs.search.search_manager import Searches
from rnnviz.data import mnist
from rnnviz.training.jobs.job_manager import Jobs
from rnnviz.training.jobs.protocol import RESUME_FILE
from rnnviz.training.store import checkpoint
from rnnviz.training.store.group_record import groups
from rnnviz.training.store.run_record import DeletedRunError
from rnnviz.training.store.run_store import RunStore
from rnnviz.training.tasks.build import network_of, prepare
from tests import searches as search_waits
from tests.jobs import over, wait

TASKS = {"digits": 21, "delay": 4, "sine": 2, "characters": 10}
GROUPS = {"race": [6], "search": [2, 4], "delay": [4], "sine": [2], "characters": [3]}
GROUPS |= {"pairs": [3], "language": [1], "table": [1], "writer": [2]}


@pytest.fixture
def store(saved_home):
    """The saved runs; no test changes these."""
    return RunStore(saved_home / "runs")


@pytest.fixture(scope="module")
def trained(unpacked_home):
    """A copy whose runs go on: its store, and the jobs and searches of a server."""
    store = RunStore(unpacked_home() / "runs")
    jobs = Jobs(running=2, store=store)
    searches = Searches(jobs, store)
    yield store, jobs, searches
    searches.shutdown()
    jobs.shutdown()


def test_every_run_opens(store, ids):
    records, faults = store.runs()
    assert faults == ()
    assert Counter(record.config.task for record in records) == TASKS
    states = {record.id: store.state_of(record) for record in records}
    assert {name: states[ids[name]] for name in ("stopped", "interrupted")} == {
        "stopped": "cancelled",
        "interrupted": "interrupted",
    }
    assert Counter(states.values()) == {"done": 34, "cancelled": 2, "interrupted": 1}
    for record in records:
        assert len(record.history.step) == record.step  # none is so long that it is thinned
        assert np.isfinite(record.history.loss).all()
    [before_a_step] = [record.id for record in records if record.step == 0]
    assert before_a_step == ids["search_stopped_run_1"]
    assert store.load(ids["named"]).name == "Élodie’s first LSTM – 一号"


def test_every_group_opens_with_its_runs(store, ids):
    found, faults = groups(store)
    assert faults == ()
    sizes = {kind: sorted(len(g.runs) for g in found if g.kind == kind) for kind in GROUPS}
    assert sizes == GROUPS
    assert len(found) == sum(map(len, GROUPS.values()))
    for group in found:
        name = next(name for name, found_id in ids.items() if found_id == group.id)
        tasks = {store.load(run_id).config.task for run_id in group.runs}
        assert len(tasks) == 1
        assert set(group.runs) == {i for n, i in ids.items() if n.startswith(f"{name}_run_")}


def test_every_checkpoint_of_every_task_gives_a_network(store):
    for record in store.runs()[0]:
        assert (len(record.checkpoints) > 1) == (record.step > 0)
        for step in record.checkpoints:
            model = network_of(record.config, weights_of(store, record.id)(step))
            assert sum(p.numel() for p in model.parameters()) == record.config.parameters


@pytest.mark.slow
def test_four_runs_are_compared(store, ids, test_digits):
    names = ("named", "stopped", "fold", "pixels")
    records = [store.load(ids[name]) for name in names]
    found = text.names([r.config for r in records], [r.name for r in records])
    assert len(set(found)) == 4
    settings = {each.name: each.values for each in differences([r.config for r in records])}
    assert settings["hidden_size"] == (5, 6, 6, 4)
    assert settings["fold"] == (None, None, 2, None)
    each = [cache.Reader(r.id, r.config, weights_of(store, r.id)) for r in records]
    for reader in each:
        reader.follow(test_digits.images[61].numpy())
    checkpoints = [r.checkpoints for r in records]
    for _ in range(2_000):
        if cache.work(each, checkpoints):
            break
    answers = {name: reader.answers for name, reader in zip(names, each, strict=True)}
    for name, reader, record in zip(names, each, records, strict=True):
        assert reader.fault == ""
        assert tuple(reader.moments(record.checkpoints, cache.ROOM).step) == record.checkpoints
        assert answers[name][0] == record.checkpoints[-1]
        if name in ("named", "pixels"):  # the others were not judged by all test digits
            right = (answers[name][1] == test_digits.labels.numpy()).mean()
            assert right == pytest.approx(record.held_out.accuracy[-1], abs=2e-4)
    labels = test_digits.labels.numpy()
    pair = disagreement(labels, answers["named"][1], answers["pixels"][1])
    assert pair.both + pair.first + pair.second + pair.neither == 10_000
    assert len(pair.differ) > 0


def test_a_deleted_run_is_restored(unpacked_home, ids):
    store = RunStore(unpacked_home() / "runs")
    with pytest.raises(DeletedRunError):
        store.load(ids["deleted"])
    store.restore(ids["deleted"])
    record = store.load(ids["deleted"])
    assert (record.state, record.step) == ("done", record.config.steps)
    network_of(record.config, weights_of(store, record.id)(record.step))


@pytest.mark.slow
@pytest.mark.parametrize(("name", "at", "steps"), [("stopped", 3, 8), ("interrupted", 2, 4)])
def test_a_run_cut_short_goes_on_to_its_end(name, at, steps, trained, ids):
    store, jobs, _ = trained
    before = store.load(ids[name])
    assert before.step == at
    jobs.take_up(before.id)
    assert wait(jobs, before.id, over).state == "done"
    assert jobs.keeper.settled(before.id, 60)
    after = store.load(before.id)
    assert (after.state, after.step, after.config.steps) == ("done", steps, steps)
    assert (after.created, after.config) == (before.created, before.config)
    assert np.array_equal(after.history.loss[:at], before.history.loss)
    assert not (store.folder(before.id) / RESUME_FILE).exists()
    found = weights_of(store, before.id)(steps)
    for key, value in straight(before.config).items():  # another CPU may differ in the last digits
        torch.testing.assert_close(found[key], value, atol=1e-4, rtol=0, msg=key)


@pytest.mark.slow
def test_a_stopped_search_goes_on_to_its_end(trained, ids):
    store, _, searches = trained
    assert searches.snapshot(ids["search"]).state == "done"
    assert len(searches.snapshot(ids["search"]).ranked()) == 2
    before = searches.snapshot(ids["search_stopped"])
    assert before.state == "stopped"
    finished = [trial for trial in before.trials if trial.state == "done"]
    assert 1 <= len(finished) < 4
    searches.resume(before.id)
    after = search_waits.wait(searches, before.id)
    assert (after.state, after.done) == ("done", 4)
    assert list(after.trials[: len(finished)]) == finished
    for trial in after.trials:
        assert [store.load(run_id).state for run_id in trial.runs] == ["done"]


def weights_of(store, run_id):
    return lambda step: checkpoint.weights_at(store.folder(run_id), step)


def straight(config):
    """Return the weights after the whole training, never cut short."""
    with torch.random.fork_rng(devices=[]):
        model, loop = prepare(config, lambda train: mnist.load(train=train), torch.device("cpu"))
        for _ in loop:
            pass
    return {name: value.detach() for name, value in model.named_parameters()}
