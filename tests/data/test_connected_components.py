import numpy as np
import pytest

from rnnviz.data.connected_components import components, joined


def filled(mask):
    """Areas of the components by flood filling, the largest first."""
    left, areas = set(zip(*np.nonzero(mask), strict=True)), []
    while left:
        edge, area = [left.pop()], 0
        while edge:
            row, column = edge.pop()
            area += 1
            for near in ((row + i, column + j) for i in (-1, 0, 1) for j in (-1, 0, 1)):
                if near in left:
                    left.remove(near)
                    edge.append(near)
        areas.append(area)
    return sorted(areas, reverse=True)


@pytest.mark.parametrize("seed", range(20))
def test_components_equal_those_of_flood_filling(seed):
    rng = np.random.default_rng(seed)
    mask = rng.random(rng.integers(1, 40, 2)) < rng.random()
    found = components(mask)
    assert [part.area for part in found] == filled(mask)
    for part in found:
        assert part.mask.any(axis=0).all() or part.mask.any(axis=1).any()
        assert part.mask[0].any()
        assert part.mask[-1].any()
        assert part.mask[:, 0].any()
        assert part.mask[:, -1].any()
    if found:
        whole = joined(found)
        top, left, bottom, right = whole.box
        np.testing.assert_array_equal(whole.mask, mask[top:bottom, left:right])


def test_small_components_are_skipped():
    mask = np.zeros((9, 9), bool)
    mask[1:4, 1:4] = mask[7, 7] = True
    (part,) = components(mask, 2)
    assert part.box == (1, 1, 4, 4)
    assert components(np.zeros((5, 5), bool)) == []
