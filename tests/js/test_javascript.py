"""Tests of the front-end's modules by Node.js: lint, types, and the tests beside this file."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
INSTALL = ("install", "--no-package-lock", "--no-audit", "--no-fund")


def npm(*command):
    done = subprocess.run(
        [shutil.which("npm"), *command], cwd=HERE, capture_output=True, text=True, check=False
    )
    return done.returncode == 0, f"{done.stdout[-6000:]}\n{done.stderr[-3000:]}"


def give_up(reason):
    """Skip, or fail where CI requires Node.js."""
    if os.environ.get("RNNVIZ_REQUIRE_NODE") == "1":
        pytest.fail(f"{reason}, and RNNVIZ_REQUIRE_NODE=1")
    pytest.skip(reason)


def installed():
    """Whether the packages are those that package.json names now."""
    state = HERE / "node_modules" / ".package-lock.json"
    wanted = (HERE / "package.json").stat().st_mtime
    return state.exists() and state.stat().st_mtime >= wanted


@pytest.fixture(scope="module")
def packages():
    if shutil.which("node") is None or shutil.which("npm") is None:
        give_up("node is not installed")
    if not installed():
        done, words = npm(*INSTALL)
        if not done:
            give_up(f"npm cannot install the packages: {words.strip()[-300:]}")


@pytest.mark.parametrize("script", ["lint", "types", "test"])
def test_the_front_end_passes(packages, script):
    done, words = npm("run", "--silent", script)
    assert done, words
