import pytest
import streamlit as st
import torch

from rnnviz.chapters.states.units.ui import cache, profiles
from rnnviz.chapters.states.units.ui.cache import LOST, Gathering, Place
from rnnviz.core.config import ModelConfig
from rnnviz.core.models import SequenceClassifier
from rnnviz.core.units import paths as units_paths
from rnnviz.core.units import statistics as units_statistics
from rnnviz.core.units.separation import separation
from rnnviz.ui.server import embedded_models
from rnnviz.ui.widgets import incremental
from rnnviz.ui.widgets.incremental import work
from rnnviz.ui.widgets.model_choice import ChosenModel

N = 300
TOP = Place("h", 0, 0)


def network(name="small", chunk=28, **config):
    torch.manual_seed(0)
    config = ModelConfig(**{"cell": "lstm", "input_size": chunk, "hidden_size": 5} | config)
    time_step = "rows" if chunk == 28 else "pixels"
    return ChosenModel(name, name, SequenceClassifier(config).eval(), time_step, chunk)


def planted():
    """Unit 1 sums the ink, 2 is dead, 3 saturated, 4 sums the ink with the other sign."""
    found = network(cell="rnn", hidden_size=4)
    rnn = found.model.rnn
    with torch.no_grad():
        for weight in rnn.parameters():
            weight.zero_()
        rnn.weight_ih_l0[0], rnn.weight_ih_l0[3] = 0.001, -0.001
        rnn.weight_hh_l0[0, 0] = rnn.weight_hh_l0[3, 3] = 1.0
        rnn.bias_ih_l0[2] = 5.0
    return found


def done(found, aim):
    for _ in range(1000):
        if work([found.job(aim)]):
            return getattr(found, aim)
    raise AssertionError("it never ended")


def test_planted_units_are_told_for_what_they_are():
    found = done(Gathering(planted(), TOP, N), "portraits")
    digits = embedded_models.test_digits()[:N]
    rows = digits.images.double().sum(2).T  # (T, N)
    told = units_statistics.selectivity(rows.cumsum(0).unsqueeze(-1), digits.labels)
    torch.testing.assert_close((found.auc[0] - 0.5).abs(), told.strength[0], atol=0.01, rtol=0)
    assert told.auc[-1, 0, 1] < 0.1  # a 1 has the least ink
    torch.testing.assert_close(found.auc[0], 1 - found.auc[3])
    assert found.tells[0].all()
    assert not found.tells[1:3].any()
    assert found.condition.dead.tolist() == [False, True, False, False]
    assert found.condition.saturated.tolist() == [False, False, True, False]
    ink = rows.sum(0)
    assert found.top["value", False].items[0, 0] == ink.argmax()
    assert found.top["value", True].items[0, 3] == ink.argmax()
    rise = found.top["rise", False]
    assert rows[rise.steps[0, 0], rise.items[0, 0]] > 0.95 * rows.max()  # tanh flattens it a little


@pytest.mark.filterwarnings("ignore:LSTM with projections:UserWarning")  # torch's word
@pytest.mark.parametrize(
    ("place", "config"),
    [
        (TOP, {}),
        (Place("c", 0, 0), {"num_layers": 2}),
        (Place("h", 0, 1), {"num_layers": 2, "bidirectional": True, "cell": "gru"}),
        (Place("h", 1, 1), {"num_layers": 2, "bidirectional": True}),
        (Place("h", 0, 0), {"proj_size": 3}),
        (Place("h", 0, 0), {"cell": "rnn", "chunk": 49}),
        (Place("h", 0, 0), {"hidden_size": 1}),
    ],
)
def test_pieces_give_what_one_piece_would(place, config, monkeypatch):
    monkeypatch.setattr(profiles, "RANKED", 600)
    monkeypatch.setattr(profiles, "LOOKED_AT", 20_000)
    monkeypatch.setattr(cache, "FITTED", 5_000)
    monkeypatch.setattr(cache, "PIECE", 8e6)
    chosen = network(**config)
    found = Gathering(chosen, place, N)
    portraits, paths = done(found, "portraits"), done(found, "paths")
    digits = embedded_models.test_digits()[:N]
    x = chosen.sequences(digits.images)
    where = {"layer": place.layer, "direction": place.direction}
    h = units_statistics.states(chosen.model.rnn, x, place.held, **where)
    whole = units_statistics.selectivity(h, digits.labels)
    assert found.width == h.shape[-1]
    torch.testing.assert_close((portraits.auc - 0.5).abs(), whole.strength)
    torch.testing.assert_close(portraits.chance, whole.auc_chance)
    assert torch.equal(portraits.tells, whole.tells)
    torch.testing.assert_close(portraits.course, units_statistics.class_course(h, digits.labels))
    reverse = place.direction == 1
    top = units_statistics.top_inputs(h, profiles.TOP, measure="rise", reverse=reverse)
    torch.testing.assert_close(portraits.top["rise", False].values, top.values)
    axes = units_paths.fit(h, cache.AXES)
    there = units_paths.project(axes, h[:, paths.sample])
    torch.testing.assert_close(paths.paths, there, atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(paths.separation, separation(h, digits.labels))
    end = 0 if reverse else -1
    torch.testing.assert_close(paths.ends[3], h[end, digits.labels == 3].mean(0))
    assert found.numbers == 0  # nothing is to follow from the states any more


def test_the_sample_takes_the_classes_in_turns():
    paths = done(Gathering(network(), TOP, N), "paths")
    labels = embedded_models.test_digits().labels[paths.sample]
    assert labels[:20].tolist() == [*range(10)] * 2
    assert len(paths.sample.unique()) == len(labels) == cache.PATHS


def test_lost_numbers_are_said_and_end_the_work():
    chosen = network(cell="rnn", nonlinearity="relu")
    with torch.no_grad():
        chosen.model.rnn.weight_ih_l0.fill_(1e30)
        chosen.model.rnn.weight_hh_l0.fill_(1e30)
    found = Gathering(chosen, TOP, 50)
    assert done(found, "portraits") is None
    assert found.job("portraits").fault == LOST


def test_the_share_grows_to_the_end(monkeypatch):
    monkeypatch.setattr(incremental, "BUDGET_S", 0.005)
    monkeypatch.setattr(profiles, "RANKED", 300)
    found = Gathering(network(), TOP, N)
    job, shares = found.job("portraits"), [0.0]
    while not work([job]):
        shares.append(job.newest)
    assert len(shares) > 2
    assert shares == sorted(shares)


def test_portraits_and_paths_of_a_place_do_not_wait_for_each_other():
    found = Gathering(network(), TOP, N)
    with found.job("paths").lock:
        assert not work([found.job("portraits")])


def test_what_is_known_is_shared_until_its_states_are_too_many(monkeypatch):
    monkeypatch.setattr(cache, "KEPT_NUMBERS", 1)
    st.cache_resource.clear()
    chosen = network()
    first = cache.gathering(chosen, TOP, 100)
    assert cache.gathering(chosen, TOP, 100) is first
    assert cache.gathering(chosen, TOP, 200) is not first
    list(first._gather(1))
    cache.gathering(chosen, Place("c", 0, 0), 100)
    assert cache.gathering(chosen, TOP, 100) is not first


def test_fewer_digits_are_read_where_they_would_be_too_much(monkeypatch):
    assert cache.gathering(network(), TOP, cache.ALL).count == 10_000
    monkeypatch.setattr(cache, "ROOM", 28 * 5 * 700)
    assert cache.gathering(network(), TOP, cache.FIRST).count == 700
