import numpy as np
import pytest

from rnnviz.chapters.runs.compare.ui import cache
from rnnviz.chapters.runs.compare.ui.cache import Reader, work
from rnnviz.training.store.checkpoint import load_weights
from rnnviz.training.store.run_store import RunStore
from rnnviz.training.tasks import checkpoint_readers
from rnnviz.ui.server import embedded_models
from rnnviz.ui.server.checkpoint_cache import outside_in, spread
from rnnviz.ui.widgets import incremental
from tests.trained_runs import config, keep_run

ID = "R" * 22


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    store = RunStore(tmp_path_factory.mktemp("runs"))
    return store, keep_run(store, ID, config())


@pytest.fixture
def reader(kept):
    store, record = kept
    found = Reader(
        ID, record.config, lambda step: load_weights(store.folder(ID) / f"{step}.safetensors")
    )
    found.follow(embedded_models.test_digits().images[0].numpy())
    return found


def finish(one, checkpoints):
    for _ in range(2000):
        if work([one], [checkpoints]):
            return
    raise AssertionError("never complete")


def network(reader, step):
    return checkpoint_readers.model_of(
        reader.config, reader.weights_at(step), embedded_models.device()
    )


def test_piece_by_piece_it_reads_what_the_network_reads_in_one(reader, kept):
    checkpoints = kept[1].checkpoints
    finish(reader, checkpoints)
    step, answers = reader.answers
    assert step == checkpoints[-1] == 18
    whole = checkpoint_readers.guesses(
        reader.config, network(reader, 18), embedded_models.test_digits(), 10_000
    )
    np.testing.assert_array_equal(answers, whole)
    shown = reader.moments(checkpoints, cache.ROOM)
    assert tuple(shown.step) == checkpoints
    h, belief = checkpoint_readers.story(
        reader.config, network(reader, 3), embedded_models.test_digits().images[0].numpy()
    )
    np.testing.assert_array_equal(shown.h[3], h)
    np.testing.assert_allclose(shown.belief[3], belief, atol=1e-6)


def test_an_answer_of_the_page_waits_for_the_budget_and_no_longer(reader, kept, monkeypatch):
    monkeypatch.setattr(incremental, "BUDGET_S", 0.0)
    monkeypatch.setattr(cache, "PIECE", 0.0)  # eight digits, the fewest
    assert not work([reader], [kept[1].checkpoints])
    assert list(reader.moments(kept[1].checkpoints, cache.ROOM).step) == [18], "the newest first"
    for _ in kept[1].checkpoints:
        assert not work([reader], [kept[1].checkpoints])
    assert 0 < reader.answered(kept[1].checkpoints) < 0.01
    assert reader.answers is None


def test_another_digit_is_read_anew_and_the_answers_stay(reader, kept):
    checkpoints = kept[1].checkpoints
    finish(reader, checkpoints)
    before = reader.answers
    reader.follow(embedded_models.test_digits().images[1].numpy())
    assert len(reader.moments(checkpoints, cache.ROOM).step) == 0
    assert reader.answers is before
    reader.follow(embedded_models.test_digits().images[1].numpy())
    work([reader], [checkpoints])
    assert len(reader.moments(checkpoints, cache.ROOM).step) > 0


def test_a_checkpoint_that_cannot_be_read_is_left_out_and_told(reader, kept):
    checkpoints = (*kept[1].checkpoints, 999)
    finish(reader, checkpoints)
    assert reader.answers[0] == 18
    assert 999 not in reader.moments(checkpoints, cache.ROOM).step
    assert "there is no file" in reader.fault
    assert reader.answered(checkpoints) == 1


def test_a_run_without_a_readable_checkpoint_is_complete_with_nothing(reader):
    finish(reader, (999,))
    assert reader.answers is None
    assert reader.moments((999,), cache.ROOM).h.shape == (0, 28, 8)


def test_what_is_begun_is_finished_before_a_newer_checkpoint(reader, kept):
    steps = kept[1].checkpoints
    next(reader.answering(steps[:-1]))
    for _ in reader.answering(steps):
        if reader.answers is not None:
            break
    assert reader.answers[0] == steps[-2]
    finish(reader, steps)
    assert reader.answers[0] == steps[-1]


def test_moments_fit_the_room_and_keep_the_first_and_the_last(reader, kept):
    checkpoints = kept[1].checkpoints
    assert reader.wanted(checkpoints, 5 * 28 * (8 + 40)) == [0, 4, 9, 14, 18]
    assert reader.wanted(checkpoints, 0) == [0, 18]
    assert spread([3, 1, 2], 9) == [1, 2, 3]
    assert outside_in([1, 2, 3, 4, 5])[:3] == [5, 1, 3]
