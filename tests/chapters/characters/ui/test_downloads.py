"""Tests in AppTest of the downloads of stored runs on text."""

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from rnnviz.chapters.characters.config import TextConfig
from rnnviz.chapters.characters.text_training import config_of
from rnnviz.training.store.group_record import Group, save_group
from rnnviz.ui.server import run_manager
from rnnviz.ui.session import keys as session_keys
from tests.offered_files import assert_offered, assert_weights_load
from tests.stored_runs import keep

pytestmark = pytest.mark.usefixtures("no_run_stays")

RUNS = {
    "hello": TextConfig(),
    "text": config_of("language", text="abcd" * 40, cell="gru"),
    "table": config_of("classifier", (("i love you", "1"), ("i hate you", "0"))),
    "writer": config_of("writer", (("7", "seven"),), cell="gru"),
}


@pytest.mark.parametrize("name", RUNS)
def test_all_that_there_is_of_a_run_is_offered_and_is_what_it_says(name):
    assert_offered(RUNS[name])


@pytest.mark.parametrize("name", RUNS)
def test_the_lines_that_load_the_weights_do_so_beside_the_script(name, tmp_path, monkeypatch):
    assert_weights_load(RUNS[name], tmp_path, monkeypatch)


def test_of_several_networks_one_is_chosen_and_the_link_is_that_of_the_page():
    configs = [TextConfig(), replace(TextConfig(), network="cell")]
    ids = [keep(config)[0].id for config in configs]
    save_group(run_manager.store(), Group("g" * 22, "characters", tuple(ids)))

    def app():
        from rnnviz.chapters.characters.ui import run_panel
        from rnnviz.ui.widgets import run_downloads

        run_downloads.show_group("characters", "characters", run_panel.name)

    at = AppTest.from_function(app, default_timeout=180)
    at.query_params["characters_runs"] = "g" * 22
    at.session_state[session_keys.TAKE_HOME] = True
    at.run()
    assert not at.exception
    choice = at.get("button_group")[0]
    assert choice.options == ["nn.RNN", "nn.RNNCell"]
    keys = [button.proto.id for button in at.get("download_button")]
    assert all(ids[0] in key for key in keys)
    assert at.code[0].value == f"/characters?characters_runs={'g' * 22}"
    choice.set_value(ids[1]).run()
    assert all(ids[1] in button.proto.id for button in at.get("download_button"))
