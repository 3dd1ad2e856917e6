"""Tests of `bench gpu` as a process on a CPU: its laws, a part that fails, a kill, a time limit."""

import json
import math
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

from rnnviz.bench import gpu, gpu_memory, gpu_parity
from rnnviz.bench.step_profile import kernel_summary
from rnnviz.core.config import ModelConfig, TrainConfig
from rnnviz.training.tasks.digits import RunConfig

ROOT = Path(__file__).resolve().parents[2]
WITHOUT_CUDA = {"graph": "no CUDA graphs on cpu", "full": "no memory of its own on cpu"}
COMMAND = [sys.executable, "-m", "rnnviz", "bench", "gpu", "--out"]


def environment():
    return os.environ | {"CUDA_VISIBLE_DEVICES": ""}


@pytest.fixture(scope="module")
def checked(home, tmp_path_factory):
    """The whole command on a CPU: its lines, and its file."""
    path = tmp_path_factory.mktemp("gpu") / "new" / "gpu.json"
    done = subprocess.run(
        [*COMMAND, str(path)],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines(), json.loads(path.read_bytes())


@pytest.mark.slow
def test_every_part_is_there_once_passed_or_with_the_reason_why_not(checked):
    _, figures = checked
    assert [part["name"] for part in figures["parts"]] == list(gpu.PARTS)
    for part in figures["parts"]:
        assert part.keys() == {"name", "status", "seconds", "figures", "reason"}
        expected = WITHOUT_CUDA.get(part["name"])
        assert part["status"] == ("not run" if expected else "passed"), part["reason"]
        assert (expected or "") in part["reason"]
        assert bool(part["figures"]) == (not expected)
        assert bool(part["reason"]) == bool(expected)
    assert (figures["failed"], figures["complete"]) == (0, True)
    assert sum(part["seconds"] for part in figures["parts"]) <= figures["wall_s"] + 0.1


@pytest.mark.slow
def test_a_line_tells_of_each_part_as_it_ends_and_the_table_has_a_row_for_each(checked):
    lines, figures = checked
    told = [line.split(":")[0] for line in lines[: len(gpu.PARTS)]]
    rows = [line.split(" | ")[0] for line in lines if line.startswith("| ")]
    assert told == list(gpu.PARTS)
    assert rows == ["| part", "| ---", *(f"| {name}" for name in gpu.PARTS)]
    assert "\n".join(lines[len(gpu.PARTS) :]) == gpu.table(figures)
    assert f"torch {torch.__version__}" in lines[-1]


@pytest.mark.slow
def test_the_header_says_what_computed(checked):
    header = checked[1]["header"]
    assert (header["type"], header["torch"]) == ("cpu", str(torch.__version__))
    assert header["device"] == "CPU, 1 thread"
    assert header["machine"]["cores"] == os.cpu_count()
    assert header["torchvision"]


@pytest.mark.slow
def test_parts_say_what_they_are_to_say(checked):
    found = {part["name"]: part["figures"] for part in checked[1]["parts"]}
    assert len(found["parity"]["rows"]) == 2 * 5 * 2 * 2  # dtypes, cells, layers, directions
    for dtype, largest in found["parity"]["largest"].items():
        assert 0 < largest <= found["parity"]["tolerances"][dtype]
    assert all(row["loss"] <= 1e-9 for row in found["stacked"]["rows"])
    (row,) = found["resume"]["rows"]
    assert row["equal"]
    assert 0 < row["stopped_after"] < row["steps"]
    epoch = found["epoch"]
    seconds = {name: of["median"] for name, of in epoch["epoch_s"].items()}
    to_notebook = seconds["notebook"] / seconds["loop"]
    assert epoch["ratios"]["notebook"]["median"] == pytest.approx(to_notebook, rel=0.01)
    assert seconds["loop"] == pytest.approx(938 / epoch["steps_per_s"]["loop"]["median"], rel=0.05)
    assert found["kernels"]["lstm_share"] > 0
    batches = [row["batch"] for row in found["batch"]["rows"]]
    assert found["batch"]["largest"]["batch"] == max(batches) == gpu_memory.MOST_BATCH["cpu"]
    assert all(row["peak_bytes"] > 0 for row in found["batch"]["rows"])


FAULTY = """
import resource, sys
from functools import partial
resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536))  # no larger file can be written
from rnnviz import cli
from rnnviz.bench import gpu
gpu.measure = partial(gpu.measure, names=("resume", "full", "kernels"))
sys.exit(cli.main(["bench", "gpu", "--out", sys.argv[1]]))
"""


@pytest.mark.slow
def test_a_part_that_fails_does_not_stop_the_others_and_is_the_commands_failure(
    training_digits, test_digits, tmp_path
):
    path = tmp_path / "gpu.json"
    done = subprocess.run(
        [sys.executable, "-c", FAULTY, str(path)],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    figures = json.loads(path.read_bytes())
    resume, full, kernels = figures["parts"]
    assert (resume["status"], full["status"], kernels["status"]) == ("failed", "not run", "passed")
    assert "OSError" in resume["reason"]
    assert "File too large" in resume["reason"]
    assert figures["failed"] == 1
    assert "| resume | failed |" in done.stdout


@pytest.mark.slow
def test_what_was_done_survives_a_kill_and_nothing_goes_on(home, tmp_path):
    path = tmp_path / "gpu.json"
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(
            [*COMMAND, str(path)],
            cwd=ROOT,
            env=environment(),
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        wait_until(path.exists)
        process.send_signal(signal.SIGKILL)
        process.wait()
    figures = json.loads(path.read_bytes())
    names = [part["name"] for part in figures["parts"]]
    assert names
    assert names == list(gpu.PARTS)[: len(names)]
    assert not figures["complete"]
    wait_until(lambda: not group_lives(process.pid))


def wait_until(holds, seconds=120):
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)


def group_lives(leader):
    try:
        os.killpg(leader, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.slow
def test_a_part_that_takes_too_long_is_stopped_and_the_next_one_runs(home):
    told = []
    figures = gpu.measure(
        "cpu", tell=told.append, names=("parity", "stacked"), limits_s={"parity": 0.0}
    )
    parity, stacked = figures["parts"]
    assert parity["status"] == "failed"
    assert parity["reason"].startswith("it was stopped after")
    assert stacked["status"] == "passed"
    assert len(told) == 2


def test_a_device_that_is_not_there_is_refused_before_any_part(tmp_path):
    with pytest.raises(ValueError, match="device must be auto, cuda, mps or cpu"):
        gpu.measure("tpu")


@pytest.mark.parametrize("raised", [False, True])
def test_tf32_is_off_within_and_as_before_afterwards(raised):
    backends = torch.backends
    places = (backends.cuda.matmul, backends.cudnn.rnn, backends.cudnn.conv)
    before = [place.fp32_precision for place in places]
    try:
        with gpu_parity.ieee_float32(torch.device("cuda")):
            assert [place.fp32_precision for place in places] == ["ieee"] * 3
            if raised:
                raise RuntimeError("a fault")
    except RuntimeError:
        assert raised
    assert [place.fp32_precision for place in places] == before


def test_wrong_numbers_no_numbers_and_errors_are_all_wrong():
    good = {"network": "a", "dtype": "float32", "trace": 1e-6, "gradients": 1e-6, "reach": 1e-6}
    assert gpu_parity._wrong([good]) == ""
    assert "trace differs by 2.0e-05" in gpu_parity._wrong([good | {"trace": 2e-5}])
    assert "reach differs by nan" in gpu_parity._wrong([good | {"reach": math.nan}])
    assert "no kernel; 1 more" in gpu_parity._wrong(
        [{"network": "a", "dtype": "float32", "error": "no kernel"}, good | {"trace": 1.0}]
    )


def test_a_difference_that_is_no_number_is_found():
    some, other = [torch.ones(2)], [torch.tensor([1.0, math.nan])]
    assert math.isnan(gpu_parity._difference(some, other, relative=False))
    assert gpu_parity._difference([torch.tensor([3.0])], [torch.tensor([4.0])], relative=True) == (
        pytest.approx(0.25)
    )


def test_kernels_that_overlap_count_once_and_their_own_times_in_full():
    found = kernel_summary(
        [("a", 0, 4_000), ("b", 2_000, 4_000), ("a", 10_000, 2_000)], 40.0, 20.0, 2
    )
    assert found["busy_us"] == 4.0  # 8 of 20 µs in two steps
    assert found["kernel_share"] == 0.4
    assert (found["step_us"], found["profiled_step_us"], found["kernels"]) == (10, 20, 1.5)
    rows = {row["kernel"]: (row["calls"], row["own_us"]) for row in found["table"]}
    assert rows == {"a": (1.0, 3.0), "b": (0.5, 2.0)}
    assert kernel_summary([], 40.0, 20.0, 2)["table"] == []


def test_a_training_in_a_worker_tells_how_it_ended(home):
    config = RunConfig(
        ModelConfig(hidden_size=4), TrainConfig(epochs=1, batch_size=20), digits=40, device="cpu"
    )
    last = gpu_memory._in_a_worker(config)
    assert (last.state, last.step, last.note) == ("done", 2, "")
    with pytest.raises(gpu_memory.NotRunError, match="no memory of its own"):
        gpu_memory.full(torch.device("cpu"), lambda _: None)
