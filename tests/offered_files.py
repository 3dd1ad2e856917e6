"""Helpers for tests of downloads: the offered files, compared with their run."""

import csv
import io
from dataclasses import replace
from xml.etree import ElementTree

import torch
from safetensors.torch import load
from streamlit.testing.v1 import AppTest

from rnnviz.training.export import notebook
from rnnviz.training.tasks.registry import task_of
from rnnviz.ui.session import keys as session_keys
from rnnviz.ui.widgets import group_downloads
from tests import exported_scripts
from tests.exported_scripts import HERE
from tests.stored_runs import keep

LINK = "http://localhost:8501/characters?view=hello"


def panel(run_id):
    def app(run_id, link):
        from rnnviz.ui.widgets import group_downloads

        group_downloads.show_run(run_id, link)

    at = AppTest.from_function(app, args=(run_id, LINK), default_timeout=180)
    at.session_state[session_keys.TAKE_HOME] = True
    at.run()
    assert not at.exception
    return at


def offered(at):
    return [element.proto.label for element in at.get("download_button")]


def said(at):
    return " ".join(part.value for part in (*at.markdown, *at.caption, *at.info))


def assert_offered(config):
    """Assert that all files of a run are offered, and that each is what its name says."""
    record, model = keep(config, scale=1.5)
    script = task_of(config).script_name
    at = panel(record.id)
    names = [script, notebook.file_name(script), "weights.safetensors", "history.csv"]
    assert offered(at) == [*names, "curves.svg"]
    assert at.code[0].value == LINK
    found = {
        file.name: file.content() for file in group_downloads.files(record.id, config, LINK, True)
    }
    assert found[script] == exported_scripts.script(config, replace(HERE, link=LINK))
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
    for file in group_downloads.files(record.id, config, LINK, True)[:3]:
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
