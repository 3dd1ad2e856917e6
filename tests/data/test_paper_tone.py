import numpy as np
import pytest

from rnnviz.data import paper_tone


def slope(height=200, width=260, fall=0.5, angle=0.7):
    y, x = np.mgrid[0:height, 0:width]
    along = x * np.cos(angle) + y * np.sin(angle)
    return (0.85 * (1 - fall * along / along.max())).astype(np.float32)


@pytest.mark.parametrize("fall", [0.0, 0.15, 0.5])
def test_paper_in_a_slope_of_light_is_not_dark_anywhere(fall):
    assert np.abs(paper_tone.darkness(slope(fall=fall))).max() < 0.04


def test_the_edge_of_a_shadow_is_not_dark():
    paper = slope(fall=0.2)
    paper[:, 130:] *= 0.6
    dark = paper_tone.darkness(paper)
    assert np.percentile(dark, 98) < 0.06


def test_ink_is_equally_dark_in_light_and_shadow():
    tones = slope(fall=0.5)
    tones[20:180:, 40:52] *= 0.3
    tones[20:180:, 210:222] *= 0.3
    dark = paper_tone.darkness(tones)
    assert dark[25:175, 42:50].mean() == pytest.approx(0.7, abs=0.04)
    assert dark[25:175, 212:220].mean() == pytest.approx(0.7, abs=0.04)
    assert paper_tone.is_lighter_ink(tones) is False
    assert paper_tone.is_lighter_ink(1 - tones) is True


def test_two_tones_are_parted_and_a_slope_is_less_so():
    two = np.where(np.arange(100) < 30, 0.2, 0.8)[None].astype(np.float32)
    light, parted = paper_tone.two_classes(two)
    assert light.sum() == 70
    assert parted == pytest.approx(1, abs=0.03)
    assert paper_tone.two_classes(np.linspace(0, 1, 500, dtype=np.float32)[None])[
        1
    ] == pytest.approx(0.75, abs=0.01)


def test_resized_averages_and_leaves_small_ones_alone():
    tones = np.arange(16, dtype=np.float32).reshape(4, 4)
    np.testing.assert_allclose(paper_tone.resized(tones, 2), [[2.5, 4.5], [10.5, 12.5]])
    assert paper_tone.resized(tones, 4) is tones
