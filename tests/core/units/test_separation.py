from itertools import combinations

import pytest
import torch

from rnnviz.core.units.separation import separation


def test_it_is_what_all_pairs_of_classes_and_of_digits_of_a_class_say():
    generator = torch.Generator().manual_seed(0)
    labels = torch.tensor([0] * 5 + [1] * 4 + [2] * 7 + [4])  # 3 is not there, 4 is alone
    h = torch.randn(3, len(labels), 6, generator=generator, dtype=torch.float64)
    h[1] += labels.unsqueeze(1)
    found = separation(h, labels, 5)
    for t in range(3):
        of = [h[t, labels == k] for k in range(3)]
        between = [(a.mean(0) - b.mean(0)).square().sum() for a, b in combinations(of, 2)]
        within = [
            torch.stack([(x - y).square().sum() for x, y in combinations(one, 2)]).mean()
            for one in of
        ]
        expected = (torch.stack(between).mean() / torch.stack(within).mean()).sqrt()
        assert found[t].item() == pytest.approx(expected.item(), abs=1e-12)


def test_labels_that_mean_nothing_are_told_apart_by_chance_alone():
    generator = torch.Generator().manual_seed(1)
    h = torch.randn(1, 2000, 20, generator=generator)
    labels = torch.arange(2000) % 10
    assert separation(h, labels).item() == pytest.approx((10 / 2000) ** 0.5, rel=0.15)


def test_states_that_are_all_alike_are_not_apart_and_classes_without_scatter_infinitely():
    labels = torch.arange(20) % 10
    h = torch.full((1, 20, 3), 0.1)
    assert separation(h, labels).tolist() == [0.0]
    assert separation(h + labels.view(1, -1, 1), labels).tolist() == [torch.inf]
    assert separation(h, torch.zeros(20, dtype=torch.int64)).tolist() == [0.0]


def test_neither_scale_nor_place_nor_rotation_counts():
    generator = torch.Generator().manual_seed(2)
    labels = torch.arange(40) % 10
    h = torch.randn(2, 40, 4, generator=generator, dtype=torch.float64)
    turn = torch.linalg.qr(torch.randn(4, 4, generator=generator, dtype=torch.float64)).Q
    torch.testing.assert_close(separation(3 * h @ turn + 5, labels), separation(h, labels))


def test_labels_must_fit():
    with pytest.raises(ValueError, match="labels must be"):
        separation(torch.zeros(2, 4, 3), torch.zeros(5, dtype=torch.int64))
    with pytest.raises(ValueError, match=r"classes in \[0, 10\)"):
        separation(torch.zeros(2, 1, 3), torch.tensor([10]))
