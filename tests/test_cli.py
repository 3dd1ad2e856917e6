import json
import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from rnnviz import cli
from rnnviz.core.config import ModelConfig
from rnnviz.core.inspect.reading import read
from rnnviz.data import image_file, mnist, mnist_frame
from rnnviz.data.sequences import sequences
from rnnviz.training.recording import record
from rnnviz.training.store import checkpoint
from rnnviz.training.tasks.digits import RunConfig
from rnnviz.training.uploaded_weights import read_network
from tests import exported_scripts
from tests.simulated_device import claim_mps
from tests.training.uploads import student_networks as students

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def pictures(tmp_path, test_digits):
    folder = tmp_path / "pictures"
    folder.mkdir()
    for k in (3, 2, 1, 0):
        Image.fromarray(test_digits.images[k].numpy()).resize((140, 140)).save(folder / f"{k}.png")
    return folder


def answers(capsys):
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_classify_answers_each_picture_of_a_folder_in_order(pictures, capsys):
    assert cli.main(["classify", str(pictures)]) == 0
    found = answers(capsys)
    assert [Path(answer["path"]).name for answer in found] == ["0.png", "1.png", "2.png", "3.png"]
    assert [answer["digit"] for answer in found] == [7, 2, 1, 0]
    for answer in found:
        assert set(answer) == {"path", "digit", "probabilities", "decided_row", "digits"}
        assert len(answer["probabilities"]) == 10
        assert sum(answer["probabilities"]) == pytest.approx(1, abs=1e-4)
        assert int(np.argmax(answer["probabilities"])) == answer["digit"]
        assert 1 <= answer["decided_row"] <= 28


def test_classify_says_the_same_as_the_network_itself(pictures, capsys, test_digits):
    cli.main(["classify", str(pictures / "2.png"), "--model", "gru-128"])
    (answer,) = answers(capsys)
    large = np.asarray(Image.open(pictures / "2.png"), np.float32) / 255
    frame = mnist_frame.frame(large / large.max()).frame
    model, _ = checkpoint.embedded("gru-128")
    reading = read(model, mnist.rows(torch.from_numpy(frame[None])))
    torch.testing.assert_close(
        torch.tensor(answer["probabilities"]), reading.probabilities[0], atol=2e-6, rtol=0
    )
    assert answer["decided_row"] == int(reading.decided_row[0])


def test_a_gpu_that_fails_its_check_is_passed_over_and_named_once_on_stderr(
    pictures, capsys, tmp_path, monkeypatch
):
    monkeypatch.setenv("RNNVIZ_HOME", str(tmp_path / "home"))
    claim_mps(monkeypatch)  # torch cannot compute there
    assert cli.main(["classify", str(pictures)]) == 0
    captured = capsys.readouterr()
    assert [json.loads(line)["digit"] for line in captured.out.splitlines()] == [7, 2, 1, 0]
    (line,) = captured.err.splitlines()
    assert line.startswith("rnnviz: runs on CPU, ")
    assert "Apple GPU (MPS) is not used: its RNN raised " in line
    assert cli.main(["classify", str(pictures), "--device", "cpu"]) == 0
    assert capsys.readouterr().err == ""


def test_a_bad_file_is_named_on_stderr_and_the_others_are_answered(pictures, capsys):
    (pictures / "11.png").write_text("no picture")
    assert cli.main(["classify", str(pictures), str(pictures / "gone.png")]) == 2
    captured = capsys.readouterr()
    assert len(captured.out.splitlines()) == 4
    assert "11.png: This is not a picture" in captured.err
    assert "gone.png: The file cannot be read" in captured.err


def test_a_blank_picture_gets_no_answer(tmp_path, capsys):
    Image.new("L", (60, 60), 255).save(tmp_path / "blank.png")
    assert cli.main(["classify", str(tmp_path / "blank.png")]) == 0
    (answer,) = answers(capsys)
    assert answer == {
        "path": str(tmp_path / "blank.png"),
        "digit": None,
        "probabilities": None,
        "decided_row": None,
        "digits": [],
    }


def test_several_digits_are_answered_from_left_to_right_with_their_boxes(
    tmp_path, capsys, test_digits
):
    page = np.full((300, 700), 255, np.uint8)
    places = {2: (40, 60, 140), 0: (240, 20, 250), 1: (540, 90, 140)}  # index: left, top, side
    for index, (left, top, side) in places.items():
        large = Image.fromarray(test_digits.images[index].numpy()).resize((side, side))
        page[top : top + side, left : left + side] -= np.asarray(large)
    page[280:283, 650:653] = 0  # a speck
    Image.fromarray(page).save(tmp_path / "digits.png")
    assert cli.main(["classify", str(tmp_path / "digits.png")]) == 0
    (answer,) = answers(capsys)
    assert [one["digit"] for one in answer["digits"]] == [1, 7, 2]
    assert answer["digit"] == 7  # the largest
    assert answer["digits"][1]["probability"] == max(answer["probabilities"])
    for one, (left, top, side) in zip(answer["digits"], places.values(), strict=True):
        x, y, width, height = one["box"]
        assert set(one) == {"digit", "probability", "box"}
        assert left <= x < x + width <= left + side
        assert top <= y < y + height <= top + side
        assert max(width, height) == pytest.approx(20 / 28 * side, abs=0.06 * side)


def test_boxes_are_in_pixels_of_the_file_even_where_it_is_read_smaller(
    tmp_path, capsys, test_digits
):
    page = np.full((2000, 3000), 255, np.uint8)
    large = Image.fromarray(test_digits.images[0].numpy()).resize((560, 560))
    page[1000:1560, 2000:2560] -= np.asarray(large)
    Image.fromarray(page).save(tmp_path / "seven.jpg")
    cli.main(["classify", str(tmp_path / "seven.jpg")])
    (answer,) = answers(capsys)
    x, y, width, height = answer["digits"][0]["box"]
    assert answer["digit"] == 7
    assert 2000 <= x < x + width <= 2560
    assert 1000 <= y < y + height <= 1560
    assert height == pytest.approx(400, abs=24)


def test_classify_goes_down_into_folders(pictures, capsys):
    (pictures / "more" / "deep").mkdir(parents=True)
    shutil.copy(pictures / "0.png", pictures / "more" / "deep" / "4.PNG")
    (pictures / "more" / "notes.txt").write_text("no picture")
    assert cli.main(["classify", str(pictures)]) == 0
    found = answers(capsys)
    assert len(found) == 5
    assert found[-1]["path"] == str(pictures / "more" / "deep" / "4.PNG")
    assert found[-1]["digit"] == 7


def test_a_folder_without_pictures_is_named_and_the_others_are_answered(pictures, capsys):
    empty = pictures.parent / "empty"
    (empty / "below").mkdir(parents=True)
    assert cli.main(["classify", str(empty), str(pictures)]) == 2
    captured = capsys.readouterr()
    assert len(captured.out.splitlines()) == 4
    (line,) = captured.err.splitlines()
    assert line.startswith(f"rnnviz: {empty}: there is no picture in this folder")


def test_raw_skips_the_framing(tmp_path, capsys, test_digits):
    corner = np.zeros((280, 280), np.uint8)
    corner[:84, :84] = np.asarray(Image.fromarray(test_digits.images[0].numpy()).resize((84, 84)))
    Image.fromarray(corner).save(tmp_path / "seven.png")
    found = []
    for options in ([], ["--raw"]):
        cli.main(["classify", str(tmp_path / "seven.png"), *options])
        found += answers(capsys)
    framed, raw = found
    assert framed["digit"] == 7
    assert framed["probabilities"] != raw["probabilities"]


def test_a_file_of_weights_reads_as_the_embedded_one_it_was_copied_from(pictures, tmp_path, capsys):
    copy = tmp_path / "mine.safetensors"
    shutil.copy(checkpoint.ASSETS / "gru-128.safetensors", copy)
    cli.main(["classify", str(pictures), "--model", "gru-128"])
    embedded = answers(capsys)
    cli.main(["classify", str(pictures), "--model", str(copy)])
    assert answers(capsys) == embedded


def test_a_file_of_weights_is_read_in_the_time_steps_that_it_was_trained_on(
    pictures, tmp_path, capsys
):
    model, _ = checkpoint.embedded("gru-128")
    weights, path = dict(model.named_parameters()), tmp_path / "columns.safetensors"
    path.write_bytes(checkpoint.weights_to_bytes(weights, model.config, time_step="columns"))
    assert cli.main(["classify", str(pictures), "--raw", "--model", str(path)]) == 0
    told = [answer["probabilities"] for answer in answers(capsys)]
    images = [mnist_frame.resize(image_file.read(path).ink) for path in sorted(pictures.iterdir())]
    expected = read(model.eval(), sequences(torch.from_numpy(np.stack(images)), "columns"))
    np.testing.assert_allclose(told, expected.probabilities.detach(), atol=1e-5)
    cli.main(["classify", str(pictures), "--raw", "--model", "gru-128"])
    assert [answer["probabilities"] for answer in answers(capsys)] != told


def told(pictures, capsys, model):
    """Classify with a file of weights; return the probabilities, and what was said of the file."""
    assert cli.main(["classify", str(pictures), "--raw", "--model", str(model)]) == 0
    captured = capsys.readouterr()
    lines = [json.loads(line) for line in captured.out.splitlines()]
    return torch.tensor([line["probabilities"] for line in lines]), captured.err


@pytest.mark.parametrize(
    ("chunk", "model", "words"),
    [
        (28, ModelConfig(cell="lstm", hidden_size=7, num_layers=2), "read so: 0 … 1 · rows · last"),
        (28, ModelConfig("gru", hidden_size=7, bidirectional=True), "read so: 0 … 1 · rows · last"),
        (56, ModelConfig(hidden_size=7, input_size=56), "to read its pixels in reading order"),
    ],
)
@pytest.mark.parametrize("name", ["net.pt", "net.safetensors"])
def test_what_an_exported_script_saves_is_read(
    chunk, model, words, name, pictures, tmp_path, capsys
):
    config = RunConfig(model, time_step="rows" if chunk == 28 else "pixels", chunk=chunk)
    script = tmp_path / "train.py"
    script.write_text(exported_scripts.script(config), encoding="utf-8")
    there = runpy.run_path(str(script))
    network = there["build"]()
    torch.save(network.state_dict(), tmp_path / name)  # as the script does, whatever the name
    found, said = told(pictures, capsys, tmp_path / name)
    images = [mnist_frame.resize(image_file.read(path).ink) for path in sorted(pictures.iterdir())]
    with torch.no_grad():
        logits = network.eval()(there["sequences"](torch.from_numpy(np.stack(images))))
    torch.testing.assert_close(found, logits.softmax(-1), atol=2e-6, rtol=0)
    assert said.startswith(f"rnnviz: {tmp_path / name}: It is a")
    assert words in said
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize("name", ["net.pt", "net.ckpt", "net.pkl", "net.safetensors"])
def test_every_file_that_states_takes_is_read_by_classify(name, pictures, tmp_path, capsys):
    network = students.made(students.SequentialHead)
    weights = {f"module.{key}": value for key, value in network.state_dict().items()}
    write = students.as_safetensors if name.endswith("tensors") else students.as_pt
    content = weights if name.endswith("tensors") else {"net": weights, "epoch": np.float64(3)}
    (tmp_path / name).write_bytes(write(content))
    (tmp_path / "net.json").write_text("[1]")  # of somebody else
    found, said = told(pictures, capsys, tmp_path / name)
    images = [mnist_frame.resize(image_file.read(path).ink) for path in sorted(pictures.iterdir())]
    (first, *_) = read_network((tmp_path / name).read_bytes()).candidates
    expected = read(first.model, mnist.rows(torch.from_numpy(np.stack(images))))
    torch.testing.assert_close(found, expected.probabilities, atol=2e-6, rtol=0)
    assert f" · {first.label}." in said


def test_a_recording_is_no_network_to_classify_with(pictures, tmp_path, capsys):
    record(torch.nn.GRU(28, 3), torch.rand(28, 2, 28), tmp_path / "a.safetensors")
    assert cli.main(["classify", str(pictures), "--model", str(tmp_path / "a.safetensors")]) == 2
    assert "a.safetensors: the file is a recording" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["classify", ".", "--model", "gpt"], "gpt"),
        (["classify", ".", "--device", "tpu"], "device must be auto, cuda, mps or cpu"),
        (["train", "--recipe", "gpt"], "there is no recipe 'gpt'"),
        (["train", "--recipe", "order", "--out", "a.txt"], ".safetensors"),
        (["train", "--recipe", "lstm-128", "--out", "a.txt"], ".safetensors"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(arguments, words, capsys):
    assert cli.main(arguments) == 2
    captured = capsys.readouterr()
    assert words in captured.err.splitlines()[-1]
    assert "Traceback" not in captured.err


@pytest.mark.parametrize(
    "name", ["file/a.safetensors", "x" * 290 + ".safetensors", "b.safetensors"]
)
@pytest.mark.parametrize("command", ["train --recipe order --out", "train --recipe lstm-128 --out"])
def test_weights_that_cannot_be_written_are_refused_before_they_are_trained(
    command, name, tmp_path, capsys
):
    (tmp_path / "file").write_bytes(b"before")
    (tmp_path / "b.json").mkdir()
    assert cli.main([*command.split(), str(tmp_path / name)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"rnnviz: {tmp_path}")
    assert " cannot be written: " in line
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b.json", "file"]
    assert (tmp_path / "file").read_bytes() == b"before"


def test_a_figure_that_cannot_be_written_is_refused_before_it_is_measured(tmp_path, capsys):
    assert cli.main(["bench", "scale", "--plot", str(tmp_path)]) == 2
    assert capsys.readouterr().err == f"rnnviz: {tmp_path} cannot be written: Is a directory\n"


@pytest.mark.slow
def test_the_commands_run_as_a_process_without_streamlit_and_plotly(pictures, home):
    code = (
        "import sys; from rnnviz.cli import main; code = main(sys.argv[1:]);"
        "assert not {'streamlit', 'plotly'} & set(sys.modules); sys.exit(code)"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, "classify", str(pictures)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert len(run.stdout.splitlines()) == 4


@pytest.mark.slow
def test_up_scaled_test_digits_lose_at_most_a_third_of_a_point_on_the_ink_path(test_digits):
    model, _ = checkpoint.embedded()
    frames = []
    for image in test_digits.images.numpy():
        large = Image.fromarray(image).resize((280, 280), Image.Resampling.BILINEAR)
        framed = mnist_frame.frame(np.asarray(large, np.float32) / np.float32(255))
        frames.append(framed.frame)

    def accuracy(images):
        digits = torch.cat([read(model, mnist.rows(part)).digit for part in images.split(1000)])
        return (digits == test_digits.labels).double().mean().item()

    plain, inked = accuracy(test_digits.images), accuracy(torch.from_numpy(np.stack(frames)))
    assert plain - inked <= 0.003
