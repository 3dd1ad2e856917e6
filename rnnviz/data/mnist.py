"""MNIST, complete and embedded: unpacked once, checked each time, never downloaded."""

from __future__ import annotations

import gzip
import hashlib
import tempfile
import zlib
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from torchvision.datasets import MNIST

from rnnviz.data.home import home
from rnnviz.data.whole import write_whole

ASSETS = Path(__file__).resolve().parent.parent / "assets" / "mnist"

# Of the uncompressed files, as Yann LeCun published them.
MD5 = {
    "train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
    "train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
    "t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
    "t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
}


class DamagedAssetError(RuntimeError):
    """A file that came with rnnviz is missing or not what it should be."""


class EmbeddedMNIST(MNIST):  # type: ignore[misc]  # torchvision ships no types
    """torchvision's MNIST, unpacked from the files that come with rnnviz.

    A raw file that is missing, cut short or changed is unpacked anew. Several processes may do so
    at once: each writes a file of its own and puts it in place in one step.

    Raises:
        DamagedAssetError: If an embedded file is missing or damaged; the message names it. Who asks
            for the training digits does not need those of the test, nor the other way round.
    """

    @property
    def raw_folder(self) -> str:
        """The folder of the four uncompressed files."""
        return str(Path(self.root) / "MNIST" / "raw")

    def _check_legacy_exist(self) -> bool:
        return False  # torchvision's old .pt files carry no checksum

    def _check_exists(self) -> bool:
        folder = Path(self.raw_folder)
        return all(_md5(folder / name) == MD5[name] for name in MD5 if self._needs(name))

    def download(self) -> None:
        """Unpack what is missing or damaged. Nothing is downloaded."""
        folder = Path(self.raw_folder)
        folder.mkdir(parents=True, exist_ok=True)
        for name, md5 in MD5.items():
            if _md5(folder / name) == md5:
                continue
            try:
                _unpack(ASSETS / f"{name}.gz", folder / name, md5)
            except DamagedAssetError:
                if self._needs(name):
                    raise

    def _needs(self, name: str) -> bool:
        return name.startswith("train") == bool(self.train)


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
        root: Where to unpack; None means `home()`. A folder that cannot be written is replaced by
            one that lasts as long as the call.

    Raises:
        DamagedAssetError: If an embedded file is missing or damaged.
    """
    try:
        data = EmbeddedMNIST(root or home(), train=train, download=True)
    except OSError:  # no right to, no room, a disk that is read-only: whatever the system calls it
        with tempfile.TemporaryDirectory() as folder:
            data = EmbeddedMNIST(folder, train=train, download=True)
    return Digits(data.data, data.targets)


def rows(images: Tensor) -> Tensor:
    """Turn pictures into sequences of rows: uint8 (B, 28, 28) -> float32 in [0, 1], (T, B, I)."""
    # Put in order as bytes: else the RNN's kernels would each do it again, with floats.
    return images.transpose(0, 1).contiguous().float().div_(255)


def _md5(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "md5").hexdigest()
    except OSError:
        return None


def _unpack(asset: Path, target: Path, md5: str) -> None:
    try:
        content = gzip.decompress(asset.read_bytes())
    except (OSError, EOFError, zlib.error) as error:
        raise DamagedAssetError(f"{asset} is missing or damaged: {error}") from error
    if (found := hashlib.md5(content).hexdigest()) != md5:
        raise DamagedAssetError(f"{asset} is damaged: MD5 of its content is {found}, not {md5}")
    write_whole(target, content)
