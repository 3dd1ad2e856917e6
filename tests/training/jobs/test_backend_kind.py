"""Tests of the choice of a backend by environment variables, and of invalid values."""

import socket
import sys
from pathlib import Path

import pytest

from rnnviz.training.jobs import backend as backends
from rnnviz.training.jobs.backend import PROCESSES, RAY, REQUIREMENTS, backend, kind
from rnnviz.training.jobs.backend_error import BackendError
from rnnviz.training.jobs.worker import Processes

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def with_ray(monkeypatch, tmp_path):
    """Lets it be found also where it is not installed: nothing here imports it."""
    (tmp_path / "ray").mkdir()
    (tmp_path / "ray" / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)


def test_without_a_variable_they_run_in_processes_of_this_machine(monkeypatch):
    monkeypatch.delenv("RNNVIZ_JOBS", raising=False)
    assert kind({}) == kind({"RNNVIZ_JOBS": " "}) == PROCESSES
    assert isinstance(backend(), Processes)
    assert backend().places >= 1


def test_an_unknown_kind_is_refused(monkeypatch):
    with pytest.raises(BackendError, match=r"^RNNVIZ_JOBS must be processes or ray, got 'Ray'$"):
        kind({"RNNVIZ_JOBS": "Ray"})
    monkeypatch.setenv("RNNVIZ_JOBS", "x" * 999)
    with pytest.raises(BackendError) as caught:
        backend()
    assert len(str(caught.value)) < 200


def test_without_ray_the_way_out_is_said(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(BackendError, match=f"not installed: pip install -r {REQUIREMENTS}, or "):
        kind({"RNNVIZ_JOBS": "ray"})
    assert (ROOT / REQUIREMENTS).is_file()


@pytest.mark.parametrize(
    "address", ["ray://10.0.0.1:10001", "10.0.0.1", ":6379", "host:port", "host:99999", "host:²"]
)
def test_an_address_that_is_none_of_a_cluster_is_refused(with_ray, address):
    with pytest.raises(BackendError, match=r"^RAY_ADDRESS must be HOST:PORT .*, got '"):
        kind({"RNNVIZ_JOBS": "ray", "RAY_ADDRESS": address})


def test_where_nobody_listens_the_start_does_not_wait_for_ray(with_ray):
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
        assert kind({"RNNVIZ_JOBS": "ray", "RAY_ADDRESS": address}) == RAY
    with pytest.raises(BackendError, match=f"^no Ray cluster answers at RAY_ADDRESS={address}: "):
        kind({"RNNVIZ_JOBS": "ray", "RAY_ADDRESS": address})


def test_without_an_address_a_cluster_is_started_here(with_ray):
    for address in ("", "local", "auto"):
        assert kind({"RNNVIZ_JOBS": "ray", "RAY_ADDRESS": address}) == RAY
    assert backends.ROW.startswith("| `RNNVIZ_JOBS` | processes | processes, ray |")
