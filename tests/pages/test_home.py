import pytest

from .conftest import component


def test_home_says_what_this_is_and_shows_a_reading(open_app):
    at = open_app()
    assert [title.value for title in at.title] == ["See how a recurrent network reads"]
    header, arrays = component(at, "player")
    assert arrays["belief"].shape == (28, 10)
    assert arrays["h"].shape == (28, 128)
    told = at.markdown[-1].value
    assert f"from row {header['decided']} on, 8 with" in told


@pytest.mark.parametrize(
    ("button", "title"),
    [
        ("Draw a digit", "What does an LSTM see while I draw?"),
        ("Train a network", "How does a hidden state form?"),
        ("See it written by hand", "What does PyTorch hide?"),
    ],
)
def test_home_is_one_click_from_drawing_training_and_the_network_by_hand(open_app, button, title):
    at = open_app()
    (found,) = (one for one in at.button if one.label == button)
    found.click().run()
    assert not at.exception
    assert at.title[0].value == title


def test_every_page_says_what_it_runs_on(open_app):
    for page in ("home", "draw", "train"):
        assert any("Runs on CPU" in caption.value for caption in open_app(page).caption)
