"""Tests of training in segments: the state that is passed, the gradients, and resuming jobs."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from rnnviz.chapters.sine import segment_loop
from rnnviz.chapters.sine.config import SineConfig
from rnnviz.chapters.sine.segment_loop import SegmentLoop, seeded_tagger
from rnnviz.chapters.sine.segmented_forward import in_segments
from rnnviz.chapters.sine.signals import Source
from rnnviz.core.config import ModelConfig, TrainConfig
from rnnviz.training.jobs import resume_state
from rnnviz.training.jobs.protocol import Thinned
from rnnviz.training.tasks import build as task_build
from tests.jobs import assert_as_alone, killed_at, over, wait

SMALL = SineConfig(
    ModelConfig("lstm", 1, 6, num_layers=2, dropout=0.3),
    TrainConfig(epochs=2, batch_size=1, lr=0.02, optimizer="adam", schedule="cosine", seed=4),
    segment_length=4,
    segments=12,
)
PLAIN = SineConfig(
    training=TrainConfig(batch_size=1, epochs=1, lr=0.02, optimizer="adam", schedule="constant")
)


def by_hand(config):
    """The notebook's loop, as it is written in notebooks; losses, and the state it ends with."""
    torch.manual_seed(config.training.seed)
    model = task_build.network(config)
    optimizer = torch.optim.Adam(model.parameters(), lr=config.training.lr)
    h_state, losses = None, []
    for step in range(config.segments):
        steps = np.linspace(step * np.pi, (step + 1) * np.pi, 10, endpoint=False, dtype=np.float32)
        x = torch.from_numpy(np.sin(steps)).view(10, 1, 1)
        y = torch.from_numpy(np.cos(steps)).view(10, 1, 1)
        r_out, h_state = model.rnn(x, h_state)
        prediction = torch.stack([model.head(r_out[t]) for t in range(10)])
        h_state = None if config.carry == "reset" else h_state.data
        loss = torch.nn.functional.mse_loss(prediction, y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses, h_state


@pytest.mark.parametrize("carry", ["detach", "reset"])
def test_it_is_the_notebooks_loop(carry):
    config = replace(PLAIN, training=replace(PLAIN.training, clip_norm=0.0), carry=carry)
    with torch.random.fork_rng(devices=[]):
        losses, h_state = by_hand(config)
    loop = SegmentLoop(seeded_tagger(config), config)
    found = [log.loss for log in loop]
    assert found[0] == pytest.approx(losses[0], abs=1e-6)
    np.testing.assert_allclose(found[:30], losses[:30], rtol=2e-3)
    if carry == "detach":
        torch.testing.assert_close(loop.carried, h_state, rtol=0, atol=0.05)
    else:
        assert loop.carried is None


def test_a_step_of_full_is_a_step_on_one_long_sequence():
    config = replace(PLAIN, carry="full", segments=7)
    model, other = seeded_tagger(config).double(), seeded_tagger(config).double()
    loop = SegmentLoop(model, config)
    loop._wave = lambda first, count: Source().take(first * 10, count * 10, torch.float64)
    log = next(iter(loop))
    wave = Source().take(0, 70, torch.float64)
    loss = (other(wave.x) - wave.y).square().mean()
    loss.backward()
    norm = torch.nn.utils.clip_grad_norm_(other.parameters(), 1.0)
    assert log.loss == pytest.approx(loss.item(), abs=1e-12)
    assert log.grad_norm == pytest.approx(norm.item(), rel=1e-9)
    optimizer = torch.optim.Adam(other.parameters(), lr=0.02)
    optimizer.step()
    for p, q in zip(model.parameters(), other.parameters(), strict=True):
        torch.testing.assert_close(p, q, rtol=0, atol=1e-9)


def test_full_of_one_segment_is_detach():
    training = replace(PLAIN.training, epochs=9)
    one = replace(PLAIN, training=training, segments=1, carry="full")
    cut = replace(PLAIN, segments=9)
    assert [log.loss for log in segment_loop.run(one)] == [
        log.loss for log in segment_loop.run(cut)
    ]


def test_the_same_weights_come_first_whatever_is_carried():
    first = {
        carry: next(segment_loop.run(replace(PLAIN, carry=carry))) for carry in ("detach", "reset")
    }
    assert first["detach"].loss == first["reset"].loss
    assert first["detach"].grad_norm == first["reset"].grad_norm


@pytest.mark.parametrize("carry", ["detach", "reset", "full"])
def test_the_share_explained_is_that_of_the_next_segments_with_the_weights_frozen(carry):
    config = replace(PLAIN, segments=15, carry=carry, training=replace(PLAIN.training, epochs=2))
    model = seeded_tagger(config)
    loop = SegmentLoop(model, config)
    logs = list(loop)
    assert [log.read for log in logs if log.held_out is not None] == [20, 20]
    wave = Source().take(300, 200)
    with torch.no_grad():
        outputs = in_segments(model, wave.x, 10, carry, loop.carried).outputs
    loss = float((outputs - wave.y).square().mean())
    assert logs[-1].held_out == pytest.approx(max(0.0, 1 - loss / 0.5), abs=1e-5)
    assert model.training
    assert logs[-1].accuracy == pytest.approx(max(0.0, 1 - logs[-1].loss / 0.5), abs=1e-5)


def test_a_rate_that_explodes_ends_in_numbers_not_in_an_error():
    wild = replace(
        PLAIN,
        model=ModelConfig("rnn", 1, 8, nonlinearity="relu"),
        training=replace(PLAIN.training, lr=10.0, optimizer="sgd", clip_norm=0.0),
    )
    logs = list(segment_loop.run(wild))
    assert len(logs) == 100
    assert not math.isfinite(logs[-1].loss)
    assert logs[-1].held_out == logs[-1].accuracy == 0.0


def test_the_pace_changes_nothing_but_the_time():
    quick = replace(PLAIN, segments=3)
    assert list(segment_loop.run(replace(quick, pace=1000))) == list(segment_loop.run(quick))


def test_killed_and_taken_up_it_goes_on_with_the_state_it_carried(jobs):
    run_id = jobs.submit(SMALL)
    assert [failed.state for failed in killed_at(jobs, 7, run_id)] == ["failed"]
    jobs.take_up(run_id)
    done = wait(jobs, run_id, over)
    assert_as_alone(done, SMALL)
    jobs.keeper.settled(run_id)
    record = jobs.store.load(run_id)
    assert record.config == SMALL
    assert record.held_out.accuracy[-1] == done.held_out.accuracy[-1]


@pytest.mark.parametrize("carry", ["detach", "reset", "full"])
@pytest.mark.parametrize("cell", ["rnn", "lstm"])
def test_written_to_a_file_and_read_it_goes_on_to_the_same_end(carry, cell, tmp_path):
    epochs = 10 if carry == "full" else 1
    config = replace(
        SMALL,
        model=replace(SMALL.model, cell=cell),
        carry=carry,
        training=replace(SMALL.training, epochs=epochs),
    )
    torch.manual_seed(0)  # dropout's
    whole = list(segment_loop.run(config, model := seeded_tagger(config)))
    torch.manual_seed(0)
    other = seeded_tagger(config)
    loop = SegmentLoop(other, config)
    steps = iter(loop)
    first = [next(steps) for _ in range(7)]
    progress = resume_state.Progress(Thinned().state())
    resume_state.save(tmp_path / "resume.safetensors", config, other, loop.state(), progress)
    saved = resume_state.load(tmp_path / "resume.safetensors")
    names = {"rnn": {"h"}, "lstm": {"h", "c"}}[cell]
    assert set(saved.state.carried) == (set() if carry == "reset" else names)
    torch.rand(5)  # somebody else draws meanwhile
    third = seeded_tagger(config)
    third.load_state_dict(saved.weights)
    rest = list(SegmentLoop(third, config, state=saved.state))
    assert [log.loss for log in first + rest] == [log.loss for log in whole]
    for p, q in zip(model.parameters(), third.parameters(), strict=True):
        assert torch.equal(p, q)


def test_a_state_that_is_not_carried_on_would_show():
    """Else the test above could not fail: the first loss after the border tells."""
    logs = list(segment_loop.run(PLAIN))
    loop = SegmentLoop(seeded_tagger(PLAIN), PLAIN)
    steps = iter(loop)
    assert [next(steps).loss for _ in range(7)] == [log.loss for log in logs[:7]]
    loop._carried = None
    assert next(steps).loss != logs[7].loss


def test_what_another_network_carried_is_refused():
    loop = SegmentLoop(seeded_tagger(SMALL), SMALL)
    next(iter(loop))
    state = loop.state()
    for wrong, words in (
        ({"h": state.carried["h"]}, "a lstm does not carry h"),
        ({**state.carried, "h": torch.zeros(1, 1, 6)}, r"h must be \(2, 1, 6\), got \(1, 1, 6\)"),
    ):
        with pytest.raises(ValueError, match=words):
            SegmentLoop(seeded_tagger(SMALL), SMALL, state=replace(state, carried=wrong))
    with pytest.raises(ValueError, match=r"step must lie in \[0, 24\], got 25"):
        SegmentLoop(seeded_tagger(SMALL), SMALL, state=replace(state, step=25))
