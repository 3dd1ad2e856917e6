"""Calls of one recurrent module inside a model, caught by a hook; the model is left as found."""

from __future__ import annotations

import inspect
import random
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from rnnviz.core.inspect.reading import evaluating
from rnnviz.core.inspect.trace import State
from rnnviz.core.models import RNNModule

Recurrent = RNNModule | nn.RNNCell | nn.GRUCell | nn.LSTMCell
KINDS = (nn.RNN, nn.GRU, nn.LSTM, nn.RNNCell, nn.GRUCell, nn.LSTMCell)
WRAPPER = "_orig_mod."  # of torch.compile, in the names of modules


@dataclass(frozen=True, eq=False)
class ModuleCall:
    """One call of a recurrent module.

    Attributes:
        x: What it read, as it was given.
        state: The state that it was given; None stands for zeros.
        made: The state that it returned.
    """

    x: Tensor | PackedSequence
    state: State | None
    made: State


def recurrent_module(model: nn.Module, module: str | None, line: str) -> tuple[str, Recurrent]:
    """Find the recurrent module of a model, and its name in it; "" for the model itself.

    Args:
        model: The model.
        module: Name of the submodule, as `named_modules` has it, or of one that contains one
            recurrent module; None: the only one.
        line: What a person can run once `module="…"` is put at its end.

    Raises:
        TypeError: If there is none, or more than one and no name.
        ValueError: If there is none of this name.
    """
    found = {
        name.replace(WRAPPER, "").removesuffix(WRAPPER[:-1]): part
        for name, part in model.named_modules()
        if isinstance(part, KINDS)
    }
    kind = type(getattr(model, "_orig_mod", model)).__name__
    if not found:
        script = isinstance(model, torch.jit.ScriptModule)
        hint = ": give the model from which it was scripted" if script else ""
        raise TypeError(
            "rnn must be or contain an nn.RNN, nn.GRU or nn.LSTM or one of their Cells, got "
            f"{kind} with none{hint}"
        )
    if module is None and len(found) == 1:
        return next(iter(found.items()))
    names = ", ".join(f'"{name}" ({_words(part)})' for name, part in found.items())
    if module is None:
        example = f'{line}, module="{next(iter(found))}")'
        verb = line.removeprefix("rnnviz.").partition("(")[0]
        raise TypeError(
            f"{kind} has {len(found)} recurrent modules, {names}: name the one to {verb}, "
            f"as in {example}"
        )
    inside = [name for name in found if name == module or name.startswith(f"{module}.")]
    if module in found:
        inside = [module]
    if len(inside) != 1:
        raise ValueError(f'module must be one of {names}, got "{module[:60]}"')
    return inside[0], found[inside[0]]


def kind_of(part: Recurrent) -> str:
    """Return what a module is called in torch.nn, e.g. "LSTM", also of a class made from it."""
    return next(kind.__name__ for kind in KINDS if isinstance(part, kind))


def caught_calls(
    model: nn.Module, inner: Recurrent, given: tuple[Any, ...], named: Mapping[str, Any]
) -> list[ModuleCall]:
    """Run a model once, without dropout and gradients; return the calls of a module inside it.

    Weights, buffers, attributes, hooks, modes and random states are afterwards as before.
    """
    calls: list[ModuleCall] = []

    def catch(_: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any], made: Any) -> None:  # noqa: ANN401
        x = args[0] if args else kwargs["input"]
        state = args[1] if len(args) > 1 else kwargs.get("hx")
        cell = isinstance(inner, nn.RNNCellBase)
        calls.append(ModuleCall(_copied(x), _copied(state), _copied(made if cell else made[1])))

    with torch.no_grad(), evaluating(model), _left_as_found(model), _eager(model):
        handle = inner.register_forward_hook(catch, with_kwargs=True)
        try:
            model(*given, **named)
        finally:
            handle.remove()
    return calls


def arguments(model: nn.Module, x: Any, line: str) -> tuple[tuple[Any, ...], dict[str, Any]]:  # noqa: ANN401
    """Return the arguments of a model's `forward` by place and by name.

    Args:
        model: The model.
        x: A tuple of all arguments, a mapping of them by name, or the only one.
        line: What a person runs, e.g. "rnnviz.show(model, x)".

    Raises:
        TypeError: If `forward` needs another one, which is named with the line to run.
    """
    given: tuple[Any, ...] = x if isinstance(x, tuple) and type(x) is tuple else (x,)
    named: dict[str, Any] = {}
    if isinstance(x, Mapping):
        given, named = (), dict(x)
    called = getattr(model, "_orig_mod", model)
    try:
        signature = inspect.signature(called.forward)
    except (TypeError, ValueError):  # of compiled code
        return given, named
    try:
        signature.bind(*given, **named)
    except TypeError as error:
        free = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
        needed = [
            name
            for name, one in signature.parameters.items()
            if one.default is inspect.Parameter.empty and one.kind not in free
        ]
        bound = [*list(signature.parameters)[: len(given)], *named]
        missing = [name for name in needed if name not in bound]
        heading = f"{type(called).__name__}.forward({', '.join(signature.parameters)})"
        if not missing:
            raise TypeError(f"{heading} does not take these arguments: {error}") from error
        how, written = "as a tuple", f"({', '.join(needed)})"
        if any(one.kind is one.KEYWORD_ONLY for one in signature.parameters.values()):
            how = "by their names"
            written = "{" + ", ".join(f'"{name}": {name}' for name in needed) + "}"
        example = line.replace("model, x", f"model, {written}", 1)
        raise TypeError(
            f"{heading} also needs {' and '.join(missing)}: give all arguments {how}, as in "
            f"{example}"
        ) from error
    return given, named


def _words(part: Recurrent) -> str:
    return f"nn.{kind_of(part)}({part.input_size}, {part.hidden_size})"


def _copied(value: Any) -> Any:  # noqa: ANN401
    """Copy what a model may change in place afterwards."""
    if isinstance(value, PackedSequence):
        return PackedSequence(value.data.clone(), *value[1:])
    if isinstance(value, tuple):
        return tuple(part.clone() for part in value)
    return value.clone() if isinstance(value, Tensor) else value


@contextmanager
def _eager(model: nn.Module) -> Iterator[None]:
    """Run what torch.compile has wrapped as it is written: hooks are called only there."""
    compiled = any(
        hasattr(part, "_orig_mod") or getattr(part, "_compiled_call_impl", None) is not None
        for part in model.modules()
    )
    if not compiled:
        yield
        return
    with torch.compiler.set_stance("force_eager"):
        yield


@contextmanager
def _left_as_found(model: nn.Module) -> Iterator[None]:
    """Give every module its attributes and buffers back, and all generators their states.

    A stateful model stores the state that it ended with.
    """
    modules = list(model.modules())
    attributes = [dict(part.__dict__) for part in modules]
    buffers = [dict(part._buffers) for part in modules]
    tensors = [one for part in buffers for one in part.values() if one is not None]
    values = [(one, one.clone()) for one in tensors]
    plain, numbers = random.getstate(), np.random.get_state()
    devices = {one.device for one in model.parameters() if one.is_cuda}
    try:
        with ExitStack() as stack:
            stack.enter_context(torch.random.fork_rng(devices=sorted(d.index for d in devices)))
            yield
    finally:
        random.setstate(plain)
        np.random.set_state(numbers)
        for part, before, own in zip(modules, attributes, buffers, strict=True):
            for name in set(part.__dict__) - set(before):
                del part.__dict__[name]
            part.__dict__.update(before)
            part._buffers.clear()
            part._buffers.update(own)
        for tensor, value in values:
            if not torch.equal(tensor, value):
                tensor.copy_(value)
