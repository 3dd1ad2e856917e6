import numpy as np
import pytest
import streamlit as st
import torch
from streamlit.testing.v1 import AppTest

from rnnviz.chapters.states.ablation.ui import edits, jobs, view
from rnnviz.chapters.states.ablation.ui.components.ablation import Changed, Part
from rnnviz.chapters.states.ablation.ui.edits import Broken
from rnnviz.chapters.states.ui import keys as states_keys
from rnnviz.core.intervene.apply_interventions import belief
from rnnviz.core.intervene.intervention_spec import Intervention
from rnnviz.ui.figures import reading_text
from rnnviz.ui.server import embedded_models
from rnnviz.ui.widgets import incremental, model_choice
from tests import apptest

OUT = Intervention(0, "forward", "h", (2, 16))


def script():
    import streamlit as st

    from rnnviz.chapters.states.ablation.ui import view
    from rnnviz.chapters.states.ui.studied_network import Subject
    from rnnviz.ui.server import embedded_models
    from rnnviz.ui.widgets import model_choice

    network = model_choice.chosen(st.query_params.get("model", model_choice.DEFAULT))
    digit = embedded_models.test_digits().images[0].numpy()
    view.show(Subject(network, digit, "test digit 0, a 7", 7))


@pytest.fixture
def sent(monkeypatch):
    """What the components were given last."""
    found = {}
    for name in ("breaking", "effect"):
        show = getattr(view.view, name)

        def keep(what, *, key, on_do, show=show, name=name):
            found[name] = what
            show(what, key=key, on_do=on_do)

        monkeypatch.setattr(view.view, name, keep)
    return found


def opened(**link):
    return apptest.opened(script, link=link)


def ran(at):
    at.run()
    assert not at.exception, at.exception
    return at


@pytest.mark.parametrize("model", ["LSTM-128", "GRU-128", "RNN-128", "BiLSTM-64"])
def test_units_that_are_out_change_the_belief_and_nothing_else_does(sent, model):
    opened(model=model)
    plain = sent["breaking"]
    assert np.array_equal(plain.before, plain.after)
    assert plain.acts == []
    opened(model=model, **{"break": "l0f:h:0-60:zero"})
    changed = sent["breaking"]
    assert np.array_equal(changed.before, plain.before)
    assert np.abs(changed.after - changed.before).max() > 0.05
    h = changed.parts[0]
    assert h.changed == [*range(61)]
    assert (h.after[:, :61] == 128).all()  # 0 in the middle of the scale
    assert changed.told.startswith("Without 61 units")


def test_what_is_shown_is_what_the_core_computes(sent):
    opened(**{"break": "l0f:h:2,16:zero"})
    network = model_choice.chosen("LSTM-128")
    x = network.sequences(embedded_models.test_digits().images[:1])
    expected = belief(network.model, x, [OUT])[:, 0].detach().numpy()
    assert np.allclose(sent["breaking"].after, expected, atol=1e-5)


def test_nonsense_in_the_link_is_said_and_left_out(sent):
    at = opened(model="GRU-128", **{"break": "junk;l0f:f:3:zero;l0f:h:999:zero;l0f:z:3:clamp1"})
    assert [act.link for act in sent["breaking"].acts] == ["l0f:z:3:clamp1"]
    told = " ".join(warning.value for warning in at.warning)
    assert "'junk'" in told
    assert "no f" in told
    assert "no unit 999" in told
    assert "l0f:z:3:clamp1" in (at.query_params["break"], at.query_params["break"][0])


def test_nothing_is_said_of_a_mean_before_it_is_taken(sent, monkeypatch):
    monkeypatch.setattr(incremental, "BUDGET_S", 0.0)
    at = opened(**{"break": "l0f:h:all:mean"})
    assert "means over test digits are taken first" in sent["breaking"].told
    monkeypatch.setattr(incremental, "BUDGET_S", 60.0)
    ran(ran(at))
    assert "With the hidden state of all units at its mean it " in sent["breaking"].told
    assert np.abs(sent["breaking"].after - sent["breaking"].before).max() > 0.05
    assert (sent["breaking"].parts[0].after != 128).any()


def test_the_pieces_end_with_accuracy_and_random_sets(sent, monkeypatch):
    monkeypatch.setattr(jobs, "_test", lambda: embedded_models.test_digits()[:40])
    at = opened(**{"break": "l0f:h:0-99:zero"})
    for _ in range(60):
        if sent["effect"].progress is None and sent["effect"].cost is not None:
            break
        ran(at)
    costs = sent["effect"]
    assert len(costs.draws) == 20
    assert costs.interval is not None
    assert costs.cost > 10
    assert len(costs.rankings[0].units) == 10
    assert "of 40 test digits right" in costs.told[0]


def test_the_network_as_it_is_is_read_ahead_and_an_effect_takes_it_over(monkeypatch):
    monkeypatch.setattr(jobs, "_test", lambda: embedded_models.test_digits()[:1500])
    monkeypatch.setattr(incremental, "BUDGET_S", 60.0)
    network, measures = model_choice.chosen("RNN-128"), jobs.Measures()
    alone = measures.as_it_is(network)
    alone.go_on()  # one piece: not all of them
    effect = measures.effect(network, (OUT,), None)
    incremental.work([effect])
    both = effect.newest
    measures = jobs.Measures()
    incremental.work([measures.as_it_is(network)])
    read = []
    answers = jobs.effects.answers
    monkeypatch.setattr(jobs.effects, "answers", lambda *a, **k: read.append(1) or answers(*a, **k))
    effect = measures.effect(network, (OUT,), None)
    incremental.work([effect])
    assert len(read) == 2  # of two pieces, each once
    assert torch.equal(effect.newest.before, both.before)
    assert torch.equal(effect.newest.after, both.after)


def test_a_recording_gets_a_sentence():
    def script():
        import numpy as np

        from rnnviz.chapters.states.ablation.ui import view
        from rnnviz.chapters.states.ui.studied_network import Subject
        from rnnviz.ui.widgets.model_choice import ChosenModel

        recording = ChosenModel("a", "a recording", None)
        view.show(Subject(recording, np.zeros((28, 28), np.uint8), "a picture"))

    at = AppTest.from_function(script, default_timeout=180).run()
    assert not at.exception
    assert [info.value for info in at.info] == [view.RECORDING]


def test_a_damaged_network_gets_a_sentence():
    def script():
        import copy
        from dataclasses import replace

        import torch

        from rnnviz.chapters.states.ablation.ui import view
        from rnnviz.chapters.states.ui.studied_network import Subject
        from rnnviz.ui.server import embedded_models
        from rnnviz.ui.widgets import model_choice

        network = model_choice.chosen("RNN-128")
        model = copy.deepcopy(network.model)
        with torch.no_grad():
            model.head.bias[0] = torch.nan
        network = replace(network, name="damaged", model=model)
        view.show(Subject(network, embedded_models.test_digits().images[0].numpy(), "a digit", 7))

    at = AppTest.from_function(script, default_timeout=180).run()
    assert not at.exception
    assert [info.value for info in at.info] == [reading_text.LOST]


def asked(monkeypatch, broken, *commands):
    held = {states_keys.BREAKS: broken}
    monkeypatch.setattr(st, "session_state", held)
    for message in commands:
        held["key"] = {"do": message}
        edits.take("key")
    return held[states_keys.BREAKS]


ADD = {"do": "add", "serial": 1, "act": "l0f:h:2,16:zero"}


def test_what_is_added_is_undone_removed_and_cleared(monkeypatch):
    assert asked(monkeypatch, Broken(), ADD).acts == (OUT,)
    assert asked(monkeypatch, Broken(), ADD, {"do": "undo", "serial": 2}).acts == ()
    gone = {"do": "remove", "serial": 2, "act": OUT.link}
    removed = asked(monkeypatch, Broken(), ADD, gone)
    assert removed.acts == ()
    assert asked(monkeypatch, removed, {"do": "undo", "serial": 3}).acts == (OUT,)
    assert asked(monkeypatch, Broken(), ADD, {"do": "clear", "serial": 2}).acts == ()


def test_a_command_that_comes_twice_is_done_once(monkeypatch):
    more = {"do": "add", "serial": 2, "act": "l0f:c:1:zero"}
    undo = {"do": "undo", "serial": 3}
    assert asked(monkeypatch, Broken(), ADD, more, undo, undo).acts == (OUT,)


def test_a_change_that_makes_no_sense_is_not_added(monkeypatch):
    for act in ("", "junk", "l0f:f:3:clamp7", "l0f:h:9-3:zero"):
        assert asked(monkeypatch, Broken(), {"do": "add", "serial": 1, "act": act}).acts == ()


def test_contents_that_do_not_fit_are_refused():
    T, bytes_ = 3, np.zeros((3, 5), np.uint8)
    given = {
        "id": "",
        "frame": np.zeros((28, 28), np.uint8),
        "entering": np.zeros((28, 28)),
        "before": np.zeros((T, 10), np.float32),
        "after": np.zeros((T, 10), np.float32),
        "parts": [Part("h", "h", bytes_, bytes_, (-1, 1), "diverging")],
        "acts": [],
        "undo": False,
        "told": "",
        "digit": "",
        "place": "l0f",
        "where": "",
        "word": "row",
    }
    assert Changed(**given).arrays()["before.h"].shape == (3, 5)
    with pytest.raises(ValueError, match=r"after must be \(T, K\)"):
        Changed(**{**given, "after": np.zeros((2, 10), np.float32)})
    with pytest.raises(ValueError, match="h after must be"):
        Changed(**{**given, "parts": [Part("h", "h", bytes_, bytes_[:2], (-1, 1), "diverging")]})


def test_means_by_pieces_are_those_of_all_digits_at_once():
    network = model_choice.chosen("GRU-128")
    pieces = [*jobs._means(network)]
    images = embedded_models.test_digits().images[: pieces[-1][1]]
    whole = jobs.mean_values(network.model, network.sequences(images))
    assert len(pieces) > 1
    for place, mean in pieces[-1][0].items():
        assert torch.allclose(mean, whole[place], atol=1e-5)


def test_a_ranking_by_pieces_is_that_of_all_digits_at_once(monkeypatch):
    monkeypatch.setattr(jobs, "STEPS_RANKED", 28 * 8)
    monkeypatch.setattr(jobs, "_test", lambda: embedded_models.test_digits()[:20])
    network = model_choice.chosen("RNN-128")
    found = [*jobs._ranking(network, (0, 0))]
    *_, whole = jobs.rank_units(network.model, embedded_models.test_digits()[:20], 0)
    assert torch.allclose(found[-1].accuracy_drop, whole.accuracy_drop, atol=1e-9)
    assert torch.allclose(found[-1].log_prob_drop, whole.log_prob_drop, atol=1e-5)
    shares = [one.done for one in found]
    assert shares == sorted(shares)
    assert shares[-1] == found[-1].total == 20 * 128
