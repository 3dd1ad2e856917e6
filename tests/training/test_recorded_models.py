"""Tests of recorded models: h is torch's output, gates are the cells', nothing is left behind."""

import random
import re

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pack_sequence, pad_packed_sequence

import rnnviz
from rnnviz.core import cells
from rnnviz.training.recording import read_recording

CELLS = ("RNNCell", "GRUCell", "LSTMCell")


class WithHidden(nn.Module):
    """The tutorial's forward(x, hidden)."""

    def __init__(self, kind=nn.GRU, **options):
        super().__init__()
        self.rnn = kind(5, 6, batch_first=True, **options)
        self.out = nn.Linear(6, 2)

    def forward(self, x, hidden):
        output, hidden = self.rnn(x, hidden)
        return self.out(output[:, -1]), hidden


class TextClassifier(nn.Module):
    """Embedding, packed LSTM in two layers and directions, dropout."""

    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(20, 5, padding_idx=0)
        self.dropout = nn.Dropout(0.5)
        self.lstm = nn.LSTM(5, 6, 2, batch_first=True, bidirectional=True, dropout=0.5)
        self.fc = nn.Linear(12, 2)

    def packed(self, text, lengths):
        x = self.dropout(self.embedding(text))
        return pack_padded_sequence(x, lengths.cpu(), batch_first=True, enforce_sorted=False)

    def forward(self, text, lengths):
        _, (h, _) = self.lstm(self.packed(text, lengths))
        return self.fc(torch.cat((h[-2], h[-1]), dim=1))


class Translator(nn.Module):
    """Encoder and decoder with attention, the decoder step by step, teacher forcing by chance."""

    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(5, 5), nn.GRU(5, 6))
        self.decoder = nn.GRU(5 + 6, 6)
        self.attention = nn.Linear(12, 1)
        self.out = nn.Linear(6, 5)

    def forward(self, src, trg, teacher_forcing_ratio=0.5):
        seen, h = self.encoder(src)
        x, made = trg[:1], []
        for t in range(len(trg)):
            query = torch.cat((seen, h.expand(len(seen), -1, -1)), -1)
            context = (self.attention(query).softmax(0) * seen).sum(0, keepdim=True)
            output, h = self.decoder(torch.cat((x, context), -1), h)
            made.append(output)
            x = trg[t : t + 1] if random.random() < teacher_forcing_ratio else self.out(output)
        return torch.cat(made)


class Loop(nn.Module):
    """A Cell in a loop over the steps of x (B, T, I)."""

    def __init__(self, kind, **options):
        super().__init__()
        self.cell = getattr(nn, kind)(5, 6, **options)

    def forward(self, x):
        state, made = None, []
        for t in range(x.shape[1]):
            if state is None:
                zeros = torch.zeros(len(x), 6)
                state = (zeros, zeros) if isinstance(self.cell, nn.LSTMCell) else zeros
            state = self.cell(x[:, t], state)
            made.append(state[0] if isinstance(state, tuple) else state)
        return torch.stack(made, 1)


class OneStepAtATime(nn.Module):
    """A whole LSTM that is called for each step."""

    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(5, 6, 2, batch_first=True)

    def forward(self, x):
        state, made = None, []
        for t in range(x.shape[1]):
            output, state = self.rnn(x[:, t : t + 1], state)
            made.append(output)
        return torch.cat(made, 1)


class Stateful(nn.Module):
    """Stores its state, counts in a buffer, draws noise."""

    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(5, 6)
        self.hidden = None
        self.register_buffer("count", torch.zeros(1))

    def forward(self, x):
        output, self.hidden = self.rnn(x + torch.randn(1) * np.random.rand(), self.hidden)
        self.count += 1
        self.latest = output
        return output


def seeded(make, *args, **options):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return make(*args, **options)


def randn(*sizes, seed=1):
    return torch.randn(sizes, generator=torch.Generator().manual_seed(seed))


@pytest.fixture
def recorded(tmp_path):
    def made(*args, **options):
        path = tmp_path / "states.safetensors"
        rnnviz.record(*args[:2], path, *args[2:], **options)
        return read_recording(path.read_bytes())

    return made


def whole(found):
    """The top layer's h, (T, B, D·P)."""
    return torch.cat([part.h for part in found.layers[-1]], dim=-1)


def gates_follow(cell, found):
    """Compute every step of a layer of one direction again with `core.cells`."""
    part, weights = found.layers[0][0], dict(cell.named_parameters())
    weights = {name.removesuffix("_l0"): value.detach() for name, value in weights.items()}
    h, c = torch.zeros_like(part.h[0]), torch.zeros_like(part.h[0])
    for t, x in enumerate(found.x):
        if part.c is not None:
            step = cells.lstm_step(x, h, c, **weights)
            c = part.c[t]
            torch.testing.assert_close(step.c, c)
        elif part.gates:
            step = cells.gru_step(x, h, **weights)
        else:
            step = cells.rnn_step(x, h, **weights)
        h = part.h[t]
        torch.testing.assert_close(step.h, h)
        for name, gate in step.gates.items():
            torch.testing.assert_close(gate, part.gates[name][t])


def test_forward_with_hidden_is_recorded_by_a_tuple_or_by_names(recorded):
    model, x, hidden = seeded(WithHidden), randn(3, 4, 5), randn(1, 3, 6, seed=2)
    expected = model.rnn(x, hidden)[0].detach().transpose(0, 1)
    for given in ((x, hidden), {"x": x, "hidden": hidden}):
        found = recorded(model, given)
        torch.testing.assert_close(whole(found), expected)
        torch.testing.assert_close(found.x, x.transpose(0, 1))
    assert found.lengths is None


@pytest.mark.parametrize("training", [True, False])
def test_packed_sequences_keep_their_lengths_and_order(recorded, training):
    model = seeded(TextClassifier).train(training)
    text, lengths = torch.randint(1, 20, (4, 6)), torch.tensor([3, 6, 1, 3])
    found = recorded(model, (text, lengths), [0, 1, 1, 0])
    assert model.training is model.lstm.training is training
    model.eval()
    with torch.no_grad():
        packed = model.packed(text, lengths)
        output, _ = pad_packed_sequence(model.lstm(packed)[0])
        x, _ = pad_packed_sequence(packed)
    torch.testing.assert_close(whole(found), output)
    torch.testing.assert_close(found.x, x)
    assert torch.equal(found.lengths, lengths)
    assert [found.steps_of(b) for b in range(4)] == [3, 6, 1, 3]
    assert not found.layers[0][0].gates["i"][3:, 0].any()
    assert (found.layers[0][0].gates["i"][:3, 0] > 0).all()


@pytest.mark.parametrize("batch_first", [True, False])
def test_a_packed_input_of_a_bare_network_with_a_state(recorded, batch_first):
    rnn = seeded(nn.LSTM, 5, 6, batch_first=batch_first)
    packed = pack_sequence([randn(2, 5), randn(4, 5, seed=2)], enforce_sorted=False)
    state = randn(1, 2, 6), randn(1, 2, 6, seed=3)
    found = recorded(rnn, (packed, state))
    output, lengths = pad_packed_sequence(rnn(packed, state)[0])
    torch.testing.assert_close(whole(found), output.detach())
    assert torch.equal(found.lengths, lengths)


def test_of_two_modules_one_is_chosen_by_name(recorded):
    model, given = seeded(Translator), (randn(4, 3, 5), randn(6, 3, 5))
    encoder = recorded(model, given, module="encoder")
    torch.testing.assert_close(whole(encoder), model.encoder(given[0])[0].detach())
    random.seed(3)
    decoder = recorded(model, given, module="decoder")
    random.seed(3)
    torch.testing.assert_close(whole(decoder), model(*given).detach())
    assert decoder.x.shape == (6, 3, 11)
    assert recorded(model, given, module="encoder.1").config.input_size == 5


def test_a_module_called_for_each_step_is_one_sequence(recorded):
    model, x = seeded(OneStepAtATime), randn(3, 4, 5)
    found = recorded(model, x)
    torch.testing.assert_close(whole(found), model.rnn(x)[0].detach().transpose(0, 1))
    one = recorded(model, x, call=2)
    torch.testing.assert_close(one.layers[1][0].gates["f"], found.layers[1][0].gates["f"][2:3])


@pytest.mark.parametrize("kind", CELLS)
@pytest.mark.parametrize("bias", [True, False])
def test_a_loop_over_a_cell_is_one_sequence_with_the_cells_gates(recorded, kind, bias):
    model, x = seeded(Loop, kind, bias=bias), randn(3, 4, 5)
    found = recorded(model, x)
    torch.testing.assert_close(whole(found), model(x).detach().transpose(0, 1))
    assert torch.equal(found.x, x.transpose(0, 1))
    assert found.config.bias is bias
    gates_follow(model.cell, found)
    bare = recorded(model.cell, x.transpose(0, 1))
    torch.testing.assert_close(whole(bare), whole(found))
    alone = recorded(model.cell, x[0])
    torch.testing.assert_close(whole(alone), whole(found)[:, :1])


@pytest.mark.parametrize("kind", [nn.RNN, nn.GRU, nn.LSTM])
def test_gates_of_a_network_are_those_of_the_cells(recorded, kind):
    rnn = seeded(kind, 5, 6)
    found = recorded(nn.Sequential(rnn), randn(4, 3, 5))
    gates_follow(rnn, found)


def test_one_unbatched_sequence_is_a_batch_of_one(recorded):
    model, x = seeded(nn.Sequential, nn.GRU(5, 6, batch_first=True)), randn(4, 5)
    found = recorded(model, x)
    assert found.x.shape == (4, 1, 5)
    torch.testing.assert_close(whole(found)[:, 0], model(x)[0].detach())


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_other_precisions_are_recorded_as_they_compute(recorded, dtype):
    model, x = seeded(WithHidden, nn.LSTM).to(dtype), randn(3, 4, 5).to(dtype)
    found = recorded(model, (x, None))
    output = model.rnn(x)[0].detach().transpose(0, 1).float()
    torch.testing.assert_close(whole(found), output, atol=2e-2, rtol=2e-2)


def test_autocast_does_not_matter(recorded):
    model, x = seeded(nn.Sequential, nn.Linear(5, 5), nn.LSTM(5, 6)), randn(4, 3, 5)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        found = recorded(model, x)
    torch.testing.assert_close(whole(found), model(x)[0].detach(), atol=2e-2, rtol=2e-2)


def test_a_compiled_model_is_recorded_as_it_is_written(recorded):
    model, x = seeded(OneStepAtATime), randn(3, 4, 5)
    expected = model(x).detach().transpose(0, 1)
    compiled = torch.compile(model, backend="eager")
    compiled(x)
    torch.testing.assert_close(whole(recorded(compiled, x)), expected)
    assert not model.rnn._forward_hooks


@pytest.mark.parametrize("used", [False, True])
def test_a_model_is_left_as_found(recorded, used):
    model, x = seeded(Stateful), randn(4, 3, 5)
    if used:
        model(x)
    model(x).sum().backward() if not used else None
    before = {name: value.clone() for name, value in model.state_dict().items()}
    hidden, names = model.hidden, set(vars(model))
    grads = [one.grad for one in model.parameters()]
    states = torch.get_rng_state(), random.getstate(), np.random.get_state()[1].copy()
    recorded(model, x)
    assert model.hidden is hidden
    assert set(vars(model)) == names
    for name, value in model.state_dict().items():
        assert torch.equal(value, before[name]), name
    assert all(one.grad is grad for one, grad in zip(model.parameters(), grads, strict=True))
    assert torch.equal(torch.get_rng_state(), states[0])
    assert random.getstate() == states[1]
    assert (np.random.get_state()[1] == states[2]).all()
    assert model.training
    assert not model.rnn._forward_hooks


class Siamese(nn.Module):
    def __init__(self, **options):
        super().__init__()
        self.rnn = nn.GRU(5, 6, **options)
        self.spare = None

    def forward(self, x):
        _, h = self.rnn(x)
        return self.rnn(x, h + 1)


class Forgetting(Siamese):
    def forward(self, x):
        return [self.rnn(step[None]) for step in x]


class ByName(Siamese):
    def forward(self, x, *, hidden):
        return self.rnn(x, hidden)


class Idle(Siamese):
    def forward(self, x):
        return x


@pytest.mark.parametrize(
    ("model", "given", "options", "error", "message"),
    [
        (
            WithHidden,
            randn(3, 4, 5),
            {},
            TypeError,
            "WithHidden.forward(x, hidden) also needs hidden: give all arguments as a tuple, as in "
            'rnnviz.record(model, (x, hidden), "a.safetensors")',
        ),
        (
            TextClassifier,
            torch.ones(2, 3, dtype=torch.int64),
            {},
            TypeError,
            "also needs lengths: give all arguments as a tuple, as in rnnviz.record(model, (text, "
            'lengths), "a.safetensors")',
        ),
        (
            Translator,
            randn(3, 4, 5),
            {"module": "decoder"},
            TypeError,
            'rnnviz.record(model, (src, trg), "a.safetensors", module="decoder")',
        ),
        (
            ByName,
            randn(4, 3, 5),
            {},
            TypeError,
            'by their names, as in rnnviz.record(model, {"x": x, "hidden": hidden}, "a.safet',
        ),
        (WithHidden, (1, 2, 3), {}, TypeError, "does not take these arguments: too many"),
        (
            Translator,
            (randn(4, 3, 5), randn(6, 3, 5)),
            {},
            TypeError,
            'Translator has 2 recurrent modules, "encoder.1" (nn.GRU(5, 6)), "decoder" (nn.GRU(11, '
            '6)): name the one to record, as in rnnviz.record(model, x, "a.safetensors", '
            'module="encoder.1")',
        ),
        (
            Translator,
            (randn(4, 3, 5), randn(6, 3, 5)),
            {"module": "lstm"},
            ValueError,
            'module must be one of "encoder.1" (nn.GRU(5, 6)), "decoder" (nn.GRU(11, 6)), got "ls'
            'tm"',
        ),
        (
            Siamese,
            randn(4, 3, 5),
            {},
            ValueError,
            "rnn was called 2 times, each time from a state of its own: name one by its number "
            'from 0, as in rnnviz.record(model, x, "a.safetensors", call=0)',
        ),
        (Forgetting, randn(4, 3, 5), {}, ValueError, "rnn was called 4 times, and not each time "),
        (Idle, randn(4, 3, 5), {}, ValueError, "the model has not called rnn with this input"),
        (Siamese, randn(4, 3, 5), {"call": 2}, ValueError, "call must lie in [0, 2), the calls of"),
        (
            lambda: Siamese(bidirectional=True),
            randn(4, 3, 5),
            {},
            ValueError,
            "rnn has two directions and was called 2 times, so its calls are no one sequence",
        ),
        (lambda: nn.GRUCell(5, 6), randn(3, 4), {}, ValueError, "x must be (T, B, I) or (T, I)"),
        (lambda: nn.GRU(5, 6), [1, 2], {}, TypeError, "x must be a tensor, got list"),
    ],
)
def test_what_is_missing_is_named_with_the_line_to_run(
    tmp_path, model, given, options, error, message
):
    with pytest.raises(error, match=re.escape(message)):
        rnnviz.record(model(), given, tmp_path / "a.safetensors", **options)
    assert not list(tmp_path.iterdir())
