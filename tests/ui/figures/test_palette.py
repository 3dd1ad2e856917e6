import tomllib
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from rnnviz.ui.figures import palette

CONFIG = Path(__file__).resolve().parents[3] / ".streamlit" / "config.toml"

# Machado, Oliveira, Fernandes 2009, severity 1: what a person without one kind of cone sees.
DEFICIENCIES = {
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
    "none": np.eye(3).tolist(),
}
THEMES = {"light": palette.LIGHT, "dark": palette.DARK}


def linear(colours):
    srgb = np.array([[int(c[at : at + 2], 16) for at in (1, 3, 5)] for c in colours]) / 255
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def lab(rgb):
    xyz = (
        rgb
        @ np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]).T
    )
    f = np.cbrt(np.maximum(xyz / [0.9505, 1.0, 1.089], 1e-6))
    return np.stack(
        (116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])), axis=1
    )


def seen(colours, deficiency):
    return lab((linear(colours) @ np.array(DEFICIENCIES[deficiency]).T).clip(0, 1))


def contrast(one, other):
    light, dark = sorted((linear([c]) @ [0.2126, 0.7152, 0.0722]).item() for c in (one, other))[
        ::-1
    ]
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("name", THEMES)
def test_the_theme_has_the_colours_of_the_palette(name):
    theme = tomllib.loads(CONFIG.read_text(encoding="utf-8"))["theme"][name]
    colours = THEMES[name]
    assert theme["primaryColor"] == colours.accent
    assert theme["backgroundColor"] == colours.background
    assert theme["secondaryBackgroundColor"] == colours.panel
    assert theme["textColor"] == colours.text
    assert tuple(theme["chartSequentialColors"]) == colours.sequential
    assert tuple(theme["chartDivergingColors"]) == colours.diverging
    assert tuple(theme["chartCategoricalColors"]) == colours.classes


@pytest.mark.parametrize("deficiency", DEFICIENCIES)
@pytest.mark.parametrize("name", THEMES)
def test_each_step_of_the_sequential_scale_differs_from_the_next(name, deficiency):
    steps = seen(THEMES[name].sequential, deficiency)
    lightness = np.diff(steps[:, 0])
    assert (np.abs(lightness) > 3).all()
    assert len(set(np.sign(lightness))) == 1  # from one end to the other, without a turn


@pytest.mark.parametrize("deficiency", DEFICIENCIES)
@pytest.mark.parametrize("name", THEMES)
def test_both_arms_of_the_diverging_scale_can_be_told_apart(name, deficiency):
    steps = seen(THEMES[name].diverging, deficiency)
    negative, positive = steps[:5][::-1], steps[5:]
    apart = np.linalg.norm(negative - positive, axis=1)
    assert (apart[1:] > 20).all()  # from the second step on a sign is plain
    away = np.abs(steps[:, 0] - steps[4:6, 0].mean())
    assert (np.diff(away[:5]) < 0).all()  # lightness falls to the middle
    assert (np.diff(away[5:]) > 0).all()  # and rises from it


@pytest.mark.parametrize("name", THEMES)
def test_words_and_accent_stand_out_from_the_page(name):
    theme = THEMES[name]
    for ground in (theme.background, theme.panel):
        assert contrast(theme.text, ground) >= 7  # WCAG AAA
        assert contrast(theme.accent, ground) >= 4.5  # WCAG AA
    # Streamlit writes white on a primary button.
    assert contrast("#ffffff", theme.accent) >= 3  # WCAG AA, bold or large


def test_the_ten_classes_are_ten_colours():
    assert len(set(palette.LIGHT.classes)) == 10
    assert palette.LIGHT.classes == palette.DARK.classes


@pytest.mark.parametrize("deficiency", DEFICIENCIES)
@pytest.mark.parametrize("name", THEMES)
def test_runs_can_be_told_apart_and_their_names_read_in_their_colours(name, deficiency):
    theme = THEMES[name]
    assert all(contrast(colour, theme.background) >= 4.5 for colour in theme.runs)  # WCAG AA
    colours = seen(theme.runs, deficiency)
    apart = [np.linalg.norm(a - b) for a, b in combinations(colours, 2)]
    assert min(apart) > 25


@pytest.mark.parametrize("deficiency", DEFICIENCIES)
@pytest.mark.parametrize("name", THEMES)
def test_the_three_cells_can_be_told_apart_by_everyone_and_read_as_words(name, deficiency):
    theme = THEMES[name]
    assert list(theme.cells) == ["rnn", "gru", "lstm"]
    colours = list(theme.cells.values())
    first, second, third = seen(colours, deficiency)
    for one, other in ((first, second), (first, third), (second, third)):
        assert np.linalg.norm(one - other) > 20
    assert all(contrast(colour, theme.background) >= 4.5 for colour in colours)
