"""Values of a pickle, read by its syntax alone: nothing that it names is looked up or called.

A pickle is a program for a machine with a stack. Here each of its steps either makes a plain value
(number, text, list, dict) or an `Opaque` that remembers a name. What a tensor is made of goes to
two functions of the caller.
"""

from __future__ import annotations

import itertools
import pickletools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO, Any

MORE = "the file holds more than weights, which is not run here; save model.state_dict() alone"
MOST_STEPS = 3_000_000  # of a pickle: some 5 s. A checkpoint with its tensors has a few thousand

# Modules whose names are there to be called: a file that asks for one is refused as a whole.
_RUNNERS = frozenset(
    {
        *("builtins", "os", "posix", "nt", "sys", "subprocess", "importlib", "runpy", "shutil"),
        *("socket", "ctypes", "code", "codeop", "pty", "webbrowser", "pickle", "marshal"),
        *("shelve", "signal", "threading", "multiprocessing", "asyncio"),
    }
)
_PLAIN_BUILTINS = frozenset(
    {
        *("set", "frozenset", "complex", "slice", "range", "object", "list", "dict", "tuple"),
        *("int", "float", "str", "bool", "getattr"),
    }
)
# Modules of which only what makes a plain tensor is known; their other names make anything.
_TORCH = frozenset({"torch", "torch._utils", "torch._tensor", "torch.storage"})
_PUSHED = frozenset(
    {
        *("INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "FLOAT", "BINFLOAT"),
        *("STRING", "BINSTRING", "SHORT_BINSTRING", "UNICODE", "BINUNICODE", "SHORT_BINUNICODE"),
        *("BINUNICODE8", "BINBYTES", "SHORT_BINBYTES", "BINBYTES8", "BYTEARRAY8"),
    }
)
_CONSTANTS: dict[str, object] = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False}
_IGNORED = frozenset({"PROTO", "FRAME"})
_MARK = object()


class PickleError(ValueError):
    """A file that is not opened; one sentence without its full stop."""


@dataclass(frozen=True, eq=False)
class Opaque:
    """Something of a file that is no plain value and was not made: of a class, or a class itself.

    Attributes:
        name: Of the class or function, "module name"; "Tensor" for one of a kind that is not read.
        attributes: What the file sets on it.
    """

    name: str
    attributes: dict[Any, Any] = field(default_factory=dict, repr=False)


Reduce = Callable[[str, tuple[Any, ...]], object]


def read_values(
    file: IO[bytes],
    storage: Callable[[object], object],
    rebuilt: Reduce,
    known: Callable[[str], bool],
) -> object:
    """Read one pickle, up to its end.

    Args:
        file: From the pickle's first byte on; it is left after the last one.
        storage: What a persistent id stands for.
        rebuilt: What a known function makes of its arguments.
        known: Whether `rebuilt` takes a name, e.g. "torch._utils _rebuild_tensor_v2".

    Raises:
        PickleError: If the pickle names what could run something, or has more than `MOST_STEPS`.
        Exception: Of any kind, if it is damaged.
    """
    machine = _Machine(storage, rebuilt, known)
    for count, (opcode, value, _) in enumerate(pickletools.genops(file)):
        if count > MOST_STEPS:
            raise PickleError(f"the file holds more than {MOST_STEPS:,} values beside its tensors")
        if opcode.name == "STOP":
            return machine.stack[-1]
        machine.step(opcode.name, value)
    raise EOFError


class _Machine:
    """Stack and memo of one pickle."""

    def __init__(
        self,
        storage: Callable[[object], object],
        rebuilt: Reduce,
        known: Callable[[str], bool],
    ) -> None:
        self.stack: list[Any] = []
        self.memo: dict[int, Any] = {}
        self.storage, self.rebuilt, self.known = storage, rebuilt, known

    def step(self, name: str, value: Any) -> None:  # noqa: ANN401
        """Do one step; `value` is what stands behind it in the file."""
        stack = self.stack
        if name in _IGNORED:
            return
        if name in _PUSHED:
            stack.append(value)
        elif name in _CONSTANTS:
            stack.append(_CONSTANTS[name])
        elif name == "MARK":
            stack.append(_MARK)
        elif name in ("GET", "BINGET", "LONG_BINGET"):
            stack.append(self.memo[int(value)])
        elif name in ("PUT", "BINPUT", "LONG_BINPUT"):
            self.memo[int(value)] = stack[-1]
        elif name == "MEMOIZE":
            self.memo[len(self.memo)] = stack[-1]
        elif name == "POP":
            stack.pop()
        elif name == "POP_MARK":
            self._marked()
        elif name == "DUP":
            stack.append(stack[-1])
        elif name in ("PERSID", "BINPERSID"):
            stack.append(self.storage(stack.pop() if name == "BINPERSID" else value))
        elif not (self._make(name) or self._fill(name)):
            self._name(name, value)

    def _marked(self) -> list[Any]:
        """Take everything above the last mark."""
        stack = self.stack
        place = len(stack) - 1
        while stack[place] is not _MARK:
            place -= 1
            if place < 0:
                raise EOFError
        found = stack[place + 1 :]
        del stack[place:]
        return found

    def _make(self, name: str) -> bool:
        """Make a container; return whether that is what the step does."""
        stack = self.stack
        if name.startswith("EMPTY_"):
            made: dict[str, Callable[[], object]] = {"LIST": list, "TUPLE": tuple, "DICT": dict}
            kind = name.removeprefix("EMPTY_")
            stack.append(made[kind]() if kind in made else Opaque("builtins set"))
        elif name in ("TUPLE1", "TUPLE2", "TUPLE3"):
            count = int(name[-1])
            values = tuple(stack[-count:])
            if len(values) < count:
                raise EOFError
            stack[-count:] = [values]
        elif name == "LIST":
            stack.append(self._marked())
        elif name == "TUPLE":
            stack.append(tuple(self._marked()))
        elif name == "FROZENSET":
            self._marked()
            stack.append(Opaque("builtins frozenset"))
        elif name == "DICT":
            values = tuple(self._marked())
            stack.append(_with_items({}, values))
        else:
            return False
        return True

    def _fill(self, name: str) -> bool:
        """Put values into a container; return whether that is what the step does."""
        stack = self.stack
        if name in ("APPEND", "APPENDS", "ADDITEMS"):
            values = [stack.pop()] if name == "APPEND" else self._marked()
            if isinstance(stack[-1], list):
                stack[-1].extend(values)
        elif name in ("SETITEM", "SETITEMS"):
            if name == "SETITEM":
                values = [*stack[-2:]]
                del stack[-2:]
            else:
                values = self._marked()
            if isinstance(stack[-1], dict):
                _with_items(stack[-1], tuple(values))
        elif name == "BUILD":  # attributes, if there are slots a pair: no plain value has any
            state = stack.pop()
            if isinstance(stack[-1], Opaque) and isinstance(state, dict):
                _with_items(stack[-1].attributes, tuple(itertools.chain(*state.items())))
        else:
            return False
        return True

    def _name(self, name: str, value: Any) -> None:  # noqa: ANN401
        """Name something, or apply what was named."""
        stack = self.stack
        if name == "GLOBAL":
            stack.append(self._allowed(value))
        elif name == "STACK_GLOBAL":
            of, module = stack.pop(), stack.pop()
            stack.append(self._allowed(f"{module} {of}"))
        elif name == "INST":
            self._marked()
            stack.append(self._allowed(value))
        elif name == "OBJ":
            stack.append(self._applied(*_first(self._marked())))
        elif name in ("REDUCE", "NEWOBJ", "NEWOBJ_EX"):
            if name == "NEWOBJ_EX":
                stack.pop()
            arguments = stack.pop()
            stack.append(self._applied(stack.pop(), arguments))
        else:  # an extension of the reader's own machine, or a buffer outside the file
            raise PickleError(MORE)

    def _allowed(self, name: str) -> Opaque:
        """Return a name unless whatever it stands for is there to run or to make something."""
        module, _, of = name.partition(" ")
        module = {"__builtin__": "builtins"}.get(module, module)
        root = module.partition(".")[0]
        plain = module == "builtins" and of in _PLAIN_BUILTINS
        if not self.known(name) and not plain and (root in _RUNNERS or module in _TORCH):
            raise PickleError(MORE)
        return Opaque(f"{module} {of}")

    def _applied(self, function: object, arguments: object) -> object:
        if not isinstance(function, Opaque) or not isinstance(arguments, tuple):
            raise PickleError(MORE)
        if self.known(function.name):
            return self.rebuilt(function.name, arguments)
        return Opaque(function.name)


def _first(values: list[Any]) -> tuple[Any, tuple[Any, ...]]:
    return values[0], tuple(values[1:])


def _with_items(values: dict[Any, Any], items: tuple[Any, ...]) -> dict[Any, Any]:
    """Set items; a key of parts, whose hash a file can make endless, becomes one of its own."""
    if len(items) % 2:
        raise EOFError
    for key, value in zip(items[::2], items[1::2], strict=True):
        plain = key is None or isinstance(key, str | int | float | bytes | Opaque)
        values[key if plain else Opaque("a key of parts")] = value
    return values
