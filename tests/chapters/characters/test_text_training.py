"""Tests of runs on text: the loss, the tutorial's words, and their jobs."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from rnnviz.chapters.characters import text_training, vocabulary
from rnnviz.chapters.characters.config import TextConfig
from rnnviz.chapters.characters.held_out_rows import count_held_out
from rnnviz.chapters.characters.objectives import Sorting, Spelling, Writing, foretell
from rnnviz.chapters.characters.row_list import parse
from rnnviz.chapters.characters.text_batches import NOTHING, aligned, written
from rnnviz.chapters.characters.text_training import config_of
from rnnviz.chapters.characters.vocabulary import Vocabulary
from rnnviz.training.store import checkpoint
from rnnviz.training.tasks import build as task_build
from tests.jobs import alone, assert_as_alone, killed_at, over, wait

SURNAMES = Path(vocabulary.__file__).parents[2] / "assets" / "texts" / "surnames.tsv"
HELLO = TextConfig()
LANGUAGE = config_of(
    "language", text="abcd" * 50, cell="gru", window=10, epochs=3, batch_size=4, lr=0.01, seed=3
)


def no_digits(train):
    raise AssertionError("a run on texts asked for digits")


def test_hello_is_learnt_as_the_notebook_learns_it():
    """The notebook's own lines, with nn.RNN, a sum over the steps, and torch's Adam."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        rnn = nn.RNN(4, 4)
    optimizer = torch.optim.Adam(rnn.parameters(), lr=0.1)
    x = F.one_hot(torch.tensor([1, 0, 2, 2, 3]), 4).float()[:, None]
    y = torch.tensor([3, 1, 2, 3, 2])
    losses = []
    for _ in range(15):
        optimizer.zero_grad()
        output, _ = rnn(x)
        loss = sum(F.cross_entropy(output[t], y[t : t + 1]) for t in range(5))
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    logs, model = alone(HELLO)
    assert [log.loss for log in logs] == pytest.approx(losses, abs=1e-4)
    for mine, its in zip(model.parameters(), rnn.parameters(), strict=True):
        torch.testing.assert_close(mine, its, rtol=0, atol=1e-3)
    assert logs[-1].loss < logs[0].loss / 1.5


def test_the_loss_of_lines_is_summed_over_steps_and_a_mean_over_lines():
    vocabulary = Vocabulary.of("hello", "ohlol")
    lines = (("hello", "ohlol"), ("he", "oh"))
    batch = aligned(lines, vocabulary)
    assert batch.labels[1].tolist() == [3, 1, *[NOTHING] * 3]
    model = text_training.text_network(HELLO).double()
    loss, right = Spelling().loss(model, batch)
    each = [
        F.cross_entropy(
            model(vocabulary.encode(source)[:, None]).logits[:, 0],
            vocabulary.encode(target),
            reduction="sum",
        )
        for source, target in lines
    ]
    torch.testing.assert_close(loss, sum(each) / 2, rtol=0, atol=1e-12)
    assert 0 <= float(right) <= 1
    assert Spelling().judge(model, batch) == float(right)


def test_bits_per_character_are_the_mean_of_what_each_symbol_cost():
    model = text_training.text_network(LANGUAGE).double()
    codes = torch.randint(4, (700,), generator=torch.Generator().manual_seed(0))
    found = foretell(model, codes)
    with torch.no_grad():
        shares = model(codes[:, None]).logits[:, 0].softmax(1)
    cost = [-math.log2(float(shares[t, codes[t + 1]])) for t in range(699)]
    np.testing.assert_allclose(found.bits.numpy(), cost, rtol=0, atol=1e-9)
    assert found.bits_per_character == pytest.approx(np.mean(cost), abs=1e-9)
    assert abs(found.bits_per_character - 2) < 0.6  # four symbols, nothing learnt yet


def test_a_regular_text_is_foretold_and_its_end_is_not_learnt():
    config = replace(LANGUAGE, training=replace(LANGUAGE.training, epochs=30, lr=0.03))
    logs, model = alone(config)
    learnt, tail = text_training.halves(config)
    assert (len(learnt), len(tail)) == (180, 20)
    assert foretell(model, tail).bits[4:].max() < 0.5
    assert logs[-1].held_out > 0.8


def test_a_classifier_fits_six_rows_of_three_words():
    rows = [
        "i love you 1",
        "he loves me 1",
        "she likes baseball 1",
        "i hate you 0",
        "sorry for that 0",
        "this is awful 0",
    ]
    lines = tuple((row[:-2], row[-1]) for row in rows)
    config = config_of("classifier", lines, embedding_size=2, hidden_size=5, epochs=60, lr=0.03)
    logs, model = alone(config)
    assert logs[-1].held_out == 1
    batch = text_training.examples(config, text_training.alphabet(config))
    assert batch.codes.shape == (6, 3)
    assert Sorting().judge(model, batch) == 1


@pytest.mark.parametrize("forcing", [True, False])
def test_a_writer_learns_with_and_without_its_teacher_and_is_judged_without(forcing):
    lines = (("7", "seven"), ("1", "one"))
    config = config_of(
        "writer",
        lines,
        cell="gru",
        embedding_size=8,
        hidden_size=16,
        epochs=60,
        lr=0.03,
        teacher_forcing=forcing,
    )
    logs, model = alone(config)
    batch = written(lines, text_training.alphabet(config))
    assert logs[-1].held_out == Writing().judge(model, batch) == 1
    codes, _ = model.write(batch.codes.t(), batch.lengths, 6)
    end = model.end
    assert [codes[:, n].tolist().index(end) for n in range(2)] == [5, 3]


def test_an_alphabet_of_other_texts_is_refused():
    with pytest.raises(ValueError, match="symbols must be K = 3, got 4"):
        task_build.prepare(replace(HELLO, pairs=(("ab", "bc"),)), no_digits, torch.device("cpu"))
    short = replace(LANGUAGE, text="abcd" * 25, window=95)
    with pytest.raises(ValueError, match="longer than a window of 95, got 90"):
        task_build.prepare(short, no_digits, torch.device("cpu"))


def test_killed_and_taken_up_a_run_on_text_is_as_alone_and_each_epoch_is_kept(jobs):
    ids = jobs.submit_together([HELLO, LANGUAGE])
    killed_at(jobs, 4, *ids)
    jobs.take_up(*ids)
    for run_id, config in zip(ids, (HELLO, LANGUAGE), strict=True):
        snapshot = wait(jobs, run_id, over)
        assert_as_alone(snapshot, config)
        assert snapshot.checkpoints == tuple(range(config.steps + 1))
    weights = checkpoint.weights_at(jobs.store.folder(ids[0]), 15)
    found = task_build.network_of(HELLO, weights)
    assert Spelling().loss(found, aligned(HELLO.pairs, text_training.alphabet(HELLO)))[0] < 3


def test_chinese_poems_are_learnt_below_their_unigram_entropy():
    """130 quatrains of the Tang dynasty, public domain."""
    text = (Path(__file__).parent / "tang_quatrains.txt").read_text(encoding="utf-8")
    config = config_of(
        "language",
        text=text,
        cell="gru",
        embedding_size=32,
        hidden_size=64,
        epochs=12,
        batch_size=8,
        lr=0.01,
        clip_norm=1.0,
        window=16,
    )
    assert config.symbols == 877
    logs, _ = alone(config)
    codes = text_training.halves(config)[0]
    shares = torch.bincount(codes).double() / len(codes)
    entropy = float(-(shares[shares > 0] * shares[shares > 0].log()).sum())
    assert logs[0].loss > entropy
    assert logs[-1].loss < 0.95 * entropy


def test_at_most_3000_characters_of_a_long_text_are_held_out():
    config = config_of("language", text="abcd" * 20_000, window=10)
    learnt, tail = text_training.halves(config)
    assert (len(learnt), len(tail)) == (77_000, 3_000)


def test_a_vocabulary_of_4000_symbols_can_be_trained_with_every_window_of_the_page():
    text = "".join(chr(0x4E00 + n) for n in range(4000))
    for window in (16, 32, 64, 128):
        config = config_of("language", text=text, hidden_size=256, window=window, batch_size=16)
        assert config.symbols == 4000


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_rows_of_different_lengths_are_read_as_each_of_them_alone(cell):
    lines = (("i love you", "1"), ("awful", "0"), ("he loves me so much", "1"), ("no no", "0"))
    config = config_of("classifier", lines, cell=cell, seed=2)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = text_training.text_network(config).double()
    batch = text_training.examples(config, text_training.alphabet(config))
    objective = text_training.objective(config)
    assert objective == Sorting(packed=True)
    packed = objective.last_logits(model, batch)
    for n in range(4):
        alone = model(batch.codes[n : n + 1, : batch.lengths[n]].t()).logits[-1]
        torch.testing.assert_close(packed[n : n + 1], alone, rtol=0, atol=1e-12)
    # What stands in the padding is never read: neither the loss nor a gradient depends on it.
    gradients = []
    for filler in (0, 3):
        codes = batch.codes.clone()
        for n in range(4):
            codes[n, batch.lengths[n] :] = filler
        model.zero_grad()
        loss, _ = objective.loss(model, replace(batch, codes=codes))
        loss.backward()
        gradients.append([loss.detach(), *(p.grad.clone() for p in model.parameters())])
    for one, other in zip(*gradients, strict=True):
        torch.testing.assert_close(one, other, rtol=0, atol=0)


def test_names_of_any_length_are_sorted_and_judged_by_rows_held_out():
    found = parse(SURNAMES.read_text(encoding="utf-8"))
    held_out = count_held_out(found.lines)
    config = config_of(
        "classifier",
        found.lines,
        cell="gru",
        embedding_size=16,
        hidden_size=32,
        epochs=20,
        batch_size=32,
        lr=0.01,
        clip_norm=1.0,
        unit=found.unit,
        held_out=held_out,
    )
    assert (len(found.lines), held_out, config.sequences, config.steps) == (160, 32, 128, 80)
    logs, model = alone(config)
    judged = text_training.examples(config, text_training.alphabet(config), held_out=True)
    assert Sorting(packed=True).judge(model, judged) == logs[-1].held_out
    assert logs[-1].held_out > 0.7  # the most frequent class: 0.25
