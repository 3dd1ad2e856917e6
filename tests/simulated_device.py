"""A device in a CPU's place: tensors go to the CPU, and recurrent layers may compute wrongly.

Only torch's functions are replaced. The check's reference is in float64, so what is in float32 is
the device's.
"""

import functools

import pytest
import torch
from torch.overrides import TorchFunctionMode

LAYERS = ("rnn_tanh", "gru", "lstm")


class Simulated(TorchFunctionMode):
    """Within it, "mps" is the CPU, with a fault.

    Args:
        fault: Called with the name of torch's function, the function and its arguments, which it
            calls, wrongly or not at all; None computes correctly.
    """

    def __init__(self, fault=None):
        super().__init__()
        self.fault = fault
        self.calls = 0

    def __torch_function__(self, func, types, args=(), kwargs=None):
        args = tuple(torch.device("cpu") if a == torch.device("mps") else a for a in args)
        name = getattr(func, "__name__", "")
        if name in LAYERS and args[0].dtype == torch.float32:
            self.calls += 1
            if self.fault is not None:
                return self.fault(name, func, args)
        return func(*args, **(kwargs or {}))


def off_by(number, name="lstm"):
    """Return a fault: the outputs of a kind of layer are off by a number."""

    def fault(called, func, args):
        output, *states = func(*args)
        return (output + number * (called == name), *states)

    return fault


def claim_mps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let torch say that it finds an Apple GPU and no other; here it cannot compute there."""
    if torch.backends.mps.is_available():
        pytest.skip("there is a real Apple GPU")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    # A cached function as torch's own is: what is imported later asks for its __wrapped__.
    monkeypatch.setattr(torch.backends.mps, "is_available", functools.cache(lambda: True))
