"""Test of a page whose fragment runs again just after the page: it loses no element."""

import pytest

from rnnviz.bench.draw import ROOT, serve
from tests.e2e.conftest import PATIENCE_MS

ROUNDS = 20  # without `keep_unsent` a turn is lost, or the fragment mounted anew, on a busy machine
APP = f"""
import sys, time
sys.path.insert(0, {str(ROOT)!r})
import streamlit as st
from rnnviz.ui.app import message_queue
from rnnviz.ui.widgets.fragment import fragment

if "kept" not in sys.modules:  # once for the process
    sys.modules["kept"] = message_queue
    message_queue.keep_unsent()

def again():
    st.session_state.fresh = True
    st.session_state.turn += 1

st.session_state.setdefault("turn", 0)
fresh = st.session_state.setdefault("fresh", True)

@fragment(run_every=0.01 if fresh else None)
def live():
    st.write("live")
    if fresh:
        st.session_state.fresh = False
        time.sleep(0.2)  # the browser asks for the fragment again and again
        st.rerun()

@fragment()
def below():
    st.write("below")

live()
below()
st.write(f"turn {{st.session_state.turn}}")
st.button("Again", on_click=again)
"""


@pytest.fixture
def page(chromium, tmp_path):
    app = tmp_path / "app.py"
    app.write_text(APP, encoding="utf-8")
    with serve(app) as address:
        tab = chromium.new_page()
        tab.set_default_timeout(PATIENCE_MS)
        tab.goto(address)
        yield tab
        tab.close()


def test_what_stands_below_a_fragment_stays_when_it_runs_just_after_its_page(page):
    for turn in range(ROUNDS):
        page.get_by_text(f"turn {turn}", exact=True).wait_for()
        page.wait_for_timeout(300)  # for what would remove it: nothing else tells the end
        if turn:
            assert page.evaluate("kept.isConnected"), "the fragment is mounted anew"
        page.get_by_text("live", exact=True).evaluate("element => { window.kept = element; }")
        found = [page.get_by_text(words, exact=True).count() for words in ("live", "below")]
        assert found == [1, 1]
        page.get_by_role("button", name="Again").click()
