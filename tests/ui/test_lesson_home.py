"""What is taken home of lessons' runs, of stored ones, by Streamlit's own test runner."""

import csv
import io
from dataclasses import replace
from xml.etree import ElementTree

import pytest
import torch
from safetensors.torch import load
from streamlit.testing.v1 import AppTest

from rnnviz.core.config import ModelConfig, TrainConfig
from rnnviz.core.delay_config import DelayConfig
from rnnviz.core.sine_config import SineConfig
from rnnviz.core.text_config import TextConfig
from rnnviz.training import lesson_script, sine_script
from rnnviz.training.groups import Group, save_group
from rnnviz.training.text_tasks import config_of
from rnnviz.ui import lesson_home, runs, state, take_home
from rnnviz.ui.plain_words import plain
from tests.stored import keep

pytestmark = pytest.mark.usefixtures("no_run_stays")

LINK = "http://localhost:8501/characters?view=hello"
TRAINING = TrainConfig(2, 8, 0.01, "adam", schedule="constant", clip_norm=0.0)
DELAY = DelayConfig(ModelConfig("gru", 4, 5), TRAINING, delay=3, symbols=2, device="cpu")
RUNS = {
    "hello": TextConfig(),
    "text": config_of("language", text="abcd" * 40, cell="gru"),
    "table": config_of("classifier", (("i love you", "1"), ("i hate you", "0"))),
    "writer": config_of("writer", (("7", "seven"),), cell="gru"),
    "delay": DELAY,
    "sine": SineConfig(),
}


def panel(run_id):
    def app(run_id, link):
        from rnnviz.ui import lesson_home

        lesson_home.show_run(run_id, link)

    at = AppTest.from_function(app, args=(run_id, LINK), default_timeout=180)
    at.session_state[state.TAKE_HOME] = True
    at.run()
    assert not at.exception
    return at


def offered(at):
    return [element.proto.label for element in at.get("download_button")]


def said(at):
    return " ".join(part.value for part in (*at.markdown, *at.caption, *at.info))


@pytest.mark.parametrize("name", RUNS)
def test_all_that_there_is_of_a_run_is_offered_and_is_what_it_says(name):
    config = RUNS[name]
    record, model = keep(config, scale=1.5)
    script = "sine.py" if name == "sine" else "train.py"
    at = panel(record.id)
    assert offered(at) == [script, "weights.safetensors", "history.csv", "curves.svg"]
    assert at.code[0].value == LINK
    found = {file.name: file.content() for file in lesson_home.files(record.id, config, LINK, True)}
    made = sine_script.script if name == "sine" else lesson_script.script
    assert found[script] == made(config, link=LINK)
    weights = load(found["weights.safetensors"])
    for key, value in model.named_parameters():
        assert torch.equal(weights.pop(key), value), key
    assert not weights
    told = lesson_home.words(config)
    rows = list(csv.DictReader(io.StringIO(found["history.csv"])))
    assert [row["loss"] for row in rows] == ["2.3", "2.1", "1.9", ""]
    assert (rows[-1]["kind"], rows[-1][f"{told.unit}_read"]) == (told.judges, "10000")
    labels = {t.text for t in ElementTree.fromstring(found["curves.svg"]).iter() if t.text}
    assert {"loss", told.shares, told.judges} <= labels


@pytest.mark.parametrize("name", RUNS)
def test_the_lines_that_load_the_weights_do_so_beside_the_script(name, tmp_path, monkeypatch):
    record, model = keep(RUNS[name], scale=1.5)
    lines = panel(record.id).code[1].value
    for file in lesson_home.files(record.id, RUNS[name], LINK, True)[:2]:
        content = file.content()
        data = content if isinstance(content, bytes) else content.encode()
        (tmp_path / file.name).write_bytes(data)
    monkeypatch.chdir(tmp_path)
    script = "sine" if name == "sine" else "train"
    space, source = {"__name__": script}, (tmp_path / f"{script}.py").read_text(encoding="utf-8")
    with torch.random.fork_rng(devices=[]):
        exec(compile(source, f"{script}.py", "exec"), space)
        exec(lines.replace(f"from {script} import build", ""), space)
    for key, value in model.named_parameters():
        assert torch.equal(dict(space["model"].named_parameters())[key], value), key


def test_what_is_not_there_is_said():
    record, _ = keep(TextConfig(), checkpoints=())
    at = panel(record.id)
    assert offered(at) == ["train.py", "history.csv", "curves.svg"]
    assert take_home.WEIGHTLESS in said(at)
    odd = replace(DELAY, training=replace(TRAINING, label_smoothing=0.1))
    record, _ = keep(odd)
    at = panel(record.id)
    assert "train.py" not in offered(at)
    assert "There is no script of this run: a script is of runs with a constant rate" in said(at)
    runs.store().delete(record.id)
    assert said(panel(record.id)) == f"Run {plain(record.id)} was deleted."
    record, _ = keep(TextConfig())
    (runs.store().folder(record.id) / "3.safetensors").unlink()
    told = said(panel(record.id))
    assert "weights.safetensors cannot be made: there is no file 3.safetensors." in told


def test_of_several_networks_one_is_chosen_and_the_link_is_that_of_the_page():
    configs = [TextConfig(), replace(TextConfig(), network="cell")]
    ids = [keep(config)[0].id for config in configs]
    save_group(runs.store(), Group("g" * 22, "characters", tuple(ids)))

    def app():
        from rnnviz.ui import lesson_home, text_lesson

        lesson_home.show("characters", "characters", text_lesson.name)

    at = AppTest.from_function(app, default_timeout=180)
    at.query_params["characters_runs"] = "g" * 22
    at.session_state[state.TAKE_HOME] = True
    at.run()
    assert not at.exception
    choice = at.get("button_group")[0]
    assert choice.options == ["nn.RNN", "nn.RNNCell"]
    keys = [button.proto.id for button in at.get("download_button")]
    assert all(ids[0] in key for key in keys)
    assert at.code[0].value == f"/characters?characters_runs={'g' * 22}"
    choice.set_value(ids[1]).run()
    assert all(ids[1] in button.proto.id for button in at.get("download_button"))
