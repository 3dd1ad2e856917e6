"""Tests of invalid links: each page shows a message and works."""

import pytest

KEYS = {
    "draw": "model pen unframed digit",
    "train": (
        "preset cell hidden lr epochs layers bidirectional seed dropout batch time_step "
        "chunk run probe probe_drawing digits"
    ),
    "runs": "view runs race search pair kind race_cells race_seeds",
    "states": (
        "view model probe layer direction held unit by driven row axes classes turn shown "
        "order gate break seam then other pixels relative"
    ),
    "recurrence": (
        "view length rho read_as learnt networks radius draw forget step_radius step_f "
        "span_runs cell"
    ),
    "shapes": (
        "view module input_size hidden_size num_layers B T bidir batch_first bias "
        "proj_size unbatched packed state source V linear K lengths example want mapping "
        "weight_row product cut"
    ),
    "characters": (
        "view first_character own_source own_target own_line opening temperature "
        "own_text table language_draw digit_asked word_asked writer_draw seed hidden cell lr epochs"
    ),
    "sine": (
        "view sine sine_signal sine_target sine_phase sine_length sine_period sine_segments "
        "sine_cell sine_hidden sine_lr sine_seed sine_speed sine_network sine_free"
    ),
    "scratch": "view hand_dropped hand_curves hand_beyond hand_lesson_view",
}
VIEWS = {
    "characters": ["My text", "Next character", "Table", "Spelling and reversal"],
    "runs": ["Compare", "Race", "Search"],
    "states": ["Break", "Units", "Map", "Memory"],
    "recurrence": ["Order", "What is left", "Memory span"],
}
LINK = "[a](//b.co)"  # as short as a link can be that leads a reader away
NASTY = {
    "many digits": "9" * 5000,
    "no number": "nan",
    "markup": f"<script>x</script>{LINK}$x$",
    "a path": "../../../../etc/passwd",
    "other digits": "\u0663\u00b2",
    "below zero": "-1",
    "a table that is no table": f"a b c {LINK}\nd e f {LINK}",
    "an address": "www.b.co",  # which the browser makes a link of where it stands bare
    "a zero byte": "a\x00b;;,:@",
}


def works(at, page):
    assert len(at.title) == 1, page
    for element in [*at.warning, *at.error, *at.info]:
        assert "Traceback" not in element.value
        assert len(element.value) < 500
        assert LINK not in element.value, "a link in a link's own words must not be one"
        assert "www.b.co" not in element.value


@pytest.mark.parametrize("nasty", NASTY)
@pytest.mark.parametrize("page", KEYS)
def test_a_page_works_whatever_all_of_its_link_says(open_app, page, nasty):
    at = open_app(page, **dict.fromkeys(KEYS[page].split(), NASTY[nasty]))
    works(at, page)


@pytest.mark.parametrize(("page", "view"), [(p, v) for p, views in VIEWS.items() for v in views])
def test_a_view_works_whatever_the_rest_of_its_link_says(open_app, page, view):
    for nasty in ("many digits", "markup"):
        rest = {key: NASTY[nasty] for key in KEYS[page].split() if key != "view"}
        at = open_app(page, **rest, view=view)
        works(at, page)
