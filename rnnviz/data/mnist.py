"""MNIST, complete and embedded: unpacked once, verified at each load, never downloaded.

`data/torchvision_mnist.py` is the same as torchvision's dataset. Here it is read without: to import
torchvision takes as long as to import torch, at each start of the app and of a worker.
"""

from __future__ import annotations

import gzip
import hashlib
import zlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from rnnviz.data.atomic_write import write_whole
from rnnviz.data.cache_dir import home

ASSETS = Path(__file__).resolve().parents[1] / "assets" / "mnist"

# Of the uncompressed files, in the format that is called idx, as Yann LeCun published them.
MD5 = {
    "train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
    "train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
    "t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
    "t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
}


class DamagedAssetError(RuntimeError):
    """A file that came with rnnviz is missing or not what it should be."""


@dataclass(frozen=True)
class Digits:
    """Digits and what they are.

    Attributes:
        images: Grey values 0…255, bright ink on black, uint8, shape (N, 28, 28).
        labels: The digits, int64, shape (N,).
    """

    images: Tensor
    labels: Tensor

    def __len__(self) -> int:
        return len(self.labels)

    def to(self, device: torch.device | str) -> Digits:
        """Move both tensors to a device, once; slice them there."""
        return Digits(self.images.to(device), self.labels.to(device))

    def __getitem__(self, index: Tensor | slice) -> Digits:
        return Digits(self.images[index], self.labels[index])


def load(*, train: bool, root: Path | None = None) -> Digits:
    """Load the 60,000 training or the 10,000 test digits.

    Args:
        train: Which of the two.
        root: Where to unpack; None means `home()`. A folder that cannot be written is no obstacle.

    Raises:
        DamagedAssetError: If an embedded file is missing or damaged; the message names it. Who asks
            for the training digits does not need those of the test, nor the other way round.
    """
    folder = (root or home()) / "MNIST" / "raw"
    images, labels = (_content(folder, name) for name in names(train=train))
    # After a header, which tells of kind and shape.
    return Digits(_bytes(images[16:]).view(-1, 28, 28), _bytes(labels[8:]).long())


def names(*, train: bool) -> tuple[str, str]:
    """Return how the files of a part are called, that of the pictures and that of the labels."""
    images, labels, test_images, test_labels = MD5
    return (images, labels) if train else (test_images, test_labels)


def rows(images: Tensor) -> Tensor:
    """Turn pictures into sequences of rows: uint8 (B, 28, 28) -> float32 in [0, 1], (T, B, I)."""
    # Put in order as bytes: else the RNN's kernels would each do it again, with floats.
    return images.transpose(0, 1).contiguous().float().div_(255)


def _bytes(content: memoryview) -> Tensor:
    return torch.from_numpy(np.frombuffer(content, np.uint8).copy())


def _content(folder: Path, name: str) -> memoryview:
    """Return an uncompressed file; one that is missing, cut short or changed is unpacked anew.

    Several processes may do so at once: each writes a file of its own and puts it in place in one
    step.
    """
    with suppress(OSError):
        content = (folder / name).read_bytes()
        if _md5(content) == MD5[name]:
            return memoryview(content)
    content = _unpacked(ASSETS / f"{name}.gz", MD5[name])
    with suppress(OSError):  # no right to, no room, a disk that is read-only: then the next time
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(folder / name, content)
    return memoryview(content)


def _unpacked(asset: Path, md5: str) -> bytes:
    try:
        content = gzip.decompress(asset.read_bytes())
    except (OSError, EOFError, zlib.error) as error:
        why = getattr(error, "strerror", None) or error  # not where it is on this machine
        raise DamagedAssetError(f"{asset.name} is missing or damaged: {why}") from error
    if (found := _md5(content)) != md5:
        raise DamagedAssetError(
            f"{asset.name} is damaged: MD5 of its content is {found}, not {md5}"
        )
    return content


def _md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()
