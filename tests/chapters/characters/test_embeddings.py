"""Tests of states and embedding vectors against a second computation."""

import pytest
import torch

from rnnviz.chapters.characters import embeddings
from rnnviz.chapters.characters.models import CharCell, CharEmbeddingRNN, CharRNN
from rnnviz.chapters.characters.vocabulary import Vocabulary

EHLO = Vocabulary.of("hello")


@pytest.fixture(autouse=True)
def own_chance():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        yield


def test_states_move_as_two_readings_differ_and_not_where_nothing_is_carried():
    model = CharCell(4)
    moved = embeddings.moved(model, EHLO, "hello", "o")
    one = model(EHLO.encode("hello")[:, None]).h[:, 0]
    other = model(EHLO.encode("oello")[:, None]).h[:, 0]
    torch.testing.assert_close(moved, (one - other).norm(dim=1).detach())
    assert moved[1] > 1e-4
    with torch.no_grad():
        model.cell.weight_hh.zero_()
    assert embeddings.moved(model, EHLO, "hello", "o")[1:].max() == 0
    assert embeddings.others(EHLO, "hello") == ["e", "l", "o"]


def test_the_module_has_the_states_of_a_cell_with_its_weights():
    assert embeddings.same_h(CharRNN(4), EHLO, "hello") < 1e-6


def test_a_lookup_is_a_product_and_takes_whole_numbers_alone():
    model = CharEmbeddingRNN(4)
    found = embeddings.looked_up(model, EHLO, "hello")
    assert found.difference < 1e-6
    assert "Long, Int" in found.refusal
    assert torch.equal(found.one_hot @ model.embedding.weight, found.vectors)


def test_the_nearest_and_the_farthest_rows_are_found():
    near, far = embeddings.extremes(torch.tensor([[0.0, 0], [4, 3], [4, 2.5], [-3, 0]]))
    assert near == (1, 2, 0.5)
    assert far == (1, 3, pytest.approx(58**0.5))


def test_the_plane_keeps_what_lies_in_two_directions_and_is_one_for_all_moments():
    flat = torch.randn(3, 4, 2)
    turn, _ = torch.linalg.qr(torch.randn(6, 2))
    matrices = flat @ turn.T + torch.ones(6)
    plane = embeddings.plane(matrices)
    assert plane.shape == (3, 4, 2)
    points, told = matrices.flatten(0, 1), plane.flatten(0, 1).float()
    torch.testing.assert_close(
        torch.cdist(told, told), torch.cdist(points, points), atol=1e-4, rtol=0
    )
