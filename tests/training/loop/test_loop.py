"""Tests of the training loop: order, random state, logs and saved state."""

import math
from copy import deepcopy
from dataclasses import replace
from functools import partial
from itertools import islice

import pytest
import torch
from torch import nn

from rnnviz.core.config import ModelConfig, TrainConfig
from rnnviz.core.device import runs_bfloat16
from rnnviz.data.mnist import Digits, rows
from rnnviz.data.sequences import sequences
from rnnviz.training.loop.evaluate import accuracy
from rnnviz.training.loop.loop import GLANCE, Loop, seeded_model, train
from rnnviz.training.loop.schedule import batch_of_step
from tests.loops import QUICK, SMALL, same, trained


def test_the_same_seed_gives_the_same_weights_bit_for_bit_and_another_seed_others(digits):
    (first, logs), (again, logs_again) = trained(digits), trained(digits)
    assert same(first, again)
    assert logs == logs_again
    other, _ = trained(digits, replace(QUICK, seed=4))
    assert not same(first, other)


def test_training_does_not_touch_the_chance_of_torch_nor_need_it(digits):
    state = torch.get_rng_state()
    first, _ = trained(digits)
    assert torch.equal(torch.get_rng_state(), state)
    torch.rand(1)
    try:
        assert same(first, trained(digits)[0])
    finally:
        torch.set_rng_state(state)


def test_every_digit_is_seen_once_per_epoch_in_a_new_order(digits):
    seen = []

    class Spy(torch.nn.Linear):
        def forward(self, x):
            seen.append(x.sum((0, 2)))
            return super().forward(x[-1])

    list(train(Spy(28, 10), digits, QUICK))
    sizes = [len(batch) for batch in seen]
    assert sizes == [50, 50, 50, 50, 20] * 2
    first, second = torch.cat(seen[:5]), torch.cat(seen[5:])
    assert not torch.equal(first, second)
    seen.clear()
    list(train(Spy(28, 10), digits, replace(QUICK, seed=4)))
    assert not torch.equal(torch.cat(seen[:5]), first), "the order must follow from the seed"
    ink = rows(digits.images).sum((0, 2)).sort().values
    for epoch in (first, second):
        assert torch.allclose(epoch.sort().values, ink)


def test_logs_count_steps_and_epochs_and_measure_at_the_end_of_each(digits):
    held_out = digits[:100]
    model, logs = trained(digits, held_out=held_out)
    assert [log.step for log in logs] == list(range(1, 11))
    assert [log.epoch for log in logs] == [1] * 5 + [2] * 5
    assert {log.steps for log in logs} == {10}
    assert [log.step for log in logs if log.held_out is not None] == [5, 10]
    assert logs[-1].held_out == accuracy(model, held_out)


def test_a_caller_that_stops_asking_stops_the_training(digits):
    model = seeded_model(SMALL, QUICK.seed)
    logs = train(model, digits, QUICK)
    next(logs)
    after_one = [p.clone() for p in model.parameters()]
    logs.close()
    assert all(torch.equal(p, q) for p, q in zip(model.parameters(), after_one, strict=True))


def test_digits_are_renewed_once_per_epoch_with_chance_that_follows_the_seed(digits):
    drawn = []

    def renew(chance):
        drawn.append(torch.rand(1, generator=chance).item())
        return Digits(255 - digits.images, digits.labels)

    model, _ = trained(digits, renew=renew)
    assert len(drawn) == 2
    assert drawn[0] != drawn[1]
    inverted, _ = trained(Digits(255 - digits.images, digits.labels))
    assert same(model, inverted)
    trained(digits, renew=renew)
    assert drawn[2:] == drawn[:2]


def test_a_few_steps_on_mnist_lower_the_loss(training_digits):
    config = TrainConfig(epochs=2, batch_size=50, lr=0.01, clip_norm=1.0)
    model = seeded_model(ModelConfig(hidden_size=32), 0)
    logs = list(train(model, training_digits[:5000], config))
    assert logs[0].loss == pytest.approx(math.log(10), abs=0.1)
    assert sum(log.loss for log in logs[-5:]) / 5 < 1.0
    assert accuracy(model, training_digits[6000:8000]) > 0.7


def test_a_seeded_model_follows_from_its_seed_alone():
    torch_state = torch.get_rng_state()
    assert same(seeded_model(SMALL, 5), seeded_model(SMALL, 5))
    assert not same(seeded_model(SMALL, 5), seeded_model(SMALL, 6))
    assert torch.equal(torch.get_rng_state(), torch_state)


@pytest.mark.parametrize("value", [-2.0, 0.0, 1.0])
@pytest.mark.parametrize(
    "config",
    [
        ModelConfig(hidden_size=5),
        ModelConfig(hidden_size=5, num_layers=3, bidirectional=True),
        ModelConfig(hidden_size=6, num_layers=2, proj_size=4),
    ],
)
def test_forget_biases_sum_to_the_value_everywhere_and_all_else_is_as_drawn(config, value):
    drawn, biased = seeded_model(config, 9), seeded_model(config, 9, value)
    H, count = config.hidden_size, 0
    with torch.no_grad():
        for layer in range(config.num_layers):
            for end in ("", "_reverse")[: config.num_directions]:
                names = [f"bias_{kind}_l{layer}{end}" for kind in ("ih", "hh")]
                of_f = sum(getattr(biased.rnn, name)[H : 2 * H] for name in names)
                torch.testing.assert_close(of_f, torch.full((H,), value), rtol=0, atol=0)
                for name in names:  # the other gates are compared below
                    getattr(biased.rnn, name)[H : 2 * H] = getattr(drawn.rnn, name)[H : 2 * H]
                    count += 1
    assert count == sum(name.startswith("bias_") for name, _ in drawn.rnn.named_parameters())
    assert same(biased, drawn)


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_without_a_forget_bias_a_model_is_as_torch_draws_it(cell):
    config = ModelConfig(cell, hidden_size=5, num_layers=2, bidirectional=True)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(9)
        rnn = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}[cell](
            28, 5, num_layers=2, bidirectional=True
        )
        head = nn.Linear(10, 10)
    model = seeded_model(config, 9, None)
    assert same(model.rnn, rnn)
    assert same(model.head, head)


DROPPING = ModelConfig("gru", hidden_size=6, num_layers=2, dropout=0.5)


def dropping(digits, **others):
    """Train with dropout from the same chance: the logs, the weights, and torch's chance after."""
    model = seeded_model(DROPPING, 3)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        logs = list(train(model, digits, QUICK, **others))
        return logs, model, torch.get_rng_state()


def test_glances_are_taken_at_their_steps_and_change_nothing_of_the_training(digits, test_digits):
    held_out = test_digits[: GLANCE + 100]
    logs, model, chance = dropping(digits)
    glanced, same_model, same_chance = dropping(digits, held_out=held_out, glances={1, 4, 5, 7})
    assert [log.read for log in glanced] == [500, 0, 0, 500, 600, 0, 500, 0, 0, 600]
    assert [log.held_out is None for log in glanced] == [log.read == 0 for log in glanced]
    assert [replace(log, held_out=None, read=0) for log in glanced] == logs
    assert same(model, same_model)
    assert torch.equal(chance, same_chance)


def test_a_glance_reads_the_first_held_out_digits_with_the_weights_after_the_step(test_digits):
    held_out = test_digits[: GLANCE + 100]
    model = seeded_model(SMALL, 3)
    found = {}
    for log in train(model, test_digits[:220], QUICK, held_out=held_out, glances={2, 3}):
        if log.read == GLANCE:
            found[log.step] = log.held_out, accuracy(deepcopy(model), held_out[:GLANCE])
    assert sorted(found) == [2, 3]
    assert all(told == expected for told, expected in found.values())


def test_a_glance_never_says_to_have_read_more_digits_than_there_are(digits):
    _, logs = trained(digits, glances={1, 2})
    assert {(log.held_out, log.read) for log in logs} == {(None, 0)}
    _, logs = trained(digits, glances={1, 2}, held_out=digits[:70])
    assert [log.read for log in logs[:5]] == [70, 70, 0, 0, 70]


def test_batch_of_step_are_the_digits_that_train_takes_also_in_later_epochs(digits):
    config = replace(QUICK, epochs=3)
    assert len(digits.images.flatten(1).unique(dim=0)) == len(digits), "to tell them apart"
    taken = []

    def spy(images):
        taken.append(images)
        return rows(images)

    trained(digits, config, sequences=spy)
    assert [len(images) for images in taken] == [50, 50, 50, 50, 20] * 3
    for step, images in enumerate(taken, start=1):
        index = batch_of_step(config, len(digits), step)
        assert index.dtype == torch.int64
        assert torch.equal(images, digits.images[index])


def test_what_is_a_sequence_decides_what_is_learnt_and_what_is_measured(digits):
    turned = Digits(digits.images.transpose(1, 2).contiguous(), digits.labels)
    config = replace(QUICK, epochs=8, lr=0.03)
    model, logs = trained(turned, config, held_out=turned[:80])
    by_columns = partial(sequences, time_step="columns")
    again, logs_again = trained(digits, config, held_out=digits[:80], sequences=by_columns)
    assert logs == logs_again
    assert same(model, again)
    assert logs[-1].held_out > accuracy(model, digits[:80]) + 0.1, "as rows it cannot read them"
    assert not same(model, trained(digits, config)[0])


def test_a_loop_that_is_gone_through_again_goes_on_with_the_same_digits(digits):
    def renew(chance):
        dark = torch.rand(len(digits), 1, 1, generator=chance)
        return Digits((digits.images * dark).to(torch.uint8), digits.labels)

    expected, logs = trained(digits, renew=renew)
    model = seeded_model(SMALL, QUICK.seed)
    loop = Loop(model, digits, QUICK, renew=renew)
    pieces = [list(islice(loop, count)) for count in (0, 3, 2, 4, 9)]
    assert [len(piece) for piece in pieces] == [0, 3, 2, 4, 1]
    assert [log for piece in pieces for log in piece] == logs
    assert same(model, expected)


def flat(state):
    rest = (state.renewing, state.drawing)
    return [*state.optimizer.keys(), *(t.tolist() for t in (*state.optimizer.values(), *rest))]


def test_a_state_is_a_copy_and_taking_it_changes_nothing(digits):
    logs, expected, chance = dropping(digits)
    model = seeded_model(DROPPING, 3)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        loop = Loop(model, digits, QUICK)
        told, states, copies = [], [], []
        for log in loop:
            told.append(log)
            states.append(loop.state())
            copies.append(flat(states[-1]))
        assert torch.equal(torch.get_rng_state(), chance)
    assert told == logs
    assert same(model, expected)
    assert [state.step for state in states] == list(range(1, 11))
    assert [flat(state) for state in states] == copies
    assert len(copies[0]) > 10


def test_who_goes_on_from_a_state_leaves_it_as_it_is_and_torchs_chance_until_the_first_step(digits):
    model = seeded_model(DROPPING, 3)
    with torch.random.fork_rng(devices=[]):
        loop = Loop(model, digits, QUICK)
        list(islice(loop, 3))
        state = loop.state()
        copy = flat(state)
        torch.rand(3)
        elsewhere = torch.get_rng_state()
        resumed = Loop(deepcopy(model), digits, QUICK, state=state)
        assert torch.equal(torch.get_rng_state(), elsewhere)
        assert flat(resumed.state()) == copy, "also before its first step"
        list(resumed)
        assert flat(state) == copy
        assert flat(resumed.state()) != copy


def test_in_bfloat16_it_learns_as_well_with_weights_and_steps_in_float32(digits):
    curves = {}
    for precision in ("float32", "bfloat16"):
        config = TrainConfig(epochs=12, batch_size=50, lr=0.01, seed=3, precision=precision)
        model = seeded_model(ModelConfig(hidden_size=24), config.seed)
        curves[precision] = [log.loss for log in train(model, digits, config)]
        assert {p.dtype for p in model.parameters()} == {torch.float32}
        assert {p.grad.dtype for p in model.parameters()} == {torch.float32}
    exact, coarse = curves["float32"], curves["bfloat16"]
    assert (coarse[0] != exact[0]) == runs_bfloat16(torch.device("cpu"))
    assert coarse[0] == pytest.approx(exact[0], rel=0.01)
    assert coarse[-1] < 0.7 * coarse[0]
    assert coarse[-1] == pytest.approx(exact[-1], rel=0.2)
