"""Tests of runs on text in the list of runs: their titles, and the view that opens each."""

import pytest

from rnnviz.chapters.characters.config import TextConfig
from rnnviz.training.store.group_record import Group, save_group
from rnnviz.ui.server import run_manager
from rnnviz.ui.widgets import open_run
from tests.stored_runs import keep

pytestmark = pytest.mark.usefixtures("no_run_stays")


@pytest.mark.parametrize(
    ("kind", "view"), [("characters", "hello"), ("pairs", "My text"), ("table", "Table")]
)
def test_a_run_on_text_is_listed_and_opens_on_its_view(open_app, kind, view):
    ids = [keep(TextConfig(), checkpoints=())[0].id]
    save_group(run_manager.store(), Group("c" * 22, kind, tuple(ids)))
    at = open_app("runs")
    at.toggle(key="grouped").set_value(True).run()
    assert at.dataframe[0].value["trained on"][0] == "1 line of text × 15"
    link = {"view": view, f"{kind}_runs": "c" * 22}
    assert open_run.lesson(ids[0], TextConfig()) == ("characters", link)
