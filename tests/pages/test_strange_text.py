"""Tests of text and number inputs with invalid values: shown as text, and the page works."""

import pytest

LINK, ADDRESS = "[a](//b.co)", "www.b.co"
STRANGE = [
    f"{LINK} {ADDRESS} ![](//b.co/x) $x^2$ :material/delete: :red[r] <b>b</b> `c` **d**",
    f"a\x00b\x1b[31m\x07\x7f\u2028\u200b\ufeff\ufffe\n{LINK}",
    "\u202eabc\u2066\u05d0\u0627" + "e" + "\u0301" * 200,
    "\U0001f468\u200d\U0001f469\u200d\U0001f467\U0001f3fd" * 40,
    "\u0663\u00b2 1e999 nan -0 0x1F 1_0 ../../etc/passwd %s {0} __import__('os')",
    f"nn.LSTM(1, hidden_size='{LINK}')",
    "x" * 200_000,
    "\n".join([f"{LINK} {k}" for k in range(5000)]),
]
NUMBERS = [-(10**15), 10**15]
TEXTS = [
    ("shapes", None, 2),
    ("characters", "My text", 2),
    ("characters", "Next character", 2),
    ("characters", "Spelling and reversal", 1),
]
COUNTS = [
    ("train", None, 2),
    ("runs", "Race", 1),
    ("runs", "Search", 2),
    ("states", "Break", 3),
    ("shapes", None, 6),
    ("scratch", None, 5),
]


def works(at):
    assert not at.exception
    assert len(at.title) == 1
    for element in [*at.warning, *at.error, *at.info]:
        assert len(element.value) < 600
    for element in [*at.warning, *at.error, *at.info, *at.success, *at.markdown, *at.caption]:
        assert "Traceback" not in element.value
        assert LINK not in element.value, "what a person wrote must not become a link"
        assert ADDRESS not in element.value
        assert "![](" not in element.value


def opened(open_app, page, view):
    link = {} if view is None else {"view": view}
    if page == "shapes":  # with all of its boxes
        link = {"packed": "true", "source": "embedding", "linear": "each step"}
    return open_app(page, **link)


def boxes_of(*lists):
    """Return those that a person can write into."""
    return [box for boxes in lists for box in boxes if not box.proto.disabled]


@pytest.mark.parametrize(("page", "view", "boxes"), TEXTS)
def test_whatever_is_written_into_the_boxes_is_text_and_the_page_works(open_app, page, view, boxes):
    at = opened(open_app, page, view)
    for turn in range(len(STRANGE)):
        found = boxes_of(at.text_input, at.text_area)
        assert len(found) >= boxes
        for k, box in enumerate(found):
            text = STRANGE[(turn + k) % len(STRANGE)]
            box.set_value(text[: box.proto.max_chars or None])
        works(at.run())


@pytest.mark.parametrize(("page", "view", "boxes"), COUNTS)
def test_whatever_number_comes_is_kept_within_its_range(open_app, page, view, boxes):
    at = opened(open_app, page, view)
    for number in NUMBERS:
        found = boxes_of(at.number_input)
        assert len(found) >= boxes
        for box in found:
            box.set_value(number)
        works(at.run())
