"""Tests of the step walkthrough: each code line, executed, gives the tensor beside it."""

import re
from itertools import product

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from rnnviz.chapters.train.step_walkthrough import Line, lines
from rnnviz.core.config import ModelConfig, TrainConfig
from rnnviz.data.mnist import rows
from rnnviz.data.sequences import PERMUTATION, sequences
from rnnviz.training.loop.loop import seeded_model, train
from rnnviz.training.loop.schedule import batch_of_step
from rnnviz.training.tasks.digits import RunConfig

NOTEBOOK = RunConfig(
    ModelConfig(hidden_size=64),
    TrainConfig(
        epochs=1, batch_size=64, lr=0.01, optimizer="adam", schedule="constant", clip_norm=0.0
    ),
)


def of(cell="lstm", pooling="last", bidirectional=False, time_step="rows", chunk=28, **others):
    """A run of a few digits in batches of 20."""
    model = ModelConfig(cell, chunk, 5, pooling=pooling, bidirectional=bidirectional, **others)
    training = TrainConfig(epochs=2, batch_size=20, optimizer="adam", schedule="constant")
    return RunConfig(model, training, 90, time_step, chunk)


KINDS = [("rows", 28), ("columns", 28), ("permuted", 28), ("pixels", 7), ("pixels", 112)]
RUNS = [
    of(cell, pooling, both, *kind)
    for cell, pooling, both, kind in product(
        ("rnn", "gru", "lstm"), ("last", "mean", "max"), (False, True), KINDS
    )
]
runs = pytest.mark.parametrize(
    "config",
    RUNS,
    ids=lambda c: (
        f"{c.model.cell}-{c.model.pooling}-{c.model.num_directions}-{c.time_step}{c.chunk}"
    ),
)


def shown(config, digits, step=1, seed=0):
    model = seeded_model(config.model, seed)
    return model, lines(config, model, digits, step)


class Notebook(nn.Module):
    """What the notebooks build: batch first, one recurrent layer and one linear, as torch has them.

    Its weights are those of the model, its code knows nothing of ours.
    """

    def __init__(self, config, model):
        super().__init__()
        kind = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}[config.model.cell]
        self.rnn = kind(
            config.chunk,
            config.model.hidden_size,
            num_layers=config.model.num_layers,
            batch_first=True,
            bidirectional=config.model.bidirectional,
        )
        self.out = nn.Linear(model.head.in_features, 10)
        self.rnn.load_state_dict(model.rnn.state_dict())
        self.out.load_state_dict(model.head.state_dict())


def executed(config, model, told, digits, step=1):
    """Run the code of all lines with nothing but what a notebook has; return their values."""
    batch = digits[batch_of_step(config.training, config.digits, step)]
    loader = DataLoader(
        TensorDataset(batch.images[:, None].float() / 255, batch.labels), batch_size=len(batch)
    )
    names = {
        "torch": torch,
        "self": Notebook(config, model),
        "loader": loader,
        "order": list(PERMUTATION),
        "loss_func": nn.CrossEntropyLoss(),
    }
    values: list[torch.Tensor] = []
    with torch.no_grad():
        for k, line in enumerate(told):
            code = line.code.replace("self.out(…)", "self.out(pooled)")
            assert "…" not in code
            if " = " in code:
                exec(code, names)
                first = code.split("=")[0].split(",")[0].strip()
                values.append(names[first])
            else:
                values.append(eval(code, names))
            if k == 3:  # what the head reads, which is the … of the line after
                names["pooled"] = values[-1]
    return values


def test_the_notebooks_batch_goes_from_pictures_to_one_number(training_digits):
    _, told = shown(NOTEBOOK, training_digits)
    assert [line.shape for line in told] == [
        (64, 1, 28, 28),
        (64, 28, 28),
        (64, 28, 64),
        (64, 64),
        (64, 10),
        (64,),
        (),
        (64,),
    ]
    assert [line.letters for line in told] == [
        "(batch, channels, height, width)",
        "(B, T, I)",
        "(B, T, H)",
        "(B, H)",
        "(B, K)",
        "(B,)",
        "()",
        "(B,)",
    ]
    assert told[3].code == "r_out[:, -1, :]"
    assert told[5].value.dtype == torch.int64
    assert 0 <= told[5].value.min() < told[5].value.max() <= 9
    assert "would be (64, 10), and is not needed" in told[5].says


def test_the_loss_is_that_of_the_model_and_what_train_logs_of_the_first_step(training_digits):
    model, told = shown(NOTEBOOK, training_digits, seed=NOTEBOOK.training.seed)
    batch = training_digits[batch_of_step(NOTEBOOK.training, 60_000, 1)]
    with torch.no_grad():
        own = F.cross_entropy(model(rows(batch.images)), batch.labels).item()
    log = next(train(model, training_digits, NOTEBOOK.training))
    assert told[6].value.item() == pytest.approx(own, rel=1e-6)
    assert log.loss == pytest.approx(own, rel=1e-6)
    right = round(log.accuracy * 64)
    assert f"{right} of 64 are right" in told[7].says


@runs
def test_every_line_run_by_python_gives_the_tensor_beside_it(config, training_digits):
    model, told = shown(config, training_digits)
    values = executed(config, model, told, training_digits)
    for line, value in zip(told, values, strict=True):
        assert value.shape == line.value.shape, line.code
        assert value.dtype == line.value.dtype, line.code
        torch.testing.assert_close(value, line.value, rtol=1e-5, atol=1e-6, msg=line.code)


@runs
def test_letters_have_the_shape_in_numbers(config, training_digits):
    _, told = shown(config, training_digits)
    sizes = {"B": 20, "T": config.length, "I": config.chunk, "H": 5, "D·H": 10, "K": 10}
    for line in told[1:]:
        letters = re.findall(r"[^(), ]+", line.letters)
        assert tuple(sizes[letter] for letter in letters) == line.shape
        assert ("D·H" in letters) == (config.model.bidirectional and "H" in line.letters)


@pytest.mark.parametrize("step", [2, 5, 6, 10])
def test_a_later_step_shows_its_own_batch_also_the_short_last_one(step, training_digits):
    config = of()
    model, told = shown(config, training_digits, step)
    digits = training_digits[:90]
    logs = train(model, digits, config.training)
    taken = []

    def spy(images):
        taken.append(images)
        return rows(images)

    list(train(model, digits, config.training, sequences=spy))
    logs.close()
    assert len(taken[step - 1]) == (10 if step % 5 == 0 else 20)
    assert torch.equal(told[0].value[:, 0], taken[step - 1].float() / 255)


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
@pytest.mark.parametrize("both", [False, True])
@pytest.mark.parametrize("dropout", [0.0, 0.9])
def test_none_as_first_state_equals_zeros_also_where_training_drops_out(
    cell, both, dropout, training_digits
):
    config = of(cell, bidirectional=both, num_layers=2, dropout=dropout)
    model = seeded_model(config.model, 0)
    assert model.training
    chance = torch.get_rng_state()
    told = lines(config, model, training_digits, 1)
    assert told[2].says.endswith("None as first state equals zeros: the largest difference is 0.")
    assert torch.equal(torch.get_rng_state(), chance)
    assert all(module.training for module in model.modules()), "the model is left as found"
    with torch.no_grad():
        model.eval()
        x = sequences(training_digits[batch_of_step(config.training, 90, 1)].images)
        torch.testing.assert_close(told[4].value, model(x), rtol=0, atol=1e-6)


def test_the_backward_direction_is_not_read_where_it_has_made_one_step(training_digits):
    """What the line warns of is true: r_out[:, -1, :] is another tensor in two directions."""
    _, told = shown(of(bidirectional=True), training_digits)
    r_out, pooled = told[2].value, told[3].value
    assert told[3].code == "torch.cat((h_n[-2], h_n[-1]), 1)"
    torch.testing.assert_close(r_out[:, -1, :5], pooled[:, :5])
    torch.testing.assert_close(r_out[:, 0, 5:], pooled[:, 5:])
    assert (r_out[:, -1, 5:] - pooled[:, 5:]).abs().max() > 0.01
    assert "in r_out[:, -1, :] the backward one has read 1 of 28 steps" in told[3].says


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
@pytest.mark.parametrize("layers", [1, 2, 3])
@pytest.mark.parametrize("kind", [("rows", 28), ("pixels", 112), ("pixels", 784)])
def test_what_the_last_output_depends_on_is_counted_by_gradients(
    cell, layers, kind, training_digits
):
    config = of(cell, "last", True, *kind, num_layers=layers)
    model, told = shown(config, training_digits)
    x = sequences(training_digits[:3].images, *kind).double().requires_grad_()
    backward = model.double().rnn(x)[0][-1, :, 5:]
    (gradient,) = torch.autograd.grad(backward.sum(), x)
    count = int((gradient.abs().sum((1, 2)) > 0).sum())
    if config.length == 1:
        assert told[3].says.endswith("with one step r_out[:, -1, :] is the same.")
        return
    numbers = re.findall(r"(?:has read|depends on) (\d+) of (\d+)", told[3].says)
    assert numbers == [(str(count), str(config.length))]


def line_of(value):
    return Line("x", "(N,)", value, "")


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (torch.tensor(2.30258), "2.3"),
        (torch.tensor([1, 2, 3]), "1 2 3"),
        (torch.arange(6), "0 1 2 3 4 5"),
        (torch.arange(8), "… 1 2 3 4 5 6 …"),
        (torch.tensor([[0.12345, -0.98765]]), "0.123 -0.988"),
        (torch.arange(100.0), "… 47 48 49 50 51 52 …"),
        (torch.tensor([torch.nan, 1e-9]), "nan 1e-09"),
    ],
)
def test_a_few_numbers_are_shown_from_the_middle(value, words):
    assert line_of(value).numbers == words
