"""Tests of the resume file: complete, or refused with a message."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import save as to_bytes

from rnnviz.core.config import ModelConfig, TrainConfig
from rnnviz.data import atomic_write
from rnnviz.training.jobs import resume_state
from rnnviz.training.jobs.protocol import RESUME_FILE, Thinned
from rnnviz.training.jobs.resume_state import Progress
from rnnviz.training.loop.loop import Loop, seeded_model
from rnnviz.training.store import checkpoint
from rnnviz.training.store.checkpoint import CheckpointError
from rnnviz.training.store.run_record import HISTORY, RECORD
from rnnviz.training.tasks.digits import RunConfig
from tests.interrupted_training import CONFIGS, RUN


@pytest.fixture(scope="module")
def written(lives, tmp_path_factory):
    folder = tmp_path_factory.mktemp("written")
    lives(CONFIGS["adam"], folder, [7])
    return (folder / "run").read_bytes()


def loaded(folder, content):
    path = folder / "changed.safetensors"
    path.write_bytes(content)
    return resume_state.load(path)


def refused(folder, content):
    with pytest.raises(CheckpointError) as caught:
        loaded(folder, content)
    message = str(caught.value)
    assert "\n" not in message
    assert "changed.safetensors" in message
    return message


@settings(max_examples=150)
@given(st.data())
def test_a_file_cut_short_anywhere_is_refused_in_words(written, tmp_path_factory, data):
    folder = tmp_path_factory.getbasetemp()
    ends = st.integers(0, 20) | st.integers(0, len(written) - 1) | st.just(len(written) - 1)
    refused(folder, written[: data.draw(ends)])


@settings(max_examples=300)
@given(st.data())
def test_one_flipped_bit_anywhere_is_found_out(written, tmp_path_factory, data):
    places = st.integers(0, 3000) | st.integers(0, len(written) - 1)
    place, bit = data.draw(places), data.draw(st.integers(0, 7))
    content = bytearray(written)
    content[place] ^= 1 << bit
    refused(tmp_path_factory.getbasetemp(), bytes(content))


def test_files_of_other_kinds_are_refused_in_words(tmp_path, written):
    loaded(tmp_path, written)
    assert "is not a training that could go on" in refused(
        tmp_path, checkpoint.embedded_path("rnn-128").read_bytes()
    )
    assert "is not a safetensors file" in refused(tmp_path, b"{}")
    foreign = to_bytes({}, metadata={resume_state.KEY: "[]"})
    assert "is not a training that could go on" in refused(tmp_path, foreign)
    newer = to_bytes({}, metadata={resume_state.KEY: json.dumps({"format": 2})})
    assert "has format 2, but this rnnviz knows 1 alone" in refused(tmp_path, newer)
    with pytest.raises(CheckpointError, match="there is no file"):
        resume_state.load(tmp_path / "none")
    with pytest.raises(CheckpointError, match="cannot be read: Is a directory"):
        resume_state.load(tmp_path)


def rewritten(written, tmp_path, changed=(), dropped=(), **values):
    """What a writer with a mistake would have written, its checksum right."""
    before = loaded(tmp_path, written)
    model = seeded_model(before.config.model, 0)
    tensors = resume_state._tensors(model, before.state, Progress(before.progress.curve))
    tensors = {name: value for name, value in tensors.items() if name not in dropped}
    tensors |= changed
    told = json.loads(resume_state._metadata(written)[resume_state.KEY]) | values
    text = json.dumps(told)
    checksum = resume_state._checksum(text, tensors)
    return to_bytes(tensors, metadata={resume_state.KEY: text, "checksum": checksum})


def test_a_file_that_does_not_hold_a_whole_training_says_what_is_wrong(written, tmp_path):
    loaded(tmp_path, rewritten(written, tmp_path))
    bad = {
        "head.bias is missing": {"dropped": ["weights.head.bias"]},
        "head.bias must be (10,), got (3,)": {"changed": {"weights.head.bias": torch.zeros(3)}},
        "step must lie in [0, 15], got 16": {"step": 16},
        "unknown settings of a run: hands": {"config": RUN.to_dict() | {"hands": 2}},
        "RNG state": {"changed": {"chance.drawing": torch.zeros(9, dtype=torch.uint8)}},
        "renewing": {"dropped": ["chance.renewing"]},
    }
    for words, how in bad.items():
        message = refused(tmp_path, rewritten(written, tmp_path, **how))
        assert "does not hold a whole training: " in message
        assert words in message


def test_reading_and_writing_leave_the_chance_of_torch_alone(written, tmp_path):
    before = torch.get_rng_state()
    loaded(tmp_path, written)
    assert torch.equal(torch.get_rng_state(), before)


def test_progress_comes_back_as_it_was_also_where_a_loss_was_lost(straight, tmp_path):
    curve = Thinned()
    for step in range(1, 1204):
        curve.add(step, [0.1, np.nan, np.inf][step % 3], 1 / step, 0.3)
    tests = ((3, 0.1, 500), (5, 1 / 3, 10_000))
    progress = Progress(curve.state(), tests, 0.1 + 0.2, (0, 1, 7))
    model, (_, saved) = seeded_model(RUN.model, 0), straight("adam")
    resume_state.save(tmp_path / "run", RUN, model, saved.state, progress)
    found = resume_state.load(tmp_path / "run").progress
    assert (found.tests, found.wall_s, found.checkpoints) == (tests, 0.1 + 0.2, (0, 1, 7))
    assert found.curve.stride == progress.curve.stride == 4
    np.testing.assert_array_equal(found.curve.points, progress.curve.points)
    np.testing.assert_array_equal(found.curve.open, progress.curve.open)
    assert found.curve.open[0] == 3


def test_a_file_takes_little_more_than_the_weights_and_adams_averages(training_digits, tmp_path):
    config = RunConfig(ModelConfig(hidden_size=128), TrainConfig(epochs=1, batch_size=10), 10)
    model = seeded_model(config.model, 0)
    loop = Loop(model, training_digits[:10], config.training)
    assert len(list(loop)) == 1
    resume_state.save(tmp_path / "run", config, model, loop.state(), Progress(Thinned().state()))
    assert (tmp_path / "run").stat().st_size < 3 * 4 * config.parameters + 20_000


def test_a_state_of_another_model_or_training_is_refused(straight, training_digits):
    _, saved = straight("adam")
    digits = training_digits[:220]
    wider = seeded_model(replace(RUN.model, hidden_size=7), 0)
    with pytest.raises(ValueError, match=r"^exp_avg.head.weight must be \(10, 7\), got \(10, 6\)"):
        Loop(wider, digits, RUN.training, state=saved.state)
    fewer = seeded_model(replace(RUN.model, num_layers=1), 0)
    with pytest.raises(
        ValueError, match=r"^exp_avg.rnn.bias_hh_l1 belongs to no weight of the model"
    ):
        Loop(fewer, digits, RUN.training, state=saved.state)
    lacking = {key: value for key, value in saved.state.optimizer.items() if key[:5] != "step."}
    with pytest.raises(ValueError, match="the optimizer's state lacks 'step'"):
        Loop(
            seeded_model(RUN.model, 0),
            digits,
            RUN.training,
            state=replace(saved.state, optimizer=lacking),
        )
    short = replace(RUN.training, epochs=2)
    with pytest.raises(ValueError, match=r"step must lie in \[0, 10\], got 15"):
        Loop(seeded_model(RUN.model, 0), digits, short, state=saved.state)


def test_sweep_leaves_what_the_store_is_writing(tmp_path):
    """The store saves a run from its own thread while a worker takes the run up."""
    whole = [tmp_path / name for name in (RESUME_FILE, "0.safetensors", "12.safetensors")]
    of_worker = [atomic_write._part_of(path) for path in whole]
    of_store = [atomic_write._part_of(tmp_path / name) for name in (HISTORY, RECORD)]
    for path in (*whole, *of_worker, *of_store):
        path.write_bytes(b"half")
    resume_state.sweep(tmp_path)
    assert sorted(tmp_path.iterdir()) == sorted([*whole, *of_store])
