"""Safe reading of a file that torch.save wrote, without executing anything in it.

The pickle is read by its syntax, in `uploads.pickle_values`: tensors and plain values are made
here, everything else stays a name. Each size is checked before anything of that size is made.
"""

from __future__ import annotations

import io
import sys
import zipfile
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from rnnviz.training.uploads.pickle_values import MORE, Opaque, PickleError, read_values

__all__ = ["DAMAGED", "MORE", "Opaque", "PickleError", "tensors"]

DAMAGED = "the .pt file is damaged, or is not one that torch.save wrote"

_STORAGES: dict[str, torch.dtype] = {
    "FloatStorage": torch.float32,
    "DoubleStorage": torch.float64,
    "HalfStorage": torch.float16,
    "BFloat16Storage": torch.bfloat16,
    "LongStorage": torch.int64,
    "IntStorage": torch.int32,
    "ShortStorage": torch.int16,
    "CharStorage": torch.int8,
    "ByteStorage": torch.uint8,
    "BoolStorage": torch.bool,
    "ComplexFloatStorage": torch.complex64,
    "ComplexDoubleStorage": torch.complex128,
    "UntypedStorage": torch.uint8,
}
_DTYPES = {f"torch {name}": v for name, v in vars(torch).items() if isinstance(v, torch.dtype)}
_TENSORS = tuple(f"torch._utils _rebuild_tensor{version}" for version in ("", "_v2", "_v3"))
_PARAMETERS = tuple(f"torch._utils _rebuild_parameter{state}" for state in ("", "_with_state"))
_SUBCLASS = "torch._tensor _rebuild_from_type_v2"
_KNOWN = frozenset(
    {
        *_TENSORS,
        *_PARAMETERS,
        _SUBCLASS,
        *_DTYPES,
        "torch._utils _rebuild_sparse_tensor",
        "torch.nn.parameter Parameter",
        "torch.serialization _get_layout",
        "collections OrderedDict",
        "collections Counter",
        "collections defaultdict",
        "torch Size",
        "torch device",
        *(f"torch {name}" for name in vars(torch) if name.endswith("Storage")),
        *(f"torch.storage {name}Storage" for name in ("Untyped", "Typed")),
    }
)
_OLD_MAGIC = 0x1950A86A20F9469CFC6C


def tensors(content: bytes, most_bytes: int) -> object:
    """Read what torch.save wrote: tensors and plain containers; anything else is an `Opaque`.

    Args:
        content: Of the file; it begins as a zip or a pickle does.
        most_bytes: What it may unpack to, and claim to hold.

    Raises:
        PickleError: If it asks for something to be run, is damaged, or claims more.
    """
    try:
        if content[:2] == b"PK":
            return _from_archive(content, most_bytes)
        return _from_old(content, most_bytes)
    except PickleError:
        raise
    # A damaged pickle may lead its reader to any error at all, and none is ours.
    except Exception as error:
        raise PickleError(DAMAGED) from error


def _from_archive(content: bytes, most_bytes: int) -> object:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        # Of a file that was packed tight, only this tells how much it would unpack to.
        unpacked = sum(entry.file_size for entry in archive.infolist())
        if unpacked > most_bytes:
            raise PickleError(
                f"the file unpacks to {unpacked / 1e6:,.0f} MB; at most {most_bytes / 1e6:.0f} "
                "are read"
            )
        named = [name for name in archive.namelist() if name.rpartition("/")[2] == "data.pkl"]
        folder = min(named, key=len).removesuffix("data.pkl")
        order = f"{folder}byteorder"
        swapped = order in archive.namelist() and archive.read(order) != sys.byteorder.encode()
        if swapped:
            raise PickleError("the file was written on a machine with another order of bytes")

        def stored(key: str, dtype: torch.dtype, _: int) -> Tensor:
            buffer = bytearray(archive.read(f"{folder}data/{key}"))
            return torch.frombuffer(buffer, dtype=dtype) if buffer else torch.empty(0, dtype=dtype)

        reader = _Reader(stored, most_bytes)
        return reader.read(io.BytesIO(archive.read(f"{folder}data.pkl")))


def _from_old(content: bytes, most_bytes: int) -> object:
    """Read the format before zip: a magic number, a version, the system, values, keys, storages.

    The storages stand behind what is made of them, so each is made empty and filled at the end.
    """
    file = io.BytesIO(content)

    def empty(_: str, dtype: torch.dtype, count: int) -> Tensor:
        return torch.empty(count, dtype=dtype)

    reader = _Reader(empty, min(most_bytes, len(content)))
    magic, version = reader.read(file), reader.read(file)
    if (magic, version) != (_OLD_MAGIC, 1001):
        # A pickle that torch did not write: its names are read too, they may be a better reason.
        raise PickleError(MORE if isinstance(magic, Opaque) else DAMAGED)
    reader.read(file)
    values, keys = reader.read(file), reader.read(file)
    if not isinstance(keys, list):
        raise PickleError(DAMAGED)
    for key in keys:
        storage = reader.storages[str(key)]
        count = int.from_bytes(file.read(8), "little")
        data = bytearray(file.read(count * storage.element_size()))
        if count != storage.numel():
            raise PickleError(DAMAGED)
        if count:
            storage.copy_(torch.frombuffer(data, dtype=storage.dtype))
    if set(reader.storages) - {str(key) for key in keys}:
        raise PickleError(DAMAGED)
    return values


class _Reader:
    """Makes the tensors of one file."""

    def __init__(self, stored: Callable[[str, torch.dtype, int], Tensor], most_bytes: int) -> None:
        self.stored, self.most_bytes = stored, most_bytes
        self.storages: dict[str, Tensor] = {}
        self.claimed = 0

    def read(self, file: io.BytesIO) -> object:
        """Read one pickle."""
        return read_values(file, self._storage, self._rebuilt, _KNOWN.__contains__)

    def _storage(self, told: object) -> object:
        """Return the storage of a persistent id: ("storage", class, key, device, count, …)."""
        if isinstance(told, tuple) and len(told) > 1 and told[0] == "module":
            return told[1]  # in the format before zip: a class, with its source beside it
        if not isinstance(told, tuple) or len(told) < 5 or told[0] not in ("storage", b"storage"):
            raise PickleError(DAMAGED)
        _, kind, key, _, count = told[:5]
        name = kind.name.partition(" ")[2] if isinstance(kind, Opaque) else ""
        if name not in _STORAGES:
            return Opaque("Tensor")
        key, dtype = str(key), _STORAGES[name]
        if key not in self.storages:
            self.claimed += int(count) * dtype.itemsize
            if int(count) < 0 or self.claimed > self.most_bytes:
                raise PickleError(
                    f"the file claims to hold {count:,} of something; at most "
                    f"{self.most_bytes:,} are read"
                )
            self.storages[key] = self.stored(key, dtype, int(count))
        return self.storages[key]

    def _rebuilt(self, name: str, arguments: tuple[Any, ...]) -> object:
        """Make what a known function makes."""
        if name in _TENSORS:
            return _tensor(name, arguments)
        if name in _PARAMETERS or name == "torch.nn.parameter Parameter":
            return arguments[0]
        if name == _SUBCLASS and isinstance(arguments[0], Opaque) and arguments[0].name in _TENSORS:
            return _tensor(arguments[0].name, arguments[2])
        if name == "torch._utils _rebuild_sparse_tensor":
            return Opaque("Tensor")  # none that is read here, which is no danger
        if name == "torch Size":
            return tuple(arguments[0])
        if name.startswith("collections "):
            given = arguments[-1] if arguments else {}
            return dict(given) if isinstance(given, dict) else _pairs(given)
        return Opaque(name)


def _pairs(given: object) -> dict[object, object]:
    """Return the dict of pairs; of a defaultdict nothing but its factory may be given."""
    pairs = given if isinstance(given, list | tuple) else []
    return {pair[0]: pair[1] for pair in pairs if isinstance(pair[0], str)}


def _tensor(name: str, arguments: tuple[Any, ...]) -> object:
    """Lay a tensor over its storage; torch refuses one that would reach beyond."""
    storage, offset, size, stride = arguments[:4]
    if not isinstance(storage, Tensor):
        return Opaque("Tensor")
    if name.endswith("_v3"):
        dtype = _DTYPES.get(getattr(arguments[6], "name", ""))
        if dtype is None:
            return Opaque("Tensor")
        storage = storage.view(dtype)
    return storage.as_strided(size, stride, offset)
