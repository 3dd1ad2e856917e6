"""The wheel: what is in it, and what is installed from it works in any folder."""

import json
import os
import re
import socket
import subprocess
import sys
import time
import tomllib
import urllib.request
import zipfile
from contextlib import contextmanager
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

from rnnviz import cli

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CONFIG = tomllib.loads((ROOT / ".streamlit/config.toml").read_text(encoding="utf-8"))
PATIENCE_S = 120
OFFLINE = ("--no-deps", "--no-index", "--disable-pip-version-check", "--quiet")
WHERE = "import sys, rnnviz; print(rnnviz.__file__, 'torch' in sys.modules)"


def pip(*arguments):
    command = [sys.executable, "-m", "pip", *arguments, *OFFLINE]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    pip("wheel", "--no-build-isolation", "-w", str(folder), ".")
    [path] = folder.iterdir()
    return path


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """Folder of packages with rnnviz in it; Streamlit, torch and the others are those of pytest."""
    folder = tmp_path_factory.mktemp("installed")
    pip("install", "--target", str(folder), str(wheel))
    return folder


@pytest.fixture
def environment(installed, tmp_path):
    """Variables of someone who has rnnviz installed, and nothing in the cache yet."""
    variables = {k: v for k, v in os.environ.items() if k not in ("RNNVIZ_HOME", "HOME")}
    cache = {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    return variables | cache | {"PYTHONPATH": str(installed)}


def command(installed):
    return str(installed / "bin" / "rnnviz")


def files(folder):
    """Return the time and size of each file, except of compiled modules."""
    found = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc")
    return {str(path): (path.stat().st_mtime_ns, path.stat().st_size) for path in found}


def present(*paths):
    """Return the files that are there, without compiled modules."""
    found = set()
    for path in map(ROOT.joinpath, paths):
        inside = [path] if path.is_file() else path.rglob("*")
        found |= {one.relative_to(ROOT) for one in inside if one.is_file()}
    return {one.as_posix() for one in found if "__pycache__" not in one.parts}


def test_the_wheel_has_every_file_of_the_package_and_of_the_app_and_no_other(wheel):
    app = {f"rnnviz/_app/{name}" for name in present("app.py", "pages", ".streamlit/config.toml")}
    assert {f"rnnviz/_app/{name}" for name in ("app.py", ".streamlit/config.toml")} < app
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
        assert names == present("rnnviz") | app
        for name in sorted(app):
            source = ROOT / name.removeprefix("rnnviz/_app/")
            assert archive.read(name) == source.read_bytes(), name


def test_it_requires_what_requirements_txt_does(wheel):
    with zipfile.ZipFile(wheel) as archive:
        [name] = [name for name in archive.namelist() if name.endswith("/METADATA")]
        lines = archive.read(name).decode().partition("\n\n")[0].splitlines()
    required = [line.split(": ")[1] for line in lines if line.startswith("Requires-Dist: ")]
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    expected = {line.split("#")[0].strip() for line in text.splitlines()}
    assert {_parts(line) for line in required if ";" not in line} == set(map(_parts, expected))
    assert f"Version: {PROJECT['version']}" in lines


def _parts(requirement):
    """Return the name and the bounds of a requirement, in any order."""
    name = requirement.split(">")[0].split("<")[0]
    return name, frozenset(requirement.removeprefix(name).split(","))


def test_python_imports_it_from_any_folder_and_torch_comes_later(installed, environment, tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", WHERE], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert done.stdout.split() == [str(installed / "rnnviz" / "__init__.py"), "False"], done.stderr


def test_the_command_classifies_a_picture(installed, environment, tmp_path, test_digits):
    Image.fromarray(test_digits.images[0].numpy()).resize((140, 140)).save(tmp_path / "7.png")
    arguments = [command(installed), "classify", "7.png"]
    done = subprocess.run(arguments, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["digit"] == 7


def test_without_streamlit_the_app_is_refused_in_a_sentence(installed, environment, tmp_path):
    without_packages = [sys.executable, "-S", "-m", "rnnviz", "app"]
    done = subprocess.run(
        without_packages, cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "rnnviz: the app needs Streamlit: pip install -U streamlit\n"


HELP = {
    "the command": ("-m", "rnnviz", "app", "--help"),
    "the function": ("-c", "from rnnviz import cli; cli.main(['app', '--help'])"),
}


@pytest.mark.parametrize("way", HELP)
def test_the_app_takes_the_options_of_streamlit(installed, environment, tmp_path, way):
    arguments = [sys.executable, *HELP[way]]
    done = subprocess.run(arguments, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "--server.port" in done.stdout


def test_the_help_lists_the_commands(capsys):
    with pytest.raises(SystemExit, match="0"):
        cli.main(["--help"])
    told = capsys.readouterr().out
    assert told.startswith("usage: rnnviz ")
    for name in ("app", "classify", "train", "bench"):
        assert re.search(rf"^ +{name} +\w", told, re.MULTILINE), name


@contextmanager
def serving(*arguments, cwd, env):
    """Run the app as a process; yield its address when it answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--server.port", str(port), "--server.headless", "true"]
    options += ["--logger.hideWelcomeMessage", "true"]
    log = cwd / "log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*arguments, "app", *options], cwd=cwd, env=env, stdout=out, stderr=out
        )
    try:
        address = f"http://127.0.0.1:{port}"
        end = time.monotonic() + PATIENCE_S
        while not answers(f"{address}/_stcore/health"):
            assert process.poll() is None and time.monotonic() < end, log.read_text()  # noqa: PT018
            time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait(PATIENCE_S)
    assert "Traceback" not in log.read_text()


def answers(address):
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


@pytest.mark.browser
def test_the_app_opens_in_a_folder_of_its_own_with_its_settings(
    installed, environment, tmp_path, chromium
):
    before = files(installed)
    (tmp_path / "app.py").write_text("raise SystemExit('another app')")
    with serving(command(installed), cwd=tmp_path, env=environment) as address:
        page = chromium.new_page(viewport={"width": 1440, "height": 900}, color_scheme="light")
        page.set_default_timeout(PATIENCE_S * 1e3)
        page.goto(f"{address}/draw")
        page.locator("canvas.ink").wait_for()
        color = page.locator("[data-testid=stApp]").evaluate("e => getComputedStyle(e).background")
        paper = CONFIG["theme"]["light"]["backgroundColor"]
        assert f"rgb({', '.join(str(c) for c in bytes.fromhex(paper[1:]))})" in color
        page.goto(address)
        page.get_by_role("link", name="Train a network").click()
        heading = page.get_by_role("heading", level=1)
        expect(heading).to_have_text("How does a hidden state form?", timeout=PATIENCE_S * 1e3)
        expect(page.get_by_test_id("stException")).to_have_count(0)
        page.close()
    assert (tmp_path / "cache" / "rnnviz").is_dir(), "runs and data are in the user's cache"
    assert files(installed) == before, "nothing is written where packages are"
