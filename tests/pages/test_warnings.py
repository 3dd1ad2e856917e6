"""Tests that no page logs a warning: each view by its link, left and come back to."""

import logging

import pytest
from streamlit import config
from streamlit.elements.lib import policies

from rnnviz.chapters.scratch.ui import view as scratch_view
from rnnviz.chapters.shapes.ui import tabs
from rnnviz.ui.server import run_manager

# Of AppTest: it calls parts of a page from outside a run.
OF_THE_TEST = ("missing ScriptRunContext", "No runtime found", "bare mode")
VIEWS = {
    "recurrence": ("One cell", "Order", "What is left", "Memory span"),
    "characters": ("hello", "My text", "Next character", "Table", "Spelling and reversal"),
    "scratch": scratch_view.VIEWS,
    "shapes": tuple(tabs.VIEWS),
    "sine": ("Train", "After training", "Without detach"),
    "runs": ("Runs", "Compare", "Race", "Search"),
    "states": ("Watch", "Break", "Units", "Map", "Memory"),
}
LINKS = [
    ("home", {}),
    ("draw", {}),
    ("draw", {"model": "GRU-128", "digit": "5", "pen": "24", "unframed": "true"}),
    ("train", {}),
    ("train", {"cell": "gru", "hidden": "64", "probe": "7"}),
    ("states", {"model": "BiLSTM-64", "direction": "reverse", "view": "Break"}),
    ("states", {"held": "c", "unit": "5", "by": "activity", "view": "Units", "probe": "3"}),
    ("shapes", {"cell": "gru", "layers": "2", "bidirectional": "true"}),
    *((page, {"view": view}) for page, views in VIEWS.items() for view in views),
]


@pytest.fixture
def warned(caplog, monkeypatch):
    """What is logged as a warning or worse; Streamlit would say some of it once a process."""
    config.get_config_options(force_reparse=True)  # the app's own
    monkeypatch.setattr(policies, "_shown_default_value_warning", False)
    caplog.set_level(logging.WARNING)
    loggers = [logging.getLogger(n) for n in logging.root.manager.loggerDict if "streamlit" in n]
    added = [logger for logger in loggers if not logger.propagate]
    for logger in added:
        logger.addHandler(caplog.handler)
    yield lambda: [
        f"{record.name}: {record.getMessage()}"
        for record in caplog.records
        if not any(words in record.getMessage() for words in OF_THE_TEST)
    ]
    for logger in added:
        logger.removeHandler(caplog.handler)


@pytest.mark.parametrize(("page", "link"), LINKS)
def test_a_page_logs_no_warning(open_app, warned, page, link):
    try:
        at = open_app(page, **link)
        at.switch_page("../../pages/home.py").run()
        at.switch_page(f"../../pages/{page}.py").run()
        assert not at.exception
        assert warned() == []
    finally:
        run_manager.shut_down()


def test_a_button_that_sets_a_widget_logs_no_warning(open_app, warned):
    at = open_app("states")
    for key in ("class-3", "any-digit"):
        at.button(key=key).click().run()
        assert not at.exception
    assert at.session_state["probe"] > 0
    assert warned() == []


def test_what_streamlit_says_is_seen_here(open_app, warned):
    config.set_option("global.disableWidgetStateDuplicationWarning", False)
    try:
        open_app("states", view="Break")
        assert "created with a default value" in " ".join(warned())
    finally:
        config.set_option("global.disableWidgetStateDuplicationWarning", True)
