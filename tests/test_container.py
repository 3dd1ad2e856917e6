"""The container's files name what is there; nothing here builds it."""

import re
from pathlib import Path

from rnnviz.training.bounds import Bounds, variable
from rnnviz.ui import watching

ROOT = Path(__file__).resolve().parents[1]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
COMPOSE = (ROOT / "compose.yaml").read_text(encoding="utf-8")


def test_what_is_copied_is_there_and_not_ignored():
    copied = re.findall(r"^COPY (\S+) ", DOCKERFILE, re.MULTILINE)
    assert len(copied) == 5
    kept = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    for path in copied:
        assert (ROOT / path).exists(), path
        assert f"!{path}" in kept


def test_it_runs_the_app_without_root_and_asks_for_its_health():
    before, _, after = DOCKERFILE.partition("USER rnnviz")
    assert "RUN" not in after
    assert '"streamlit", "run", "app.py"' in after
    assert f"http://127.0.0.1:8501{watching.HEALTH}" in after
    assert "--server.port=8501" in after
    assert "useradd" in before


def test_the_versions_of_torch_are_those_of_the_requirements():
    required = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    for package in re.findall(r'"(torch\S*>=\S+)"', DOCKERFILE):
        assert re.search(rf"^{re.escape(package)}\s", required, re.MULTILINE), package


def test_all_that_is_written_lies_in_the_one_volume():
    assert "RNNVIZ_HOME=/data" in DOCKERFILE
    assert "VOLUME /data" in DOCKERFILE
    assert "rnnviz-data:/data" in COMPOSE
    assert "read_only: true" in COMPOSE


def test_every_variable_is_one_that_there_is():
    known = {variable(name) for name in Bounds.__dataclass_fields__} | {"RNNVIZ_HOME"}
    assert set(re.findall(r"RNNVIZ_[A-Z_]+", DOCKERFILE + COMPOSE)) <= known
