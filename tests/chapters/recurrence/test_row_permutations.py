import pytest
import torch

from rnnviz.chapters.recurrence.row_permutations import ROW_ORDERS, in_row_order, reordered
from rnnviz.data.mnist import rows
from rnnviz.data.sequences import sequences

IMAGES = torch.arange(2 * 784).remainder(256).to(torch.uint8).view(2, 28, 28)


def test_every_order_reads_every_row_once_and_no_two_are_alike():
    for order in ROW_ORDERS.values():
        assert sorted(order) == list(range(28))
    assert len(set(ROW_ORDERS.values())) == 4


@pytest.mark.parametrize("order", ROW_ORDERS)
def test_step_t_reads_the_row_that_its_order_names(order):
    x = in_row_order(IMAGES, order)
    assert x.shape == (28, 2, 28)
    for t, row in enumerate(ROW_ORDERS[order]):
        torch.testing.assert_close(x[t], IMAGES[:, row].float() / 255)


def test_in_order_and_shuffled_are_what_the_other_pages_read():
    torch.testing.assert_close(in_row_order(IMAGES, "in order"), rows(IMAGES))
    torch.testing.assert_close(in_row_order(IMAGES, "shuffled"), sequences(IMAGES, "permuted"))


def test_backwards_twice_is_in_order():
    assert reordered(reordered(IMAGES, "backwards"), "backwards").equal(IMAGES)


def test_another_order_or_shape_is_refused():
    with pytest.raises(ValueError, match="order must be one of in order, backwards, shuffled"):
        reordered(IMAGES, "sorted")
    with pytest.raises(ValueError, match=r"images must be \(B, 28, 28\)"):
        reordered(IMAGES[:, :5], "backwards")
