import csv
import io
import re
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest
import torch
from safetensors.torch import load

from rnnviz.chapters.recurrence.recall_config import DelayConfig
from rnnviz.core.config import ModelConfig, TrainConfig
from rnnviz.core.models import SequenceClassifier
from rnnviz.training.export import notebook
from rnnviz.training.jobs.protocol import HeldOut
from rnnviz.training.store import checkpoint
from rnnviz.ui.server import run_manager
from rnnviz.ui.session.markdown_escape import plain
from rnnviz.ui.widgets import run_downloads
from tests import exported_scripts
from tests.apptest import words
from tests.offered_files import assert_offered, assert_weights_load, offered, panel
from tests.stored_runs import floats, keep, run_config

pytestmark = pytest.mark.usefixtures("no_run_stays")

LINK = "http://localhost:8501/train?run=x"
SVG = "{http://www.w3.org/2000/svg}"
DELAY = DelayConfig(
    ModelConfig("gru", 4, 5),
    TrainConfig(2, 8, 0.01, "adam", schedule="constant", clip_norm=0.0),
    delay=3,
    symbols=2,
    device="cpu",
)
SHAPES = {
    "seven units": run_config(),
    "two layers, two directions": run_config(num_layers=2, bidirectional=True),
    "56 pixels a step": run_config(time_step="pixels", chunk=56),
    "the mean of a GRU by columns": run_config(cell="gru", pooling="mean", time_step="columns"),
}


def contents(record, picture=None, step=None):
    step = max(record.checkpoints) if step is None else step
    picture = np.zeros((28, 28), np.uint8) if picture is None else picture
    digit = (picture, "test digit 61, an 8")
    made = run_downloads.files(record.id, record.config, LINK, step, digit)
    return {file.name: file.content() for file in made}


def test_the_panel_offers_all_there_is_of_a_run():
    record, _ = keep()
    at = panel(record.id)
    names = ["train.py", "train.ipynb", "weights.safetensors", "history.csv"]
    assert offered(at) == [*names, "curves.svg", "reading.svg", "reading.html"]
    assert [b.label for b in at.button] == ["Open in Draw"]
    assert [block.value for block in at.code] == [
        f"/train?run={record.id}",
        run_downloads.LOADING.format(module="train"),
    ]


def test_of_digits_redrawn_there_is_no_script_and_it_says_why():
    record, _ = keep(run_config(augmentation="redrawn"))
    at = panel(record.id)
    assert not {"train.py", "train.ipynb"} & set(offered(at))
    assert "There is no script of this run: it redraws its digits" in words(at)
    assert at.code[1].value == run_downloads.LOADING_REDRAWN


def test_without_weights_there_is_a_sentence_and_the_rest():
    record, _ = keep(checkpoints=())
    at = panel(record.id)
    assert offered(at) == ["train.py", "train.ipynb", "history.csv", "curves.svg"]
    assert not at.button
    assert run_downloads.WEIGHTLESS in words(at)


def test_of_a_run_that_goes_on_the_weights_are_those_of_now():
    record, _ = keep(state="paused", step=2, checkpoints=(0, 2))
    told = "The run goes on: these are its weights after 2 steps"
    with run_manager.store().claim(record.id):  # as by another server that trains it
        at = panel(record.id)
        assert told in words(at)
        assert [b.label for b in at.button] == ["Open in Draw", "Newest"]
    assert told not in words(panel(record.id)), "its server is gone"
    assert told not in words(panel(keep()[0].id))


def test_a_file_lies_there_before_its_button_is_pressed():
    files = panel(keep()[0].id).get("download_button")
    assert len(files) == 7
    # Made at the press, it could be gone again before the browser asks for it.
    assert not any(file.proto.HasField("deferred_file_id") for file in files)


def test_a_file_that_cannot_be_made_is_said_and_the_others_are_there():
    record, _ = keep()
    (run_manager.store().folder(record.id) / "3.safetensors").write_bytes(b"no weights")
    at = panel(record.id)
    assert offered(at) == ["train.py", "train.ipynb", "history.csv", "curves.svg"]
    assert re.search(r"weights\.safetensors cannot be made: .* is not a safetensors", words(at))
    gone = f"the weights of run {record.id} are damaged or gone"
    for name in ("reading.svg", "reading.html"):
        assert f"{name} cannot be made: {plain(gone)}." in words(at)


def test_a_folded_panel_makes_nothing():
    record, _ = keep()
    at = panel(record.id, unfolded=False)
    assert [box.label for box in at.expander] == ["Take it home"]
    assert not offered(at)


def test_a_run_that_is_not_there_gets_a_sentence():
    deleted, _ = keep()
    run_manager.store().delete(deleted.id)
    assert words(panel(deleted.id)) == f"Run {plain(deleted.id)} was deleted."
    assert words(panel("nonsense")) == "There is no run 'nonsense', or none any more."


@pytest.mark.parametrize("name", SHAPES)
def test_the_script_is_that_of_the_run_with_its_result_and_its_link(name):
    record, _ = keep(SHAPES[name])
    found = contents(record)["train.py"]
    result = {"accuracy": float(np.float32(0.9812)), "examples_read": 10_000}
    assert found == exported_scripts.script(record.config, link=LINK, **result)
    assert "EXPECTED = 0.9812  # share of 10,000 test digits" in found
    assert f"# Exported from {LINK}" in found


def test_the_notebook_is_made_of_the_script():
    found = contents(keep()[0])
    assert found["train.ipynb"] == notebook.notebook(found["train.py"], "train.py")
    assert f"Exported from <{LINK}>" in found["train.ipynb"]


def test_of_a_run_on_a_gpu_the_script_promises_the_interval_only():
    config = replace(run_config(), device="auto")
    gpu, cpu = (
        contents(keep(config, device=device)[0])["train.py"]
        for device in ("NVIDIA H200", "CPU, 1 thread")
    )
    assert "was trained on a GPU" in gpu
    assert "Expect {low:.4f}" in gpu
    assert 'TORCH = ""' in gpu, "no version of torch repeats it"
    assert f'TORCH = "{torch.__version__}"' in cpu


@pytest.mark.parametrize(
    "tests", [HeldOut(), HeldOut(floats(1), floats(0.3), floats(500))], ids=["none", "early"]
)
def test_before_its_end_a_run_has_no_result_to_expect(tests):
    record, _ = keep(state="paused", step=2, checkpoints=(0, 2), held_out=tests)
    assert "EXPECTED" not in contents(record)["train.py"]


def test_the_script_names_the_torch_that_trained_the_run():
    record, _ = keep(torch_version="2.11.0+old")
    assert 'TORCH = "2.11.0+old"' in contents(record)["train.py"]


@pytest.mark.parametrize("name", SHAPES)
def test_the_weights_are_those_of_the_last_checkpoint_and_say_what_they_are_of(name, tmp_path):
    record, model = keep(SHAPES[name], scale=1.5)
    path = tmp_path / "weights.safetensors"
    path.write_bytes(contents(record)[path.name])
    found, _ = checkpoint.load(path)
    assert found.config == record.config.model
    for (name, value), expected in zip(found.named_parameters(), model.parameters(), strict=True):
        assert torch.equal(value, expected), name


@pytest.mark.parametrize("config", [*SHAPES.values(), DELAY])
def test_the_lines_that_load_the_weights_do_so_beside_the_script(config, tmp_path, monkeypatch):
    assert_weights_load(config, tmp_path, monkeypatch)


def test_the_lines_for_digits_redrawn_load_the_weights_with_rnnviz(tmp_path, monkeypatch):
    record, model = keep(run_config(augmentation="redrawn"), scale=1.5)
    (tmp_path / "weights.safetensors").write_bytes(contents(record)["weights.safetensors"])
    monkeypatch.chdir(tmp_path)
    space = {}
    exec(run_downloads.LOADING_REDRAWN, space)
    assert isinstance(space["model"], SequenceClassifier)
    assert torch.equal(space["model"].head.weight, model.head.weight)


def test_the_history_has_the_points_of_the_run():
    record, _ = keep()
    rows = list(csv.DictReader(io.StringIO(contents(record)["history.csv"])))
    assert list(rows[0]) == ["kind", "step", "loss", "accuracy", "grad_norm", "digits_read"]
    assert [row["loss"] for row in rows if row["kind"] == "training"] == ["2.3", "2.1", "1.9"]
    assert rows[-1]["accuracy"] == "0.9812"


@pytest.mark.parametrize("name", SHAPES)
def test_the_figures_are_svg_and_say_what_they_show(name, test_digits):
    record, _ = keep(SHAPES[name])
    found = contents(record, test_digits.images[61].numpy())
    for figure in ("curves.svg", "reading.svg"):
        root = ElementTree.fromstring(found[figure])
        said = [element.text for element in root.iter(f"{SVG}text")]
        assert re.match(r"(LSTM|GRU) \d+ → .*, after 3 steps", said[0])
    word = {"pixels": "step", "columns": "column"}.get(record.config.time_step, "row")
    assert {f"belief after each {word}", "test digit 61, an 8"} <= set(said)


def test_a_reading_without_numbers_cannot_be_made():
    at = panel(keep(scale=float("nan"))[0].id)
    for name in ("reading.svg", "reading.html"):
        assert f"{name} cannot be made: " in words(at)


def test_nothing_is_made_before_it_is_asked_for():
    record, _ = keep()
    made = run_downloads.files(record.id, record.config, LINK, 3)
    run_manager.store().delete(record.id)
    with pytest.raises(ValueError, match="was deleted"):
        made[0].content()


def test_weights_and_readings_are_of_the_checkpoint_that_is_chosen():
    record, _ = keep(scale=1.5)  # the last checkpoint's weights are other ones
    at = panel(record.id)
    slider = at.select_slider[0]
    assert slider.options == ["after 0 steps", "after 3 steps"]
    assert slider.value == 3
    slider.set_value(0).run()
    assert not at.exception
    helps = {b.proto.label: b.proto.help for b in at.get("download_button")}
    assert "after 0 steps" in helps["weights.safetensors"]
    assert "after 0 steps" in helps["reading.svg"]
    first, last = contents(record, step=0), contents(record)
    for name in ("reading.svg", "reading.html"):
        assert first[name] != last[name]
    for step, made in ((0, first), (3, last)):
        kept = load(made["weights.safetensors"])
        weights = run_manager.weights_at(record.id, step)
        assert all(torch.equal(kept[name], value) for name, value in weights.items())
    assert first["history.csv"] == last["history.csv"]


def test_what_is_made_draws_nothing_from_the_chance_of_the_process():
    record, _ = keep()
    torch.manual_seed(1)
    before = torch.get_rng_state()
    contents(record)
    assert torch.equal(torch.get_rng_state(), before)


def test_all_that_there_is_of_a_run_of_another_task_is_offered_and_is_what_it_says():
    assert_offered(DELAY)
    odd, _ = keep(replace(DELAY, training=replace(DELAY.training, label_smoothing=0.1)))
    at = panel(odd.id)
    assert not {"train.py", "train.ipynb"} & set(offered(at))
    assert "There is no script of this run: a script is of runs with a constant rate" in words(at)
