"""Tests of a device's self-check, each fault simulated on a CPU in the device's place."""

import re
import time

import pytest
import torch

from rnnviz.core import device_check
from tests.simulated_device import Simulated, off_by

CPU = torch.device("cpu")
DROPOUT, TRAIN, BOTH, BATCH_FIRST = 5, 6, 7, 8  # arguments of torch's functions, input not packed


def is_packed(args):
    return isinstance(args[1], torch.Tensor) and args[1].dtype == torch.int64


def exchanges_time_and_batch(name, func, args):  # pytorch #80306
    output, *states = func(*args)
    exchanged = not is_packed(args) and args[BATCH_FIRST]
    return (output.transpose(0, 1) if exchanged else output, *states)


def repeats_the_forward_direction(name, func, args):  # as pytorch #94754
    output, *states = func(*args)
    if name == "lstm" and not is_packed(args) and args[BOTH]:
        output = torch.cat([output.chunk(2, -1)[0]] * 2, -1)
    return (output, *states)


def forgets_states_above_the_first_layer(name, func, args):  # as pytorch #95137
    if name == "lstm" and not is_packed(args):
        x, states, *rest = args
        first = torch.arange(len(states[0])).view(-1, 1, 1) == 0
        args = (x, tuple(torch.where(first, s, 0.0) for s in states), *rest)
    return func(*args)


def mixes_packed_sequences(name, func, args):  # as pytorch #95118
    output, *states = func(*args)
    return (output.flip(0) if is_packed(args) else output, *states)


def doubles_gradients(name, func, args):  # as pytorch #95137
    x, *rest = args
    twice = 2 * x - x.detach() if name == "gru" and x.requires_grad else x
    return func(twice, *rest)


def drops_out_in_eval_mode(name, func, args):  # pytorch #180744
    if not is_packed(args) and args[DROPOUT]:
        args = (*args[:TRAIN], True, *args[TRAIN + 1 :])
    return func(*args)


def gives_nan(name, func, args):
    output, *states = func(*args)
    return (output, *(s * float("nan") if name == "gru" else s for s in states))


def cannot_pack(name, func, args):
    if is_packed(args):
        raise NotImplementedError("packed sequences are not implemented.\nAsk for them.")
    return func(*args)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (off_by(0.3), "the states of its LSTM differ from the CPU's by 0.3"),
        (off_by(0.02, "rnn_tanh"), "the states of its RNN differ from the CPU's by 0.02"),
        (
            exchanges_time_and_batch,
            "the states of its two-layer LSTM have the shape (6, 3, 8), not (3, 6, 8)",
        ),
        (
            repeats_the_forward_direction,
            "the states of its two-layer LSTM in two directions differ from the CPU's by",
        ),
        (
            forgets_states_above_the_first_layer,
            "the states of its two-layer LSTM differ from the CPU's by",
        ),
        (
            mixes_packed_sequences,
            "the states of its packed two-layer LSTM in two directions differ from the CPU's by",
        ),
        (doubles_gradients, "the gradients of its GRU differ from the CPU's by"),
        (
            drops_out_in_eval_mode,
            "the states of its two-layer LSTM with dropout in eval mode differ from the CPU's by",
        ),
        (gives_nan, "the states of its GRU are NaN or infinite"),
        (
            cannot_pack,
            "its packed two-layer LSTM in two directions raised NotImplementedError: "
            "packed sequences are not implemented",
        ),
    ],
)
def test_each_fault_is_found_and_named(fault, words):
    with Simulated(fault):
        found = device_check.check(CPU)
    assert re.fullmatch(re.escape(words) + r"( [0-9.]+)?", found)


@pytest.mark.parametrize("fault", [None, off_by(1e-5), off_by(1e-5, "gru")])
def test_a_device_that_only_rounds_otherwise_passes(fault):
    with Simulated(fault) as device:
        assert device_check.check(CPU) == ""
    assert device.calls == 9  # one for each case, and one with dropout


def test_a_device_without_numbers_fails():
    assert device_check.check(torch.device("meta")).startswith("its RNN raised NotImplementedError")


@pytest.mark.parametrize("kind", [torch.OutOfMemoryError, torch.AcceleratorError])
def test_a_device_that_is_full_or_lost_is_no_verdict(kind):
    def raises(name, func, args):
        raise kind("no memory")

    with Simulated(raises), pytest.raises(kind):
        device_check.check(CPU)


def test_it_takes_less_than_two_seconds_and_draws_no_random_number_of_others():
    torch.manual_seed(3)
    before, start = torch.get_rng_state(), time.process_time()
    device_check.check(CPU)
    assert time.process_time() - start < 2
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_a_gpu_passes_and_draws_no_random_number():
    torch.cuda.init()
    before, start = torch.cuda.get_rng_state(), time.perf_counter()
    assert device_check.check(torch.device("cuda")) == ""
    assert time.perf_counter() - start < 2
    assert torch.equal(torch.cuda.get_rng_state(), before)
