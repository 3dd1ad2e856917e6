"""A file that torch.save wrote, opened without running or making anything that it asks for.

`weights_only` alone runs nothing, yet lets a file of 300 bytes ask for a bytearray of any size. So
what a file names is read first, by its syntax: only what a state_dict is made of goes on to torch.
"""

from __future__ import annotations

import io
import pickle
import pickletools
import zipfile

import torch

DAMAGED = "the .pt file is damaged, or is not one that torch.save wrote"
MORE = "the file holds more than weights, which is not run here; save model.state_dict() alone"

# Nothing among these makes more than is in the file; torch has a say on each after this.
_NAMES = frozenset(
    {
        "collections OrderedDict",
        "collections Counter",
        "_codecs encode",
        "builtins set",
        "__builtin__ set",
        "torch Size",
        "torch device",
        "torch.nn.parameter Parameter",
        "torch.serialization _get_layout",
        *(
            f"torch._utils _rebuild_{name}"
            for name in ("tensor", "tensor_v2", "tensor_v3", "parameter", "sparse_tensor")
        ),
        *(f"torch {name}" for name, value in vars(torch).items() if isinstance(value, torch.dtype)),
        *(f"torch {name}" for name in vars(torch) if name.endswith("Storage")),
        "torch.storage UntypedStorage",
        "torch.storage TypedStorage",
    }
)
_OLD_PICKLES = 5  # of the format before zip: a magic number, a version, the system, names, keys
_TEXTS = ("SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8", "UNICODE")


class PickleError(ValueError):
    """A file that is not opened; one sentence without its full stop."""


def tensors(content: bytes, most_bytes: int) -> object:
    """Let torch read what it wrote: tensors and plain containers, nothing else.

    Args:
        content: Of the file; it begins as a zip or a pickle does.
        most_bytes: What it may unpack to, and claim to hold.

    Raises:
        PickleError: If it holds anything else, is damaged, or claims more.
    """
    try:
        if content[:2] == b"PK":
            _check_archive(content, most_bytes)
        else:
            _check_old(content, most_bytes)
        return torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
    except PickleError:
        raise
    except pickle.UnpicklingError as error:
        if "GLOBAL" not in str(error):  # else it asks for something to be run
            raise PickleError(DAMAGED) from error
        raise PickleError(MORE) from error
    # A damaged pickle may lead its reader to any error at all, and none is ours.
    except Exception as error:
        raise PickleError(DAMAGED) from error


def _check_archive(content: bytes, most_bytes: int) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        # Of a file that was packed tight, only this tells how much it would unpack to.
        unpacked = sum(entry.file_size for entry in archive.infolist())
        if unpacked > most_bytes:
            raise PickleError(
                f"the file unpacks to {unpacked / 1e6:,.0f} MB; at most {most_bytes / 1e6:.0f} "
                "are read"
            )
        for entry in archive.infolist():
            if entry.filename.endswith(".pkl"):
                _check_names(io.BytesIO(archive.read(entry)))


def _check_old(content: bytes, most_bytes: int) -> None:
    """Check the pickles that stand one after the other; their storages are made before read."""
    file = io.BytesIO(content)
    for k in range(_OLD_PICKLES):
        claimed = _check_names(file)
        if k and claimed > most_bytes:  # the first is a magic number
            raise PickleError(
                f"the file claims to hold {claimed:,} of something; at most {most_bytes:,} are read"
            )


def _check_names(file: io.BytesIO) -> int:
    """Raise if a pickle names what is not in `_NAMES`; return its largest whole number."""
    texts: list[str] = []
    largest = 0
    for opcode, value, _ in pickletools.genops(file):
        if opcode.name in _TEXTS:
            texts = [*texts[-1:], str(value)]
        named = value if opcode.name in ("GLOBAL", "INST") else None
        if opcode.name == "STACK_GLOBAL":
            named = " ".join(texts) if len(texts) == 2 else "nobody knows what"
        if (named is not None and named not in _NAMES) or opcode.name.startswith("EXT"):
            raise PickleError(MORE)
        if isinstance(value, int) and not isinstance(value, bool):
            largest = max(largest, value)
    return largest
