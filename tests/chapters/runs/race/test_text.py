from dataclasses import replace

import numpy as np
import pytest

from rnnviz.chapters.runs.race import text
from rnnviz.chapters.runs.race.race import Entry, Plan, RaceStanding, Round
from rnnviz.core.config import TrainConfig
from rnnviz.training.jobs.protocol import HeldOut, Snapshot
from rnnviz.training.tasks.digits import RunConfig

BASE = RunConfig(training=TrainConfig(epochs=1, batch_size=100), digits=10_000)
PLAN = Plan(24_714, 2, ("lstm", "rnn"), BASE)


def snapshot(state="running", step=0, **changed):
    return replace(Snapshot("x", state, 100, 1, step=step, epoch=1, wall_s=step / 10), **changed)


def done(accuracy):
    held_out = HeldOut(*(np.float32([value]) for value in (100, accuracy, 10_000)))
    return snapshot("done", 100, held_out=held_out)


def found(*rounds):
    plan = replace(PLAN, k=len(rounds))
    told = []
    for n, snapshots in enumerate(rounds):
        entries = [
            Entry("x", config, one, "" if one else "run x was deleted")
            for config, one in zip(plan.contestants, snapshots, strict=True)
        ]
        told.append(Round(n + 1, 3 * n, tuple(entries)))
    return RaceStanding("id", plan, tuple(told))


ONE = (done(0.9), done(0.8))
OTHER = (done(0.93), done(0.8))
QUEUED = (snapshot("queued", place=1), snapshot("queued", place=1))


def test_sizes_are_named_once_with_their_units():
    assert text.sizes(PLAN.contestants) == "LSTM 64 units (24,714 parameters) · RNN 138 (24,574)"


@pytest.mark.parametrize(
    ("standing", "told"),
    [
        (None, "Nothing is raced yet: press Start, and who is ahead will stand here."),
        (found(QUEUED), "No round is complete yet: nothing can be said of who is ahead."),
        (found((done(0.9), snapshot("failed", 5))), "No round is complete yet: nothing can be"),
        (found(ONE), "One seed says nothing about the difference."),
        (found(ONE, QUEUED), "After 1 of 2 rounds: one seed says nothing about the difference."),
        # Differences 10 and 13: 11.5 ± 12.706 · 1.5.
        (
            found(ONE, OTHER),
            "No difference to be seen between LSTM and RNN (11.5 ± 19.1 points over 2 seeds).",
        ),
        # Three times 10, 13 and once more: mean 11.5, s = √3, ± 3.182 · √3 / 2.
        (found(ONE, OTHER, ONE, OTHER), "LSTM ahead of RNN by 11.5 ± 2.8 points over 4 seeds."),
    ],
)
def test_the_sentence_says_what_complete_rounds_allow(standing, told):
    assert text.sentence(standing).startswith(told)


@pytest.mark.parametrize(
    ("standing", "told"),
    [
        (None, ""),
        (found(QUEUED, QUEUED), "round 1 of 2 · waiting for a free place: next in the queue"),
        (
            found(ONE, (snapshot(step=60, device="CPU"), snapshot(step=40))),
            "round 2 of 2 · epoch 1/1 · step 40 of 100 · 0:10 left",  # 100 steps, 0.1 s each
        ),
        (
            found((snapshot("paused", step=11), snapshot("paused", step=9))),
            "round 1 of 1 · paused · epoch 1/1 · step 9 of 100 · 0:18 left",
        ),
        (
            found(ONE, (snapshot("cancelled", 5), snapshot("cancelled", 4))),
            "stopped · 1 of 2 rounds complete",
        ),
        (found(ONE, OTHER), "done · 2 rounds · took 0:40"),
        (found(ONE), "done · 1 round · took 0:20"),
    ],
)
def test_the_line_under_the_bar_says_how_far_it_is(standing, told):
    assert text.words(standing) == told


def test_the_share_done_counts_the_steps_of_all_rounds():
    assert text.share_done(None) == 0
    assert text.share_done(found(ONE, (snapshot(step=60), snapshot(step=40)))) == 0.75


@pytest.mark.parametrize(
    ("one", "told", "why"),
    [
        (done(0.9143), "91.43 %", ""),
        (None, "lost", "run x was deleted"),
        (snapshot("queued"), "waits", ""),
        (snapshot("starting"), "waits", ""),
        (snapshot("cancelled"), "stopped", ""),
        (snapshot("failed", 1200, error="it broke"), "failed at step 1,200", "it broke"),
        (snapshot("paused", 7), "paused at step 7", ""),
        (snapshot(step=7), "step 7", ""),
        (
            snapshot(step=9, held_out=HeldOut(*(np.float32([v]) for v in (8, 0.5, 500)))),
            "50.0 %",
            "so far: of 500 test digits, after step 8",
        ),
    ],
)
def test_a_network_stands_in_the_table_as_it_is(one, told, why):
    entry = found((one, done(0.8))).rounds[0].entries[0]
    assert text.entry_words(entry) == told
    assert text.entry_why(entry) == why


def test_means_and_duels_are_of_complete_rounds():
    assert text.means(None, PLAN) == ["–", "–"]
    assert text.means(found(QUEUED), PLAN) == ["–", "–"]
    standing = found(ONE, OTHER, (done(0.1), snapshot(step=3)))
    assert text.means(standing, standing.plan) == ["91.50 %", "80.00 %"]
    [duel] = standing.duels()
    assert text.duel_words(duel) == "11.5 ± 19.1 points"
    [duel] = found(ONE).duels()
    assert text.duel_words(duel) == "10.0 points, one seed"


def test_a_round_is_as_far_as_the_last_of_those_that_go_on():
    assert found((snapshot(step=60), snapshot(step=40))).rounds[0].step == 40
    assert found((done(0.9), snapshot(step=99))).rounds[0].step == 99
    assert found((snapshot("failed", 3), snapshot(step=50))).rounds[0].step == 50
