"""Tests of the choice of a device and of its name, on any machine."""

import pytest
import torch

from rnnviz.core import device


def absent():
    """Devices that this machine does not have."""
    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    return [kind for kind, is_there in there.items() if not is_there]


def test_cpu_is_always_there():
    assert device.pick("cpu") == torch.device("cpu")


@pytest.mark.parametrize("name", [None, "auto"])
def test_auto_takes_a_device_that_computes(name):
    picked = device.pick(name)
    assert torch.ones(2, device=picked).sum().item() == 2
    assert picked.type not in absent()
    if absent() == ["cuda", "mps"]:
        assert picked.type == "cpu"


def test_device_that_is_not_there_is_said_in_words():
    assert absent(), "no machine has both CUDA and MPS"
    for kind in absent():
        with pytest.raises(ValueError, match=f"{kind} was asked for, but torch finds none here"):
            device.pick(kind)


def test_number_beyond_the_last_device_is_said_in_words():
    with pytest.raises(ValueError, match="cpu:7 was asked for, but torch counts 1 of cpu here"):
        device.pick("cpu:7")


@pytest.mark.parametrize("name", ["tpu", "", "cuda:", "cuda:x", "cpu:-1", "CPU"])
def test_unknown_names_are_refused(name):
    with pytest.raises(ValueError, match="device must be auto, cuda, mps or cpu, got"):
        device.pick(name)


def test_cpu_is_described_with_its_threads():
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(2)
        assert device.describe(torch.device("cpu")) == "CPU, 2 threads"
        torch.set_num_threads(1)
        assert device.describe(torch.device("cpu")) == "CPU, 1 thread"
    finally:
        torch.set_num_threads(before)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_gpu_is_described_by_its_own_name():
    assert device.describe(device.pick("cuda")) == torch.cuda.get_device_name()
