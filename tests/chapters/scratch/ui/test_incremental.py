import numpy as np

from rnnviz.chapters.scratch.numpy_training import ByHand, ByHandConfig
from rnnviz.chapters.scratch.ui.incremental import KEPT, Learning, Lessons, Trainings

SMALL = ByHandConfig(hidden_size=3, num_layers=1, count=5, steps=20)


def losses(learning):
    return [log.loss for log in learning.logs]


def test_a_training_in_pieces_is_the_training_at_once():
    at_once = [log.loss for log in ByHand(SMALL).steps()]
    learning = Learning(ByHand(SMALL))
    pieces = 0
    learning.go()
    while not learning.over:
        learning.work(0)
        pieces += 1
    assert pieces == 21
    assert losses(learning) == at_once
    learning.go()
    assert not learning.running  # there is nothing left
    learning.work()
    assert losses(learning) == at_once


def test_what_is_paused_stands_still_and_goes_on_where_it_was():
    learning = Learning(ByHand(SMALL))
    learning.work()
    assert learning.logs == []
    learning.go()
    learning.go()  # a click that came twice
    learning.work(0)
    learning.pause()
    learning.work()
    assert [log.step for log in learning.logs] == [0]
    learning.go()
    learning.work(60)
    assert [log.step for log in learning.logs] == list(range(21))


def test_a_loss_that_is_lost_ends_the_training():
    config = ByHandConfig(optimizer="sgd", lr=0.03, steps=100, seed=1)
    learning = Learning(ByHand(config))
    learning.go()
    learning.work(60)
    assert learning.over
    assert not learning.running
    assert not np.isfinite(losses(learning)[-1])
    assert np.isfinite(losses(learning)[:-1]).all()


def test_so_many_steps_and_then_it_is_paused():
    learning = Learning(ByHand(SMALL))
    learning.go(3)
    learning.work(60)
    assert (len(learning.logs), learning.paused, learning.over) == (3, True, False)
    learning.stop()
    assert (learning.paused, learning.over, learning.can_go_on) == (False, True, True)
    learning.go()
    learning.work(60)
    assert (learning.logs[-1].step, learning.over, learning.can_go_on) == (20, True, False)


def test_other_settings_pause_what_ran_and_start_begins_anew():
    mine = Trainings()
    first = mine.learning(SMALL)
    first.go()
    assert mine.learning(SMALL) is first
    assert first.running
    other = mine.learning(ByHandConfig(steps=10))
    assert not first.running
    assert mine.learning(SMALL) is first
    first.go()
    mine.start(SMALL)
    assert mine.learning(SMALL) is not first
    assert mine.learning(SMALL).running
    assert not first.running
    assert mine.learning(ByHandConfig(steps=10)) is other


def test_a_session_keeps_a_few_trainings():
    mine = Trainings()
    first = mine.learning(SMALL)
    for seed in range(1, KEPT + 1):
        mine.learning(ByHandConfig(steps=10, seed=seed))
    assert mine.learning(SMALL) is not first


def test_the_lessons_are_done_one_after_the_other():
    work = Lessons(SMALL)
    assert work.share == 0
    work.work(60)
    assert work.share == 1
    assert [[log.step for log in logs] for logs in work.logs] == [list(range(21))] * 3
    before = [list(logs) for logs in work.logs]
    work.work()
    assert [list(logs) for logs in work.logs] == before


def script():
    import numpy as np

    from rnnviz.chapters.scratch.ui.components.scratch.charts import Chart, Line, charts

    line = Line("far", np.arange(3.0), np.array([1.0, np.inf, np.nan]))
    chart = Chart("far", "step", (0, 2), (0, 1), (line,))
    charts("far", (chart,), bars=("apart", [("a", float("nan")), ("b", 0.5)]), key="far")


def test_numbers_that_are_none_reach_the_browser_as_it_can_read_them():
    from streamlit.testing.v1 import AppTest

    from tests.apptest import component

    at = AppTest.from_function(script).run()
    assert not at.exception
    header, arrays = component(at, "charts")
    assert header["bars"]["values"] == [["a", None], ["b", 0.5]]
    assert arrays["0.0.y"][1] == np.float32(1e38)
    assert np.isnan(arrays["0.0.y"][2])
