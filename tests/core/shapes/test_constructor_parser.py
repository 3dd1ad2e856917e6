"""Tests of the constructor parser: valid lines, refused lines, nothing is executed."""

import itertools

import pytest
import torch
from torch import nn

from rnnviz.core.config import ModelConfig
from rnnviz.core.shapes.constructor_parser import ARGUMENTS, LONGEST, PastedError, parse


@pytest.mark.parametrize(
    "line",
    [
        "nn.LSTM(12, 64, 2, batch_first=True)",
        "torch.nn.LSTM(12, 64, 2, True, True)",
        "LSTM(input_size=12, hidden_size=64, num_layers=2, batch_first=True)",
        "self.rnn = nn.LSTM(\n    12,\n    64,  # units\n    num_layers=2, batch_first=True)",
        "  rnn: nn.Module = nn.LSTM(12, hidden_size=64, num_layers=2, batch_first=True)  ",
    ],
)
def test_a_line_is_read_however_it_is_written(line):
    found = parse(line)
    assert found.config == ModelConfig("lstm", 12, 64, 2)
    assert found.batch_first
    assert not found.stepwise


@pytest.mark.parametrize("name", ARGUMENTS)
def test_arguments_by_place_mean_what_they_mean_to_torch(name):
    values = {
        "input_size": (3, 5),
        "hidden_size": (4, 6),
        "num_layers": (2, 3),
        "nonlinearity": ("relu", "tanh"),
        "bias": (False, True),
        "batch_first": (True, False),
        "dropout": (0.5, 0.0),
        "bidirectional": (True, False),
    }
    known = [key for key in ARGUMENTS[name] if key in values]
    for choice, count in itertools.product((0, 1), range(2, len(known) + 1)):
        given = [values[key][choice] for key in known[:count]]
        found = parse(f"nn.{name}({', '.join(map(repr, given))})")
        with torch.device("meta"):
            real = getattr(nn, name)(*given)
        for key in ("input_size", "hidden_size", "num_layers", "bias", "bidirectional"):
            if hasattr(real, key):
                assert getattr(found.config, key) == getattr(real, key), key
        assert found.batch_first == getattr(real, "batch_first", False)
        assert found.stepwise == isinstance(real, nn.RNNCellBase)
        assert found.dropout == getattr(real, "dropout", 0.0)
        if hasattr(real, "nonlinearity"):
            assert found.config.nonlinearity == real.nonlinearity


# As people paste them: the first nine were refused once.
CASES = [
    (
        "self.lstm = nn.LSTM(input_size, hidden_dim, n_layers, batch_first=True)",
        ModelConfig("lstm", 28, 64, 2),
        True,
        ("input_size = 28", "hidden_dim = 64", "n_layers = 2"),
    ),
    (
        "self.lstm = nn.LSTM(28, 64, 2, dropout=p if n > 1 else 0, batch_first=True)",
        ModelConfig("lstm", 28, 64, 2),
        True,
        ("n = 2", "p = 0"),
    ),
    ("rnn = nn.LSTM(28, 64, 2).to(device)", ModelConfig("lstm", 28, 64, 2), False, ()),
    ("rnn = nn.GRU(28, 64, device='cuda')", ModelConfig("gru", 28, 64), False, ()),
    (
        "rnn = nn.LSTM(768, 768 // 2, bidirectional=True)",
        ModelConfig("lstm", 768, 384, bidirectional=True),
        False,
        (),
    ),
    ("nn.LSTM(28, 64, batch_first=True),", ModelConfig("lstm", 28, 64), True, ()),
    (">>> rnn = nn.LSTM(10, 20, 2)", ModelConfig("lstm", 10, 20, 2), False, ()),
    (
        "self.rnn = nn.Sequential(nn.LSTM(28, 64, batch_first=True), nn.Dropout(0.5))",
        ModelConfig("lstm", 28, 64),
        True,
        (),
    ),
    ("nn.LSTM（28，64）", ModelConfig("lstm", 28, 64), False, ()),
    ("nn.GRU（２８，64，batch_first＝True）", ModelConfig("gru", 28, 64), True, ()),
    ("self.rnn = nn.Sequential(nn.GRU(28, 64),", ModelConfig("gru", 28, 64), False, ()),
    ("nn.GRU(28, 64))", ModelConfig("gru", 28, 64), False, ()),
    ("'rnn': nn.GRU(28, 64),", ModelConfig("gru", 28, 64), False, ()),
    ("('rnn', nn.GRU(28, 64)),", ModelConfig("gru", 28, 64), False, ()),
    ("In [3]: y, h = nn.GRU(28, 64)(x)", ModelConfig("gru", 28, 64), False, ()),
    ("`nn.GRU(28, 64).cuda().eval()`", ModelConfig("gru", 28, 64), False, ()),
    ("H = 128; rnn = nn.GRU(28, H // 2)", ModelConfig("gru", 28, 64), False, ()),
    (
        "nn.GRU(self.embedding_dim + args.hidden, args.hidden)",
        ModelConfig("gru", 92, 64),
        False,
        ("self.embedding_dim = 28", "args.hidden = 64"),
    ),
    (
        "nn.GRU(len(vocab), int(h / 2), bidirectional=config['two'])",
        ModelConfig("gru", 28, 32),
        False,
        ("len(vocab) = 28", "h = 64", "config['two'] = False"),
    ),
    (
        "nn.RNN(2**3, 6, nonlinearity=“relu”)",
        ModelConfig("rnn", 8, 6, nonlinearity="relu"),
        False,
        (),
    ),
]


@pytest.mark.parametrize(("line", "config", "first", "assumed"), CASES, ids=[c[0] for c in CASES])
def test_a_line_is_read_as_people_paste_it(line, config, first, assumed):
    found = parse(line)
    assert found.config == config
    assert found.batch_first is first
    assert found.assumed == assumed
    assert found.hints == ()


@pytest.mark.parametrize(
    ("line", "config", "time", "hint"),
    [
        (
            "model.add(LSTM(64, input_shape=(28, 12)))",
            ModelConfig("lstm", 12, 64),
            28,
            "Keras: in torch this is nn.LSTM(12, 64, batch_first=True).",
        ),
        (
            "Bidirectional(layers.GRU(64, return_sequences=True), input_shape=(None, 12))",
            ModelConfig("gru", 12, 64, bidirectional=True),
            None,
            "What it returns, with return_sequences=True, is torch's output.",
        ),
        (
            "x = tf.keras.layers.SimpleRNN(32, activation='relu', use_bias=False)(x)",
            ModelConfig("rnn", 28, 32, bias=False, nonlinearity="relu"),
            None,
            "What it returns, the last state, is torch's h_n[-1]; output holds every step.",
        ),
        (
            "LSTM(units=n_units, batch_input_shape=(32, 5, 3), dropout=0.2)",
            ModelConfig("lstm", 3, 64),
            5,
            "Keras drops inputs and states; torch drops between layers alone.",
        ),
    ],
)
def test_a_keras_layer_is_translated_with_a_hint(line, config, time, hint):
    found = parse(line)
    assert found.config == config
    assert found.time == time
    assert found.batch_first
    assert hint in found.hints


@pytest.mark.filterwarnings("ignore:dropout option adds dropout")
def test_a_projection_is_the_lstms():
    assert parse("nn.LSTM(3, 4, proj_size=2)").config.proj_size == 2
    with pytest.raises(PastedError, match=r"nn\.GRU has no proj_size"):
        parse("nn.GRU(3, 4, proj_size=2)")


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("", "nothing to read"),
        ("nn.LSTM(12, 64", "no line of Python"),
        ("nn.LSTM(12, 64)\nnn.LSTM(1, 2)", "one line is read at a time, got 2"),
        ("import os", "this builds no module"),
        ("42", "this builds no module"),
        ("nn.Linear(12, 64)", r"nn\.Linear is no recurrent module: there are nn\.RNN, "),
        ("os.LSTM(12, 64)", r"os\.LSTM is no recurrent module"),
        ("(lambda: nn.LSTM)()(12, 64)", "a name such as nn.LSTM must stand before"),
        ("nn.LSTM(12)", "nn.LSTM needs its hidden_size"),
        ("nn.LSTM(*sizes)", "input_size is a starred list"),
        ("nn.LSTM(12, [60])", "hidden_size is no plain value, and only plain values are read"),
        ("nn.LSTM(12, 60 / 4)", "hidden_size must be a whole number, got 15.0"),
        ("nn.LSTM(12, 60 / 0)", "hidden_size is no plain value"),
        ("nn.LSTM(12, 2**9**9)", "hidden_size is no plain value"),
        ("nn.LSTM(12, '6' * 4)", "hidden_size is no plain value"),
        ("nn.Sequential(nn.GRU(2, 3), nn.GRU(3, 4))", "one module is read at a time, got 2"),
        ("nn.Sequential(nn.Linear(2, 3))", r"nn\.Sequential is no recurrent module"),
        ("nn.LSTM(12, len(open('FILE')))", "hidden_size is a call"),
        ("nn.LSTM(12, 64, **more)", r"arguments behind \*\* are not read"),
        ("nn.LSTM(12, 64, layers=2)", "nn.LSTM has no layers"),
        ("nn.LSTM(12, 64, hidden_size=2)", "hidden_size is given twice"),
        ("nn.LSTM(12, 64, bias=1)", "bias must be True or False, got 1"),
        ("nn.LSTM(12, True)", "hidden_size must be a whole number, got True"),
        ("nn.LSTM(12, 6.5)", "hidden_size must be a whole number, got 6.5"),
        ("nn.LSTM(12, '64')", "hidden_size must be a whole number, got 64"),
        ("nn.LSTM(12, -64)", "hidden_size must lie in 1 to 4,096 here, got -64"),
        ("nn.LSTM(12, 10**9)", "hidden_size must lie in 1 to 4,096 here, got 1000000000"),
        ("nn.LSTM(12, 1000000000000)", "hidden_size must lie in 1 to 4,096 here"),
        ("nn.LSTM(12, 64, proj_size=64)", r"proj_size must lie in \[0, hidden_size\)"),
        ("nn.LSTM(12, 64, dropout=2)", "dropout must be a number in 0 to 1, got 2"),
        ("nn.RNN(12, 64, nonlinearity='sin')", "nonlinearity must be 'tanh' or 'relu'"),
        ("nn.RNN(1, 2, 3, 'tanh', True, True, 0.0, True, 9)", "takes 8 arguments, got 9"),
        ("nn.LSTM(" + "1" * 5000 + ", 2)", f"at most {LONGEST} characters"),
        ("(" * 390, "no line of Python"),
        ("nn.LSTM(12, 64)\0", "no line of Python"),
    ],
)
def test_anything_else_is_refused_in_words(line, why):
    with pytest.raises(PastedError, match=why):
        parse(line)


@pytest.mark.parametrize(
    "line",
    [
        "nn.LSTM(12, __import__('pathlib').Path('FILE').write_text('run'))",
        "nn.LSTM(12, 64, bias=open('FILE', 'w').write('run'))",
        "nn.LSTM(12, [open('FILE', 'w').write('run')][0])",
        "__import__('pathlib').Path('FILE').write_text('run')",
        "x = nn.LSTM(12, (y := open('FILE', 'w')))",
        "nn.LSTM(12, int(open('FILE', 'w').write('run')))",
        "nn.LSTM(12, open('FILE', 'w').write('run') if n else 4)",
        "LSTM(open('FILE', 'w').write('run'), input_shape=(2, 3))",
    ],
)
def test_nothing_of_a_line_is_run(line, tmp_path):
    file = tmp_path / "ran"
    with pytest.raises(PastedError):
        parse(line.replace("FILE", str(file)))
    assert not file.exists()
