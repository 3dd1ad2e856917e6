"""Helpers for tests of downloads: the offered files, compared with their run."""

import csv
import io
from xml.etree import ElementTree

import torch
from safetensors.torch import load
from streamlit.testing.v1 import AppTest

from rnnviz.training.export import notebook
from rnnviz.training.tasks.registry import task_of
from rnnviz.ui.session import keys as session_keys
from rnnviz.ui.widgets import run_downloads
from tests import exported_scripts
from tests.stored_runs import keep

LINK = "http://localhost:8501/characters?view=hello"


def panel(run_id, link="", unfolded=True):
    """Return an app that shows the downloads of a run."""

    def app(run_id, link):
        from rnnviz.ui.widgets import run_downloads

        run_downloads.show(run_id, link)

    at = AppTest.from_function(app, args=(run_id, link), default_timeout=180)
    at.session_state[session_keys.TAKE_HOME] = unfolded
    at.run()
    assert not at.exception
    return at


def offered(at):
    return [element.proto.label for element in at.get("download_button")]


def assert_offered(config):
    """Assert that all files of a run are offered, and that each is what its name says."""
    record, model = keep(config, scale=1.5)
    script = task_of(config).script_name
    at = panel(record.id, LINK)
    names = [script, notebook.file_name(script), "weights.safetensors", "history.csv"]
    assert offered(at) == [*names, "curves.svg"]
    assert at.code[0].value == LINK
    files = run_downloads.files(record.id, config, LINK, max(record.checkpoints))
    found = {file.name: file.content() for file in files}
    assert found[script] == exported_scripts.script(config, link=LINK)
    assert found[notebook.file_name(script)] == notebook.notebook(found[script], script)
    weights = load(found["weights.safetensors"])
    for key, value in model.named_parameters():
        assert torch.equal(weights.pop(key), value), key
    assert not weights
    labels = task_of(config).labels(config)
    rows = list(csv.DictReader(io.StringIO(found["history.csv"])))
    assert [row["loss"] for row in rows] == ["2.3", "2.1", "1.9", ""]
    assert (rows[-1]["kind"], rows[-1][f"{labels.unit}_read"]) == (labels.judges, "10000")
    texts = {t.text for t in ElementTree.fromstring(found["curves.svg"]).iter() if t.text}
    assert {"loss", labels.shares, labels.judges} <= texts


def assert_weights_load(config, folder, monkeypatch):
    """Assert that the lines that load the weights do so beside the script."""
    record, model = keep(config, scale=1.5)
    lines = panel(record.id).code[1].value
    for file in run_downloads.files(record.id, config, LINK, max(record.checkpoints))[:3]:
        content = file.content()
        data = content if isinstance(content, bytes) else content.encode()
        (folder / file.name).write_bytes(data)
    monkeypatch.chdir(folder)
    script = task_of(config).script_name.removesuffix(".py")
    space, source = {"__name__": script}, (folder / f"{script}.py").read_text(encoding="utf-8")
    with torch.random.fork_rng(devices=[]):
        exec(compile(source, f"{script}.py", "exec"), space)
        exec(lines.replace(f"from {script} import build", ""), space)
    for key, value in model.named_parameters():
        assert torch.equal(dict(space["model"].named_parameters())[key], value), key
