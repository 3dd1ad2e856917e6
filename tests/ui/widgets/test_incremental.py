"""Tests of computations in pieces: their turns, their budget, and how they end."""

import pytest
from streamlit.testing.v1 import AppTest

from rnnviz.ui.widgets import incremental
from rnnviz.ui.widgets.incremental import Job, work


@pytest.fixture
def one_piece(monkeypatch):
    monkeypatch.setattr(incremental, "BUDGET_S", 0.0)


def counting(count, log, name=""):
    def start():
        for n in range(1, count + 1):
            log.append(f"{name}{n}")
            yield n

    return Job(start)


def test_jobs_of_a_stage_take_turns_and_the_next_stage_follows():
    log = []
    jobs = [counting(count, log, name) for count, name in ((3, "a"), (1, "b"), (2, "c"))]
    assert work(jobs[:2], jobs[2:])
    assert log == ["a1", "b1", "a2", "a3", "c1", "c2"]
    assert [job.newest for job in jobs] == [3, 1, 2]


@pytest.mark.usefixtures("one_piece")
def test_a_run_of_a_page_computes_one_piece_at_least_and_no_longer_than_the_budget():
    log = []
    job = counting(2, log)
    assert [work([job]) for _ in range(3)] == [False, False, True]
    assert log == ["1", "2"]
    assert work([job])


@pytest.mark.usefixtures("one_piece")
def test_a_canceled_job_stops_with_what_it_has():
    job = counting(9, [])
    work([job])
    job.cancel()
    assert work([job])
    assert job.newest == 1


def test_a_value_error_ends_a_job_and_is_its_fault():
    def start():
        yield 1
        raise ValueError("the units are none")

    job = Job(start)
    assert work([job])
    assert (job.newest, job.fault) == (1, "the units are none")


def test_after_another_error_a_job_starts_again():
    log = []

    def start():
        log.append("started")
        yield 1
        if len(log) == 1:
            raise MemoryError

    job = Job(start)
    with pytest.raises(MemoryError):
        work([job])
    assert not job.over
    assert work([job])
    assert log == ["started"] * 2


def test_a_session_does_not_wait_for_a_piece_of_another():
    log = []
    job = counting(1, log)
    with job.lock:
        assert not work([job])
    assert log == []
    assert work([job])


def script():
    import streamlit as st

    from rnnviz.ui.widgets import incremental

    if "job" not in st.session_state:
        st.session_state.job = incremental.Job(lambda: iter(range(3)))
    incremental.progress(0.256, "Reading digits")
    incremental.cancel_button(st.session_state.job, "cancel")


def test_the_bar_says_what_is_done_and_the_button_cancels():
    at = AppTest.from_function(script).run()
    assert at.get("progress")[0].proto.text == "Reading digits: 26 %"
    at.button(key="cancel").click().run()
    assert at.session_state.job.over
    assert at.button(key="cancel").disabled
