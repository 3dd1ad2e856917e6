"""The script of a lesson's run, by itself: torch alone, the same losses and the same weights."""

import ast
import subprocess
import sys
from dataclasses import replace

import pytest
import torch

from rnnviz.core.config import ModelConfig, TrainConfig
from rnnviz.core.delay_config import DelayConfig
from rnnviz.data.graphemes import graphemes
from rnnviz.training.lesson_script import script
from rnnviz.training.script_parts import quoted, symbols_literal, text_literal
from rnnviz.training.text_tasks import config_of
from tests.training.test_text_tasks import alone

NASTY = [
    "\"\"\"'''\\",
    "${PAIRS} $$ %s {0} \\n\\",
    "a\tb\r\nc\n\n'\"#",
    "cafe\u0301 👩🏽\u200d🚀 🇩🇪 ष्ट \u202eabc\u2066",
    "\x00\x1b[31m\x85\u2028\ud800",
    "'); import os; os.abort() #",
]
ODD = (("\"a'b\\c$", "$c\\b'a\""), ("cafe\u0301x", "xéfac"), ('"""', "'''"))
WORDS = (('say "no" $x', "yes\\"), ("it's \\so bad", "'"), ("one two", "yes\\"))
RUNS = {
    "a cell": config_of("cell", ODD, epochs=4, batch_size=2, seed=3),
    "an rnn": config_of("rnn", (("hello", "ohlol"),), epochs=4),
    "an embedding": config_of("embedding", ODD, num_layers=2, epochs=4, batch_size=3, lr=0.05),
    "a text": config_of(
        "language",
        text="".join(NASTY) * 3,
        cell="gru",
        window=16,
        epochs=3,
        batch_size=4,
        lr=0.01,
        clip_norm=1.0,
        seed=7,
    ),
    "a table": config_of("classifier", WORDS, cell="lstm", epochs=5, batch_size=2, seed=1),
    "a teacher": config_of("writer", ODD, cell="lstm", epochs=5, batch_size=2, clip_norm=1.0),
    "no teacher": config_of(
        "writer", ODD[:2], cell="gru", epochs=5, teacher_forcing=False, clip_norm=0.1
    ),
    "a delay": DelayConfig(
        ModelConfig("lstm", 6, 7, num_layers=2),
        TrainConfig(
            2, 16, 0.01, "adam", schedule="constant", forget_bias=1.0, clip_norm=0.5, seed=4
        ),
        delay=5,
        symbols=3,
        sequences=40,
    ),
    "a delay of a GRU": DelayConfig(
        ModelConfig("gru", 4, 5),
        TrainConfig(2, 8, 0.01, "adamw", schedule="constant", clip_norm=0.0),
        delay=3,
        symbols=2,
        sequences=20,
        device="cpu",
    ),
}


EACH = """
import runpy, sys

for folder in sys.argv[1:]:
    sys.argv = ["train.py", "--weights", f"{folder}/net.pt", "--losses", f"{folder}/losses"]
    runpy.run_path(f"{folder}/train.py", run_name="__main__")
"""


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    """The folder of each script after it ran, all of them in one process without rnnviz."""
    root = tmp_path_factory.mktemp("scripts")
    for name, config in RUNS.items():
        (root / name).mkdir()
        source = script(config, link='http://x/"""\nimport os')
        (root / name / "train.py").write_text(source, encoding="utf-8", newline="")
    command = [sys.executable, "-I", "-X", "utf8", "-c", EACH, *(str(root / name) for name in RUNS)]
    done = subprocess.run(command, capture_output=True, cwd=root)
    assert done.stderr == b"", done.stderr.decode()
    return root


@pytest.mark.parametrize("name", RUNS)
def test_run_by_itself_it_has_the_losses_and_the_weights_of_the_run(name, outcomes):
    logs, model = alone(RUNS[name])
    losses = (outcomes / name / "losses").read_text().split()
    assert [float(loss) for loss in losses] == [log.loss for log in logs]
    found = torch.load(outcomes / name / "net.pt")
    assert sorted(found) == sorted(model.state_dict())
    for key, value in model.state_dict().items():
        assert torch.equal(found[key], value), key


@pytest.mark.parametrize("text", NASTY)
def test_what_a_person_typed_stands_in_it_as_data_and_as_nothing_else(text):
    cut = graphemes(text)
    assert ast.literal_eval(quoted(text)) == text
    assert list(ast.literal_eval(symbols_literal(cut))) == cut
    assert list(ast.literal_eval(text_literal(cut * 30))) == cut * 30
    assert quoted(text).isprintable()
    config = config_of("language", text=text * 60, window=4)
    tree = ast.parse(script(config))
    [found] = [
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and node.targets[0].id == "TEXT"
    ]
    assert list(found) == graphemes(text * 60)


@pytest.mark.parametrize("name", RUNS)
def test_it_imports_torch_alone_and_its_lines_are_short(name):
    source = script(RUNS[name])
    imports = {
        line.split()[1] for line in source.splitlines() if line.startswith(("import", "from"))
    }
    assert imports == {"argparse", "pathlib", "torch", "torch.nn"}
    assert max(map(len, source.splitlines())) <= 100


def test_of_a_run_on_a_gpu_it_promises_less_and_what_it_does_not_tell_of_is_refused():
    delay = RUNS["a delay"]
    assert "to the last bit. Elsewhere" in script(delay)
    assert "was trained on a GPU" in script(delay, on_cpu=False)
    for changed in ({"schedule": "cosine"}, {"label_smoothing": 0.1}):
        with pytest.raises(ValueError, match="a script is of runs with a constant rate"):
            script(replace(delay, training=replace(delay.training, **changed)))
