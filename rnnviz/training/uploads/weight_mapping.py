"""Weight mapping: which of a file's nested mappings holds the network, and what is left aside."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from rnnviz.training.uploads.pickle_values import MORE, Opaque

EXPECTED = "the state_dict of one nn.RNN, nn.GRU or nn.LSTM and one nn.Linear is expected"

# Names under which people save what they mean, the likeliest first: of several networks it counts.
KEYS = ("model_state_dict", "state_dict", "model", "model_state", "net", "network", "params")
DEEPEST = 4  # mappings in each other
MOST_LISTED, MOST_MODULES = 16, 1000  # values of a list, modules of a model that are looked through
RECURRENT = re.compile(
    r"(.*?)((?:weight_ih|weight_hh|bias_ih|bias_hh|weight_hr)(?:_l\d+(?:_reverse)?)?)"
)
_COUNTER = "num_batches_tracked"
_WRAPPERS = ("module", "_orig_mod")  # of DataParallel and of torch.compile


class OwnModelError(ValueError):
    """A file that cannot be shown; one sentence of what was found and what was expected."""


@dataclass(frozen=True, eq=False)
class Weights:
    """The tensors of one network.

    Attributes:
        values: Plain tensors of floating-point numbers by name, without the prefix that all share,
            in the order of their modules.
        ignored: What else the file holds, each a sentence.
    """

    values: dict[str, Tensor]
    ignored: tuple[str, ...]


def find_weights(content: object, *, ordered: bool) -> Weights:
    """Find the one mapping of tensors that holds a recurrent network.

    Args:
        content: What a file holds.
        ordered: Whether the file has the order in which the modules were made.

    Raises:
        OwnModelError: If there is none, or more than one.
    """
    content, whole = _opened(content)
    if isinstance(content, Opaque):
        raise OwnModelError(MORE)
    if not isinstance(content, Mapping) or not content:
        found = "nothing" if isinstance(content, Mapping) else _kind(content)
        raise OwnModelError(f"the file holds {found}; {EXPECTED}")
    mappings = list(_mappings(content))
    path = _chosen(content, mappings)
    values: Mapping[Any, Any] = dict(mappings)[path]
    ignored = _others(content, path)
    if not any(not RECURRENT.fullmatch(name) for name in _tensors(values)) and path:
        parent = dict(mappings)[path[:-1]]  # a state_dict for each module, side by side
        values, rest = _side_by_side(parent)
        ignored = _others(content, path[:-1]) + _beside(rest)
    plain, beside = _plain(values)
    plain = _without_prefix(plain)
    if not ordered:
        plain = dict(sorted(plain.items(), key=_by_number))
    return Weights(plain, whole + ignored + beside)


def is_plain(value: Tensor) -> bool:
    """Whether a tensor is one of floating-point numbers that lie on the CPU, one after another."""
    return (
        value.is_floating_point()
        and value.layout == torch.strided
        and not value.is_nested
        and value.device.type == "cpu"
    )


def module_path(name: str) -> str:
    """Return what a module is called in Python, e.g. "model.layers[0]" for "layers.0"."""
    parts = [part for part in name[:200].split(".") if part and part not in _WRAPPERS]
    if len(name) > 100 or not all(part.isidentifier() or part.isdecimal() for part in parts):
        return "model"
    return "model" + "".join(f"[{part}]" if part.isdecimal() else f".{part}" for part in parts)


def record_line(name: str) -> str:
    """Return what to run instead: a recording of the recurrent network of a name."""
    path = module_path(name)
    return (
        f'run `import rnnviz; rnnviz.record({path}, x, "recording.safetensors")` where it was '
        "trained and bring that file: x is what the recurrent layer reads"
    )


def listed(names: list[str], most: int = 4) -> str:
    """Return the first few names."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(short(name) for name in names[:most]) + more


def short(name: object) -> str:
    """Return a name of a file, cut to what a sentence can hold."""
    text = str(name) if isinstance(name, str | int | float) else type(name).__name__
    text = " ".join(text.split())
    return text if len(text) <= 60 else f"{text[:57]}…"


def _opened(content: object) -> tuple[object, tuple[str, ...]]:
    """Make mappings of whole models, of lists and of tuples; say which models there are."""
    made: dict[int, object] = {}  # one may be in many places, or in itself
    classes: dict[str, None] = {}

    def opened(value: object, depth: int) -> object:
        if id(value) in made or depth > DEEPEST:
            return made.get(id(value), value)
        made[id(value)] = value
        if isinstance(value, Opaque) and (weights := _module_weights(value)):
            if any(RECURRENT.fullmatch(name) for name in weights):
                classes[short(value.name.rpartition(" ")[2])] = None
            made[id(value)] = weights
        elif isinstance(value, Mapping):
            made[id(value)] = {key: opened(one, depth + 1) for key, one in value.items()}
        elif isinstance(value, list | tuple) and len(value) <= MOST_LISTED:
            items = {str(k): opened(one, depth + 1) for k, one in enumerate(value)}
            if any(isinstance(one, Mapping) for one in items.values()):
                made[id(value)] = items
        return made[id(value)]

    found = opened(content, 0)
    return found, tuple(
        f"Of the whole model {name} its weights alone are read." for name in classes
    )


def _module_weights(module: Opaque) -> dict[str, Tensor]:
    """Name the tensors of a whole model, an nn.Module or one of TorchScript, as its state_dict."""
    found: dict[str, Tensor] = {}
    left, seen = [("", module)], {id(module)}
    while left and len(seen) <= MOST_MODULES:
        prefix, one = left.pop()
        held: Mapping[Any, Any] = one.attributes
        tensors, modules = held, held  # of TorchScript
        if isinstance(held.get("_parameters"), Mapping):
            tensors = {**held["_parameters"], **_mapping(held.get("_buffers"))}
            modules = _mapping(held.get("_modules"))
        found |= {f"{prefix}{name}": value for name, value in _tensors(tensors).items()}
        below = [(name, value) for name, value in modules.items() if isinstance(value, Opaque)]
        for name, value in reversed(below):  # the first one is taken next
            if id(value) not in seen:
                seen.add(id(value))
                left.append((f"{prefix}{name}.", value))
    return found


def _mapping(value: object) -> Mapping[Any, Any]:
    return value if isinstance(value, Mapping) else {}


def _side_by_side(parent: Mapping[Any, Any]) -> tuple[dict[str, Tensor], list[str]]:
    """Join the state_dicts of several modules; return what else there is."""
    joined: dict[str, Tensor] = {}
    rest: list[str] = []
    for key, value in parent.items():
        found = _tensors(value) if isinstance(value, Mapping) and isinstance(key, str) else {}
        joined |= {f"{key}.{name}": one for name, one in found.items()}
        rest += [] if found else [short(key)]
    return joined, rest


def _plain(values: Mapping[Any, Any]) -> tuple[dict[str, Tensor], tuple[str, ...]]:
    """Part the plain tensors from everything else; say what that is."""
    found = _tensors(values)
    plain = {name: value for name, value in found.items() if is_plain(value)}
    others = [name for name in found if name not in plain]
    if wrong := [name for name in others if RECURRENT.fullmatch(name)]:
        raise OwnModelError(f"{short(wrong[0])} is no plain tensor of floating-point numbers")
    rest = [short(name) for name in values if name not in found]
    rest += [name for name in others if not name.endswith(_COUNTER)]
    ignored = [f"Beside the weights {listed(rest)} is ignored."] if rest else []
    if any(name.endswith(_COUNTER) for name in others):
        ignored.append("The count of batches of each batch normalization is ignored.")
    return plain, tuple(ignored)


def _mappings(content: Mapping[Any, Any]) -> Iterator[tuple[tuple[Any, ...], Mapping[Any, Any]]]:
    """Yield all mappings with the keys that lead there, the outer ones first."""
    level: list[tuple[tuple[Any, ...], Mapping[Any, Any]]] = [((), content)]
    seen = {id(content)}  # one may be in many places, or in itself
    for _ in range(DEEPEST):
        below: list[tuple[tuple[Any, ...], Mapping[Any, Any]]] = []
        for path, mapping in level:
            yield path, mapping
            for key, value in mapping.items():
                if isinstance(value, Mapping) and id(value) not in seen:
                    seen.add(id(value))
                    below.append(((*path, key), value))
        level = below


def _tensors(mapping: Mapping[Any, Any]) -> dict[str, Tensor]:
    return {
        key: value
        for key, value in mapping.items()
        if isinstance(key, str) and isinstance(value, Tensor)
    }


def _chosen(
    content: Mapping[Any, Any], mappings: list[tuple[tuple[Any, ...], Mapping[Any, Any]]]
) -> tuple[Any, ...]:
    """Return the keys that lead to the mapping with a recurrent network."""
    found = [
        path
        for path, mapping in mappings
        if any(RECURRENT.fullmatch(name) for name in _tensors(mapping))
    ]
    if len(found) > 1:
        known = [path for path in found if path and path[-1] in KEYS]
        best = min((KEYS.index(path[-1]) for path in known), default=0)
        named = [path for path in known if KEYS.index(path[-1]) == best]
        top = [path for path in found if len(path) == min(map(len, found))]
        found = named if len(named) == 1 else top if len(top) == 1 and not known else found
    if len(found) > 1:
        names = listed([".".join(map(short, path)) or "the file itself" for path in found])
        raise OwnModelError(f"{len(found)} parts of the file hold a recurrent network, {names}")
    if found:
        return found[0]
    values = [value for _, mapping in mappings for value in mapping.values()]
    if any(isinstance(value, Opaque) and " " in value.name for value in values):
        raise OwnModelError(MORE)
    seen = [
        f"{short(name)} {tuple(value.shape)}"
        for _, mapping in mappings
        for name, value in _tensors(mapping).items()
    ]
    if seen:
        more = f" and {len(seen) - 3} more" if len(seen) > 3 else ""
        raise OwnModelError(
            f"no recurrent weights were found among {', '.join(seen[:3])}{more}; {EXPECTED}"
        )
    key, value = next(iter(content.items()))
    kind = short(value.name) if isinstance(value, Opaque) else type(value).__name__
    raise OwnModelError(f"the file holds {short(key)} of type {kind}; {EXPECTED}")


def _others(content: Mapping[Any, Any], path: tuple[Any, ...]) -> tuple[str, ...]:
    """Say what lies beside the path through the mappings."""
    rest: list[str] = []
    level: Mapping[Any, Any] = content
    for key in path:
        rest += [short(other) for other in level if other != key]
        level = level[key]
    where = ".".join(map(short, path))
    said = (f"The weights lie under {where}.",) if where else ()
    return said + _beside(rest)


def _beside(rest: list[str]) -> tuple[str, ...]:
    return (f"Beside them {listed(rest)} is ignored.",) if rest else ()


def _kind(value: object) -> str:
    return f"an object of type {type(value).__name__}"


def _without_prefix(values: dict[str, Tensor]) -> dict[str, Tensor]:
    """Cut off the modules around the whole network, e.g. `module.` or `model.net.`."""
    names = [[part for part in name.split(".")[:-1] if part not in _WRAPPERS] for name in values]
    same = 0
    while all(len(name) > same + 1 for name in names) and len({n[same] for n in names}) == 1:
        same += 1
    cut = {}
    for parts, (name, value) in zip(names, values.items(), strict=True):
        cut[".".join([*parts[same:], name.rpartition(".")[2]])] = value
    return cut if len(cut) == len(values) else values


def _by_number(item: tuple[str, Tensor]) -> list[tuple[int, str]]:
    """Sort names with numbers by number: safetensors has no order of its own."""
    return [
        (int(part), "") if part.isdigit() and len(part) < 10 else (-1, part)
        for part in re.split(r"(\d+)", item[0])
    ]
