"""Tests of the text about a run's progress, word for word."""

import re
from dataclasses import replace

import numpy as np
import pytest

from rnnviz.core.config import ModelConfig, TrainConfig
from rnnviz.training.jobs.protocol import Curve, HeldOut, Snapshot, Thinned
from rnnviz.training.loop.loop import GLANCE, seeded_model, train
from rnnviz.training.tasks.digits import RunConfig
from rnnviz.ui.figures import progress_text

RUNNING = Snapshot(
    "a",
    "running",
    steps=1876,
    epochs=2,
    step=1000,
    epoch=2,
    digits_per_s=12345.6,
    wall_s=14.4,
    left_s=12.6,
    device="CPU, 1 thread",
)


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (ModelConfig(hidden_size=64), "LSTM 28 → 64"),
        (ModelConfig("rnn", 1, 8), "RNN 1 → 8"),
        (ModelConfig("gru", num_layers=3), "GRU 28 → 128, 3 layers"),
        (
            ModelConfig(hidden_size=64, num_layers=2, bidirectional=True),
            "LSTM 28 → 2 × 64, 2 layers, two directions",
        ),
    ],
)
def test_a_network_is_told_in_a_few_words(model, words):
    assert progress_text.network(model) == words


@pytest.mark.parametrize(
    ("place", "words"),
    [(1, "next"), (2, "second"), (3, "third"), (4, "number 4"), (17, "number 17")],
)
def test_a_queued_run_tells_its_place(place, words):
    queued = Snapshot("a", "queued", 10, 1, place=place)
    assert progress_text.words(queued) == f"waiting for a free place: {words} in the queue"


def test_a_starting_run_tells_what_it_is_busy_with():
    starting = Snapshot("a", "starting", 10, 1)
    assert progress_text.words(starting) == "starting: the worker gets ready"
    busy = replace(starting, note="thinning 60,000 digits to pen strokes")
    assert progress_text.words(busy) == "thinning 60,000 digits to pen strokes"


def test_a_running_run_tells_where_it_is_how_fast_and_how_long_still():
    assert progress_text.words(RUNNING) == (
        "epoch 2/2 · step 1,000 of 1,876 · 12,346 digits/s · 0:13 left · CPU, 1 thread"
    )


def test_before_the_first_step_nothing_is_told_that_is_not_known():
    first = Snapshot("a", "running", 1876, 2)
    assert progress_text.words(first) == "epoch 1/2 · step 0 of 1,876"


def test_a_paused_run_says_so_first():
    assert progress_text.words(replace(RUNNING, state="paused")).startswith("paused · epoch 2/2 ·")


@pytest.mark.parametrize(
    ("state", "word"), [("done", "done"), ("cancelled", "stopped"), ("failed", "stopped")]
)
def test_a_run_that_is_over_tells_what_it_took_and_not_what_is_left(state, word):
    words = progress_text.words(replace(RUNNING, state=state))
    assert words.startswith(f"{word} · epoch 2/2 ·")
    assert "took 0:14" in words
    assert "left" not in words


def test_a_note_stands_last():
    words = progress_text.words(replace(RUNNING, note="no more looking back from step 9 on"))
    assert words.endswith("CPU, 1 thread · no more looking back from step 9 on")


def floats(*values):
    return np.array(values, np.float32)


def test_one_sentence_says_what_a_training_has_come_to():
    assert "Nothing is trained yet" in progress_text.sentence(None)
    assert progress_text.sentence(Snapshot("a", "queued", 10, 1)) == "Nothing is learnt yet."
    curve = Curve(floats(7, 1200), floats(2.2, 1.234), floats(0.1, 0.5), floats(1, 1))
    some = replace(RUNNING, step=1200, history=curve)

    def said(**changed):
        return progress_text.sentence(replace(some, **changed))

    assert said() == "After 1,200 steps the loss is 1.23."
    first = Curve(*(floats(x) for x in (1, 2.3, 0.1, 1)))
    assert said(step=1, history=first) == "After 1 step the loss is 2.30."
    for lost in (np.nan, np.inf):
        curve = Curve(floats(7), floats(lost), floats(0.1), floats(1))
        assert "After 7 steps the loss is no longer a number" in said(step=7, history=curve)
    tests = HeldOut(floats(400, 938), floats(0.5, 0.8765), floats(500, 10_000))
    assert "938 steps it reads 87.7 % of the 10,000 test digits" in said(held_out=tests)
    glance = HeldOut(floats(938, 1100), floats(0.8, 0.912), floats(10_000, 500))
    assert "1,100 steps it reads 91.2 % of the first 500 test digits" in said(held_out=glance)


CONFIG = RunConfig(
    ModelConfig("gru", hidden_size=8), TrainConfig(epochs=3, batch_size=50), digits=220
)
TEN = ([7, 2, 1, 0, 4, 1, 4, 9, 6, 9], [7, 2, 1, 0, 4, 1, 4, 9, 5, 9])


def told(training_digits, test_digits, glances):
    """Train for real; return the logs and what is printed of them."""
    model = seeded_model(CONFIG.model, 0)
    held_out = test_digits[: GLANCE + 100]
    logs = list(
        train(model, training_digits[:220], CONFIG.training, held_out=held_out, glances=glances)
    )
    curve = Thinned()
    for log in logs:
        curve.add(log.step, log.loss, log.accuracy, log.grad_norm)
    measured = [log for log in logs if log.held_out is not None]
    tests = HeldOut(
        floats(*(log.step for log in measured)),
        floats(*(log.held_out for log in measured)),
        floats(*(log.read for log in measured)),
    )
    snapshot = Snapshot("a", "done", 15, 3, step=15, epoch=3, history=curve.curve(), held_out=tests)
    return measured, progress_text.printout(CONFIG, snapshot, *TEN).split("\n")


def test_a_printout_has_a_line_per_test_with_its_own_epoch_step_loss_and_accuracy(
    training_digits, test_digits
):
    measured, printed = told(training_digits, test_digits, {1, 2, 6, 9, 14})
    assert [log.step for log in measured] == [1, 2, 5, 6, 9, 10, 14, 15]
    assert len(printed) == len(measured) + 2
    for log, line in zip(measured, printed, strict=False):
        found = re.fullmatch(
            r"Epoch:  (\d+) \| step: +(\d+) \| train loss: (\d+\.\d{4}) \| "
            r"test accuracy: (\d\.\d{4})",
            line,
        )
        epoch, step, loss, accuracy = found.groups()
        assert int(epoch) == log.epoch - 1, "the notebooks count epochs from 0"
        assert int(step) == log.step
        assert float(loss) == pytest.approx(log.loss, abs=6e-5)
        assert float(accuracy) == pytest.approx(log.held_out, abs=6e-5)


def test_the_last_step_of_an_epoch_belongs_to_that_epoch(training_digits, test_digits):
    _, printed = told(training_digits, test_digits, ())
    assert [line[:25] for line in printed[:-2]] == [
        "Epoch:  0 | step:      5 ",
        "Epoch:  1 | step:     10 ",
        "Epoch:  2 | step:     15 ",
    ]


def test_what_a_fold_judges_is_told_of_digits_held_out_and_never_of_the_test():
    folded = replace(CONFIG, fold=2)
    tests = HeldOut(floats(400, 938), floats(0.5, 0.8765), floats(500, 5_000))
    curve = Curve(*(floats(938) for _ in range(4)))
    some = replace(RUNNING, held_out=tests, history=curve)
    assert "87.7 % of the 5,000 digits held out" in progress_text.sentence(some, folded)
    glance = replace(RUNNING, held_out=HeldOut(floats(400), floats(0.5), floats(500)))
    assert "of the first 500 digits held out right" in progress_text.sentence(glance, folded)
    printed = progress_text.printout(folded, some, *TEN)
    assert "held-out accuracy: 0.8765" in printed
    assert "test" not in printed
    assert (progress_text.judge(folded), progress_text.judge(CONFIG)) == ("held out", "test")


def test_a_printout_ends_with_ten_predictions_and_what_they_should_be():
    printed = progress_text.printout(CONFIG, RUNNING, *TEN)
    assert printed == ("[7 2 1 0 4 1 4 9 6 9] prediction number\n[7 2 1 0 4 1 4 9 5 9] real number")


def test_of_a_thinned_curve_the_loss_is_that_of_the_point_that_holds_the_step():
    config = replace(CONFIG, digits=50, training=replace(CONFIG.training, epochs=100))
    history = Curve(floats(4, 8, 12), floats(3, 2, 1), floats(0, 0, 0), floats(0, 0, 0))
    tests = HeldOut(floats(4, 5, 8, 12), floats(0.1, 0.2, 0.3, 0.4), floats(500, 500, 500, 500))
    snapshot = Snapshot("a", "running", 100, 100, step=12, history=history, held_out=tests)
    printed = progress_text.printout(config, snapshot, *TEN).split("\n")
    losses = [re.search(r"train loss: (\S+)", line)[1] for line in printed[:4]]
    assert losses == ["3.0000", "2.0000", "2.0000", "1.0000"]


def test_a_test_after_the_last_point_is_told_with_that_points_loss_even_if_it_is_lost():
    history = Curve(floats(4), floats(np.nan), floats(0), floats(0))
    tests = HeldOut(floats(5), floats(0.1), floats(500))
    snapshot = Snapshot("a", "running", 15, 3, step=5, history=history, held_out=tests)
    first = progress_text.printout(CONFIG, snapshot, *TEN).split("\n")[0]
    assert first == "Epoch:  0 | step:      5 | train loss: nan | test accuracy: 0.1000"
