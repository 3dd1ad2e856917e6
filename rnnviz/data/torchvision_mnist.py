"""torchvision's MNIST dataset over the files that are embedded in rnnviz."""

from __future__ import annotations

from pathlib import Path

from torchvision.datasets import MNIST

from rnnviz.data import mnist


class EmbeddedMNIST(MNIST):  # type: ignore[misc]  # torchvision ships no types
    """torchvision's dataset, unpacked as `mnist.load` does it, of the part that is asked for.

    Raises:
        DamagedAssetError: As `mnist.load`.
    """

    @property
    def raw_folder(self) -> str:
        """The folder of the uncompressed files."""
        return str(Path(self.root) / "MNIST" / "raw")

    def _check_legacy_exist(self) -> bool:
        return False  # torchvision's old .pt files carry no checksum

    def _check_exists(self) -> bool:
        folder = Path(self.raw_folder)
        return all((folder / name).exists() for name in mnist.names(train=self.train))

    def download(self) -> None:
        """Unpack what is missing or damaged. Nothing is downloaded."""
        mnist.load(train=self.train, root=Path(self.root))
