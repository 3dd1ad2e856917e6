import errno
import gzip
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from rnnviz.data import mnist
from rnnviz.data.cache_dir import home as home_folder
from rnnviz.data.torchvision_mnist import EmbeddedMNIST
from tests.disk_faults import no_renaming_to

RAW = "MNIST/raw/t10k-images-idx3-ubyte"
TEST_FILES = ["t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"]


@pytest.fixture
def root(tmp_path):
    mnist.load(train=False, root=tmp_path)
    return tmp_path


def test_all_70000_digits_are_there(training_digits, test_digits):
    assert training_digits.images.shape == (60_000, 28, 28)
    assert training_digits.images.dtype == torch.uint8
    assert test_digits.images.shape == (10_000, 28, 28)
    # Counted from the label files as published.
    assert torch.bincount(training_digits.labels).tolist() == [
        5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949,
    ]  # fmt: skip
    assert test_digits.labels[:10].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]


def test_rows_are_sequences_time_first_in_zero_to_one(test_digits):
    x = mnist.rows(test_digits.images[:3])
    assert x.shape == (28, 3, 28)
    assert (x.min(), x.max()) == (0.0, 1.0)
    torch.testing.assert_close(x[7, 2] * 255, test_digits.images[2, 7].float())


def test_digits_are_sliced_with_their_labels(test_digits):
    fives = test_digits[test_digits.labels == 5]
    assert len(fives) == 892
    assert set(fives.labels.tolist()) == {5}


@pytest.mark.parametrize("train", [True, False])
def test_torchvisions_dataset_over_the_same_files_has_the_same_digits(tmp_path, train):
    digits = mnist.load(train=train)
    theirs = EmbeddedMNIST(tmp_path, train=train, download=True)
    assert torch.equal(theirs.data, digits.images)
    assert torch.equal(theirs.targets, digits.labels)
    picture, label = theirs[7]
    assert torch.equal(torch.from_numpy(np.array(picture)), digits.images[7])
    assert label == digits.labels[7]


def test_neither_app_nor_worker_waits_for_torchvision():
    code = (
        "import sys; import rnnviz.training.jobs.worker, rnnviz.training.jobs.round_robin,"
        "rnnviz.ui.server.embedded_models, rnnviz.ui.server.run_manager,"
        "rnnviz.chapters.runs.search.ui.server, rnnviz.ui.app.monitoring;"
        "print('torchvision' in sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.split()[-1] == "False"


@pytest.mark.parametrize("damage", ["flip", "cut", "gone"])
def test_a_damaged_file_is_mended(root, damage, test_digits):
    raw = root / RAW
    content = raw.read_bytes()
    if damage == "flip":
        raw.write_bytes(content[:5000] + bytes([content[5000] ^ 1]) + content[5001:])
    elif damage == "cut":
        raw.write_bytes(content[:5000])
    else:
        raw.unlink()
    assert torch.equal(mnist.load(train=False, root=root).images, test_digits.images)
    assert raw.read_bytes() == content


def test_no_half_file_is_left_beside_the_unpacked_ones(root):
    assert sorted(path.name for path in (root / "MNIST/raw").iterdir()) == TEST_FILES


@pytest.fixture
def assets(tmp_path, monkeypatch):
    """A copy of the embedded files, which is read instead of them."""
    copied = Path(shutil.copytree(mnist.ASSETS, tmp_path / "assets"))
    monkeypatch.setattr(mnist, "ASSETS", copied)
    return copied


@pytest.mark.parametrize("damage", ["flip", "cut", "other", "gone"])
def test_a_damaged_asset_is_named(tmp_path, assets, damage):
    bad = assets / "t10k-labels-idx1-ubyte.gz"
    content = bad.read_bytes()
    if damage == "flip":
        bad.write_bytes(content[:900] + bytes([content[900] ^ 255]) + content[901:])
    elif damage == "cut":
        bad.write_bytes(content[:900])
    elif damage == "other":
        bad.write_bytes(gzip.compress(b"another file"))
    else:
        bad.unlink()
    with pytest.raises(mnist.DamagedAssetError, match="t10k-labels-idx1-ubyte"):
        mnist.load(train=False, root=tmp_path / "home")


@pytest.mark.parametrize(("asked", "missing"), [(True, "t10k"), (False, "train")])
def test_who_asks_for_one_part_does_not_need_the_other(tmp_path, assets, asked, missing):
    for path in assets.glob(f"{missing}*.gz"):
        path.unlink()
    assert len(mnist.load(train=asked, root=tmp_path)) == (60_000 if asked else 10_000)
    with pytest.raises(mnist.DamagedAssetError, match=missing):
        mnist.load(train=not asked, root=tmp_path)


def test_two_processes_may_start_at_once(tmp_path):
    code = (
        "import sys; from pathlib import Path; from rnnviz.data import mnist;"
        "print(mnist.load(train=False, root=Path(sys.argv[1])).images.sum().item())"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    started = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    answers = [process.communicate(timeout=120)[0].strip() for process in started]
    assert [process.returncode for process in started] == [0, 0]
    assert answers == [answers[0]] * 2
    assert sorted(path.name for path in (tmp_path / "MNIST/raw").iterdir()) == TEST_FILES


def test_a_home_that_cannot_be_written_is_no_obstacle(tmp_path, test_digits):
    not_a_folder = tmp_path / "file"
    not_a_folder.write_text("")
    digits = mnist.load(train=False, root=not_a_folder)
    assert torch.equal(digits.labels, test_digits.labels)


def test_nor_is_one_on_a_disk_that_is_read_only(tmp_path, test_digits):
    with no_renaming_to(RAW.rsplit("/", 1)[1], number=errno.EROFS, within=tmp_path):
        digits = mnist.load(train=False, root=tmp_path / "home")
    assert torch.equal(digits.images, test_digits.images)
    assert not (tmp_path / "home" / RAW).exists()


def test_the_home_is_the_one_set_by_hand(monkeypatch, tmp_path):
    monkeypatch.setenv("RNNVIZ_HOME", str(tmp_path / "here"))
    assert home_folder() == tmp_path / "here"
    monkeypatch.delenv("RNNVIZ_HOME")
    assert home_folder().name == "rnnviz"
