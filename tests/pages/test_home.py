from tests.apptest import component


def test_home_says_what_this_is_and_shows_a_reading(open_app):
    at = open_app()
    assert [title.value for title in at.title] == ["See how a recurrent network reads"]
    header, arrays = component(at, "player")
    assert arrays["belief"].shape == (28, 10)
    assert arrays["h"].shape == (28, 128)
    told = at.markdown[-1].value
    assert f"from row {header['decided']} on, 8 with" in told


def test_home_is_one_click_from_each_first_thing_to_do(open_app):
    links = {link.proto.label.strip("*"): link.proto for link in open_app().get("page_link")}
    assert {label: proto.page for label, proto in links.items()} == {
        "Draw a digit": "draw",
        "Train a network": "train",
        "What recurrence is": "recurrence",
        "Spell with one": "characters",
        "See it written by hand": "scratch",
        "Hand a state on": "sine",
    }
    assert {proto.query_string for proto in links.values()} == {""}


def test_every_page_says_what_it_runs_on(open_app):
    for page in ("home", "draw", "train"):
        assert any("Runs on CPU" in caption.value for caption in open_app(page).caption)
