"""Tests of the choice of a device that passes its check, and of the file of verdicts."""

import json
import subprocess
import sys

import pytest
import torch

from rnnviz.core import device_check
from rnnviz.data.cache_dir import home
from rnnviz.training import device_choice
from rnnviz.training.loop import stacked_training
from tests.simulated_device import Simulated, claim_mps, off_by

MPS, CPU = torch.device("mps"), torch.device("cpu")
WRONG = "Apple GPU (MPS) is not used: the states of its LSTM differ from the CPU's by 0.3"
OTHER_PROCESS = """
import torch
torch.cuda.is_available = lambda: False
torch.backends.mps.is_available = lambda: True
from rnnviz.training import device_choice
print(device_choice.choose().reason)
"""


@pytest.fixture(autouse=True)
def own_home(tmp_path, monkeypatch):
    monkeypatch.setenv("RNNVIZ_HOME", str(tmp_path / "home"))
    claim_mps(monkeypatch)
    forget()
    yield
    forget()


def forget():
    """Be another process."""
    device_choice._fault.cache_clear()


def chosen(fault=None):
    """Choose in a process of its own on a simulated device; return also its calls."""
    forget()
    with Simulated(fault) as device:
        return device_choice.choose(), device.calls


def path():
    return home() / device_choice.FILE


def verdict():
    (found,) = json.loads(path().read_bytes()).values()
    return found


def test_auto_takes_a_device_that_computes_correctly():
    assert chosen()[0] == device_choice.Choice(MPS)
    assert verdict()["fault"] == ""
    assert 0 < verdict()["wall_s"] < 60


def test_auto_passes_over_one_that_does_not_and_says_why():
    assert chosen(off_by(0.3))[0] == device_choice.Choice(CPU, WRONG)


def test_one_that_is_asked_for_by_name_is_taken_without_a_check():
    with Simulated(off_by(0.3)) as device:
        assert device_choice.choose("mps") == device_choice.Choice(MPS)
        assert device_choice.choose("cpu") == device_choice.Choice(CPU)
    assert device.calls == 0
    assert not path().exists()
    with pytest.raises(ValueError, match="device must be auto, cuda, mps or cpu"):
        device_choice.choose("tpu")


def test_a_cpu_alone_is_not_checked(monkeypatch):
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    assert device_choice.choose("auto") == device_choice.Choice(CPU)
    assert not path().exists()


@pytest.mark.skipif(torch.cuda.device_count() > 0, reason="there is a real CUDA device")
def test_the_next_best_is_taken(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda device: "GPU of a test")
    choice, calls = chosen()
    assert choice.device == MPS
    assert choice.reason.startswith("GPU of a test is not used: its RNN raised ")
    assert calls > 0
    assert not stacked_training.pays("auto")
    choice, _ = chosen()
    assert choice.device == MPS
    assert len(json.loads(path().read_bytes())) == 2


def test_it_is_checked_once_by_all_processes():
    chosen(off_by(0.3))
    assert chosen() == (device_choice.Choice(CPU, WRONG), 0)
    done = subprocess.run(
        [sys.executable, "-c", OTHER_PROCESS], capture_output=True, text=True, check=True
    )
    assert done.stdout == f"{WRONG}\n"


def test_it_is_checked_once_in_a_process_where_nothing_can_be_saved(monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    for folder in (tmp_path / "file" / "home", "/proc/nowhere"):
        monkeypatch.setenv("RNNVIZ_HOME", str(folder))
        choice, calls = chosen(off_by(0.3))
        assert choice.reason == WRONG
        assert calls > 0
        with Simulated() as device:
            assert device_choice.choose() == choice
        assert device.calls == 0
        assert chosen()[0].device == MPS


@pytest.mark.parametrize("what", ["torch", "check", "macOS"])
def test_another_version_is_checked_again(what, monkeypatch):
    assert chosen()[0].device == MPS
    if what == "torch":
        monkeypatch.setattr(torch, "__version__", "99.0")
    elif what == "check":
        monkeypatch.setattr(device_check, "VERSION", device_check.VERSION + 1)
    else:
        monkeypatch.setattr("platform.mac_ver", lambda: ("99.0", ("", "", ""), "arm64"))
    assert chosen(off_by(0.3))[0].reason == WRONG
    monkeypatch.undo()


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"\xff", b'{"KEY": 3}', b'{"KEY": {"fault": 3}}', b'{"KEY": {}}']
)
def test_a_damaged_file_is_written_again(content):
    chosen()
    (key,) = json.loads(path().read_bytes())
    path().write_bytes(content.replace(b"KEY", key.encode()))
    choice, calls = chosen(off_by(0.3))
    assert choice.reason == WRONG
    assert calls > 0
    assert verdict()["fault"] in WRONG


def test_a_device_that_is_full_is_not_used_and_checked_again_by_the_next_process():
    def full(name, func, args):
        raise torch.OutOfMemoryError("MPS backend out of memory (1 GiB)")

    choice, _ = chosen(full)
    assert choice.device == CPU
    assert "its check raised OutOfMemoryError: MPS backend out of memory" in choice.reason
    for _ in range(device_choice.TRIES):
        chosen(full)
    assert chosen()[0].device == MPS


def test_a_device_that_ends_the_process_twice_is_not_used():
    def ends(name, func, args):
        raise KeyboardInterrupt

    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            chosen(ends)
    choice, calls = chosen()
    assert choice == device_choice.Choice(
        CPU, "Apple GPU (MPS) is not used: the process ended during its check, 2 times"
    )
    assert calls == 0


def test_a_check_cut_short_once_is_done_again():
    def ends(name, func, args):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        chosen(ends)
    assert chosen()[0].device == MPS
    assert verdict()["fault"] == ""
