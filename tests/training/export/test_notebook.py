"""Tests of exported notebooks: the script in cells, and the result of the script."""

import json

import pytest

from rnnviz.training.export.notebook import file_name, notebook
from rnnviz.training.tasks.digits import RunConfig
from tests.exported_notebooks import assert_is_the_script, code, execute, text
from tests.training.export.test_digits_script import RUNS, arguments, clean, run_config, script

LINK = "http://localhost:8501/train?run=a_b-_c"


@pytest.mark.parametrize("name", RUNS)
@pytest.mark.parametrize("expected", [None, 0.5])
def test_it_has_every_statement_comment_and_text_of_the_script(name, expected):
    assert_is_the_script(script(RUNS[name], accuracy=expected, link=LINK))


def test_it_begins_with_what_it_is_and_where_it_is_from_and_names_no_shell():
    first, *_ = text(script(RunConfig(), link=LINK))
    assert first.startswith("# Train an LSTM of 128 units to read MNIST's digits, row by row\n\n")
    assert f"Exported from <{LINK}>" in first
    assert "`train.py`" in first
    assert "python " not in first
    assert "--" not in first


def test_a_link_that_is_none_is_text():
    first, *_ = text(script(RunConfig(), link="/train?run=x`</a>"))
    assert "Exported from /train?run=x%60%3C/a%3E\n" in first
    assert "Exported" not in text(script(RunConfig()))[0]


def test_imports_constants_each_definition_and_the_parts_of_main_have_a_cell():
    cells = code(script(RUNS["two directions, their last"], accuracy=0.5))
    starts = [cell.split("\n")[0] for cell in cells]
    assert [start.split("(")[0] for start in starts] == [
        *("import argparse", "DIGITS = 330  # trained on: the first ones of MNIST's 60,000"),
        *("def recurrent", "def optimizer_of", "class Classifier", "def sequences", "def build"),
        *("def learning_rate", "def train", "@torch.no_grad", "def load"),
        *("args = argparse.Namespace", "torch.set_num_threads", "guesses = predict"),
        "if args.losses:",
    ]


def test_its_cells_have_the_same_names_each_time():
    cells = json.loads(notebook(script(RunConfig()), "train.py"))["cells"]
    assert [cell["id"] for cell in cells] == [f"cell-{n}" for n in range(1, len(cells) + 1)]
    assert file_name("train.py") == "train.ipynb"


@pytest.mark.slow
def test_executed_it_prints_the_accuracy_and_has_the_losses_of_the_script(
    tmp_path, home, training_digits, test_digits
):
    source = script(run_config(cell="lstm", hidden_size=16, clip_norm=0.5), accuracy=0.1234)
    folders = [tmp_path / name for name in ("script", "notebook")]
    for folder in folders:
        folder.mkdir()
    (folders[0] / "train.py").write_text(source, encoding="utf-8")
    expected = clean(folders[0], "train.py", *arguments(home))
    files = {"losses": 'Path("losses")', "predictions": 'Path("guesses")'}
    printed = execute(source, folders[1], data=json.dumps(str(home)), **files)
    assert printed == expected
    assert "The run in rnnviz: 0.1234, and on the same kind of CPU exactly that." in printed
    for name in ("losses", "guesses"):
        found, wanted = ((folder / name).read_text() for folder in reversed(folders))
        assert found == wanted, name
