"""Tests of the container's files: what they name exists; no image is built."""

import json
import re
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from streamlit import config

from rnnviz.training.jobs.server_limits import Bounds, variable
from rnnviz.ui.app import monitoring

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
    assert f"http://127.0.0.1:8501{monitoring.HEALTH}" in after
    assert "--server.port=8501" in after
    assert "--logger.hideWelcomeMessage=true" in after, "nothing of the internet is asked"
    assert "useradd" in before


def test_what_cannot_be_written_later_is_compiled_when_all_is_there():
    last = max(DOCKERFILE.index(line) for line in re.findall(r"^COPY .*$", DOCKERFILE, re.M))
    assert last < DOCKERFILE.index("RUN python -m compileall") < DOCKERFILE.index("USER rnnviz")


def test_torch_is_there_before_what_would_bring_another_build_of_it():
    own = DOCKERFILE.index('${TORCH_INDEX:+--index-url "$TORCH_INDEX"}')
    assert own < DOCKERFILE.index("-r requirements.txt")
    assert "ARG TORCH_INDEX=\n" in DOCKERFILE, "unless named it is pip's default index"
    assert not re.search(r"--upgrade|--force-reinstall|\s-U\s", DOCKERFILE)


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


def test_every_option_of_its_command_is_one_of_streamlit():
    (command,) = re.findall(r"^CMD (.*)$", DOCKERFILE, re.MULTILINE)
    options = [word for word in json.loads(command) if word.startswith("--")]
    assert {option[2:].partition("=")[0] for option in options} <= set(config.get_config_options())


@pytest.mark.parametrize("status", [200, 503])
def test_its_health_check_fails_exactly_when_the_server_says_that_it_is_not_well(status):
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(status if self.path == monitoring.HEALTH else 404)
            self.end_headers()

        def log_message(self, *_):
            pass

    command = json.loads(re.search(r"HEALTHCHECK [^[]*CMD (\[.*\])", DOCKERFILE)[1])
    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        here = command[2].replace(":8501", f":{server.server_port}")
        done = subprocess.run([sys.executable, "-c", here], capture_output=True)
        server.shutdown()
        thread.join()
    assert (done.returncode == 0) == (status == 200)
