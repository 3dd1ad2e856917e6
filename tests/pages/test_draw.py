import io

import numpy as np
import pytest
from PIL import Image

from tests.apptest import component

ONE = [[140, 60, 140, 140, 140, 220]]
SEVEN = [[80, 70, 200, 70, 120, 220]]


def ink(at, strokes, seq=1, down=False):
    at.session_state["pad"] = {"ink": {"seq": seq, "down": down, "strokes": strokes}}
    at.run()
    assert not at.exception
    return component(at, "pad")


def picture(kind="PNG", size=(100, 140), **options):
    file = io.BytesIO()
    image = Image.new("L", size, 255)
    image.paste(0, (45, 20, 57, 120))
    image.save(file, kind, **options)
    return file.getvalue()


def upload(at, name, content):
    at.file_uploader[0].upload(name, content, "image/png").run()
    assert not at.exception
    return component(at, "pad")


def test_an_empty_pad_invites_and_claims_nothing(open_app):
    at = open_app("draw")
    header, arrays = component(at, "pad")
    assert header["hint"].startswith("Draw a digit here")
    assert header["sentence"] == "The network has seen nothing yet."
    assert arrays == {}
    assert component(at, "player") is None
    assert len(at.info) == 2  # both lower parts say what will be there
    assert len(at.title) == 1


def test_a_drawn_one_is_read_as_a_one_while_the_pen_is_down(open_app):
    header, arrays = ink(open_app("draw"), ONE, down=True)
    assert header["digit"] == 1
    assert header["ack"] == 1
    assert arrays["belief"].shape == (28, 10)
    np.testing.assert_allclose(arrays["belief"].sum(axis=1), 1, atol=1e-5)
    assert arrays["h"].shape == (28, 128)
    assert 1 <= header["decided"] <= 28


def test_the_sentence_says_what_the_numbers_say(open_app):
    header, arrays = ink(open_app("draw"), SEVEN)
    answers = arrays["belief"].argmax(axis=1)
    before = header["decided"] - 2
    assert answers[-1] == header["digit"] == 7
    assert (answers[before + 1 :] == 7).all()
    assert answers[before] != 7
    assert header["sentence"].startswith(
        f"After row {before + 1} it believed {answers[before]}; from row {before + 2} on, 7 with"
    )


def test_after_the_pen_is_lifted_the_player_and_the_framing_show_the_same_reading(open_app):
    at = open_app("draw")
    _, live = ink(at, SEVEN)
    _, played = component(at, "player")
    for name in ("belief", "h", "frame"):
        np.testing.assert_array_equal(live[name], played[name])
    captions = [picture.caption for picture in at.get("image")[0].proto.imgs]
    assert captions[0] == "1 · the ink and its tight box"
    assert len(captions) == 4
    assert any("With the framing it reads 7" in m.value for m in at.markdown)


@pytest.mark.parametrize("name", ["GRU-128", "RNN-128", "BiLSTM-64"])
def test_another_network_reads_the_same_drawing(open_app, name):
    at = open_app("draw")
    _, before = ink(at, SEVEN)
    at.selectbox(key="model").set_value(name).run()
    header, after = component(at, "pad")
    assert header["digit"] == 7
    assert not np.array_equal(before["belief"], after["belief"])
    np.testing.assert_array_equal(before["frame"], after["frame"])


def test_a_wider_pen_draws_the_same_strokes_again(open_app):
    at = open_app("draw")
    _, thin = ink(at, ONE)
    at.slider(key="pen").set_value(36).run()
    _, thick = component(at, "pad")
    assert thick["frame"].sum() > 1.5 * thin["frame"].sum()


def test_without_the_framing_a_small_digit_in_the_corner_stays_there(open_app):
    at = open_app("draw")
    small = [[20, 20, 20, 80]]
    _, framed = ink(at, small)
    at.toggle(key="unframed").set_value(True).run()
    _, raw = component(at, "pad")
    rows = np.flatnonzero(raw["frame"].any(axis=1))
    assert rows.max() < 12
    assert len(np.flatnonzero(framed["frame"].any(axis=1))) == 20


def test_a_test_digit_of_the_chosen_class_is_laid_on_the_pad_and_into_the_link(open_app):
    at = open_app("draw")
    at.button(key="digit-4").click().run()
    assert not at.exception
    header, arrays = component(at, "pad")
    assert header["caption"].endswith("a 4")
    assert arrays["picture"].shape == (28, 28)
    index = int(at.query_params["digit"])
    assert header["caption"].startswith(f"MNIST test digit {index},")


def test_a_link_opens_what_it_names(open_app, test_digits):
    at = open_app("draw", model="GRU-128", pen="30", digit="4217", unframed="true")
    header, arrays = component(at, "pad")
    assert at.selectbox(key="model").value == "GRU-128"
    assert at.slider(key="pen").value == 30
    assert at.toggle(key="unframed").value is True
    assert header["caption"] == f"MNIST test digit 4217, a {test_digits.labels[4217]}"
    np.testing.assert_array_equal(arrays["picture"], test_digits.images[4217].numpy())
    assert not at.warning


@pytest.mark.parametrize(
    "link",
    [{"model": "GPT"}, {"pen": "1000"}, {"pen": "x"}, {"digit": "10000"}, {"unframed": "perhaps"}],
)
def test_a_link_that_asks_for_what_there_is_not_falls_back_and_says_so(open_app, link):
    at = open_app("draw", **link)
    (warning,) = at.warning
    (value,) = link.values()
    assert repr(value) in warning.value
    assert at.selectbox(key="model").value == "LSTM-128"
    assert at.slider(key="pen").value == 18
    at.run()
    assert not at.warning  # said once


def test_drawing_on_top_of_a_test_digit_takes_it_away(open_app):
    at = open_app("draw", digit="0")
    at.session_state["pad"] = {"ink": {"seq": 1, "down": False, "strokes": ONE}}
    from rnnviz.ui.session import keys as session_keys
    from rnnviz.ui.widgets import pad

    at.session_state[session_keys.SOURCE] = pad.Source("drawing", 2)
    at.run()
    header, arrays = component(at, "pad")
    assert header["caption"] == ""
    assert "picture" not in arrays


@pytest.mark.parametrize(
    ("strokes", "words"),
    [
        ([[140, 140]], "a dot"),
        ([[0, y, 280, y] for y in range(0, 281, 10)], "one filled block"),
    ],
)
def test_a_dot_and_a_filled_square_get_a_sentence(open_app, strokes, words):
    header, _ = ink(open_app("draw"), strokes)
    assert words in header["sentence"]


def test_ink_to_the_edge_is_read(open_app):
    header, _ = ink(open_app("draw"), [[140, 0, 140, 280]])
    assert header["digit"] == 1


@pytest.mark.parametrize(
    "message",
    [
        "text",
        {"seq": "1", "strokes": []},
        {"seq": 1, "strokes": "abc"},
        {"seq": 1, "strokes": [[1]]},
        {"seq": 1, "strokes": [[0, 0] * 6_001]},
        {"seq": -1, "strokes": ONE},
        {"seq": 1},
    ],
)
def test_a_message_that_is_no_drawing_gets_a_sentence_and_the_page_lives_on(open_app, message):
    at = open_app("draw")
    at.session_state["pad"] = {"ink": message}
    at.run()
    assert not at.exception
    header, arrays = component(at, "pad")
    assert "belief" not in arrays
    header, _ = ink(at, ONE, seq=2)
    assert header["digit"] == 1


def test_an_uploaded_picture_is_read(open_app):
    header, arrays = upload(open_app("draw"), "one.png", picture())
    assert header["digit"] == 1
    assert header["caption"] == "your picture"
    assert arrays["picture"].max() == 255


def test_of_an_animated_upload_the_first_frame_is_read_and_said_so(open_app):
    second = Image.new("L", (100, 140), 255)
    content = picture("GIF", save_all=True, append_images=[second])
    header, _ = upload(open_app("draw"), "one.gif", content)
    assert header["digit"] == 1
    assert header["sentence"].endswith("The picture has 2 frames; the first was read.")


def test_of_several_digits_the_largest_is_read_and_another_can_be_chosen(open_app, test_digits):
    page = Image.new("L", (600, 260), 255)
    for index, place, side in ((1, 20, 140), (0, 180, 220), (2, 440, 130)):
        digit = Image.fromarray(255 - test_digits.images[index].numpy())
        page.paste(digit.resize((side, side)), (place, 20))
    file = io.BytesIO()
    page.save(file, "PNG")
    at = open_app("draw")
    header, _ = upload(at, "digits.png", file.getvalue())
    assert header["digit"] == 7
    assert "has 3 digits; this is the largest, digit 2 from the left." in header["sentence"]
    choice = at.segmented_control(key="uploaded_digit")
    assert choice.value == 1
    for chosen, digit in ((0, 2), (2, 1)):
        at.segmented_control(key="uploaded_digit").set_value(chosen).run()
        assert not at.exception
        header, arrays = component(at, "pad")
        assert header["digit"] == digit
        assert f"this is digit {chosen + 1} from the left." in header["sentence"]
    columns = np.flatnonzero(arrays["picture"].any(axis=0))
    assert np.ptp(columns) < 100  # the others are left out
    upload(at, "one.png", picture())
    assert not [one for one in at.segmented_control if one.key == "uploaded_digit"]


def test_a_small_digit_of_a_large_picture_is_shown_larger(open_app, test_digits):
    page = Image.new("L", (2000, 1500), 255)
    page.paste(
        Image.fromarray(255 - test_digits.images[0].numpy()).resize((200, 200)), (1700, 1200)
    )
    file = io.BytesIO()
    page.save(file, "PNG")
    header, arrays = upload(open_app("draw"), "seven.png", file.getvalue())
    assert header["digit"] == 7
    assert len(np.flatnonzero(arrays["picture"].any(axis=1))) >= 50


BAD = {
    "no picture": (b"hello", "not a picture"),
    "cut short": (picture()[:120], "damaged or cut short"),
    "1 × 1": (picture(size=(1, 1)), "too few"),
    "12,000 × 12,000": (picture(size=(12_000, 12_000)), "12,000 × 12,000"),
    "blank": (picture(size=(40, 15)), "empty"),
}


@pytest.mark.parametrize("name", BAD)
def test_an_upload_that_cannot_be_read_gets_one_sentence_and_the_page_lives_on(open_app, name):
    content, words = BAD[name]
    at = open_app("draw")
    header, arrays = upload(at, "picture.png", content)
    assert words in header["sentence"]
    assert "belief" not in arrays
    at.button(key="digit-3").click().run()
    assert "belief" in component(at, "pad")[1]
