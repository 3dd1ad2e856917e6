import numpy as np
import pytest
import torch

from rnnviz.chapters.scratch import autograd_graph


@pytest.mark.parametrize(("cell", "weights"), [("rnn", 2), ("gru", 6), ("lstm", 2)])
def test_the_graph_goes_from_leaves_to_the_loss_and_each_edge_goes_on(cell, weights):
    found = autograd_graph.training_step(cell, 3, 4)
    *_, loss = found.nodes
    assert loss.op == "mean"
    assert loss.grad == 1
    for n, node in enumerate(found.nodes):
        assert all(parent < n for parent in node.parents)
        assert all(found.nodes[parent].depth < node.depth for parent in node.parents)
        assert all(found.nodes[parent].column <= node.column for parent in node.parents)
        assert bool(node.op) == bool(node.says)
        assert (node.name == "") == bool(node.op)
        if node.grad is not None:
            assert node.grad.shape == node.data.shape
    held = [node.name for node in found.nodes if node.column == -1]
    assert len(held) == weights + 2  # the head's two
    assert {f"x_{t}" for t in (1, 2, 3)} <= {node.name for node in found.nodes}


def test_its_gradients_are_torchs():
    found = {
        node.name: node for node in autograd_graph.training_step("rnn", 3, 4).nodes if node.name
    }
    weight = torch.tensor(found["linear.weight"].data, requires_grad=True)
    bias, head = torch.tensor(found["linear.bias"].data), torch.tensor(found["head.weight"].data)
    h, total, loss = torch.zeros(1, 4, dtype=torch.float64), 0.0, 0.0
    for t in (1, 2, 3):
        x = torch.tensor(found[f"x_{t}"].data)
        total += float(x)
        h = torch.tanh(torch.cat([x, h], 1) @ weight.T + bias)
        y = h @ head.T + torch.tensor(found["head.bias"].data)
        loss = loss + (y - total) ** 2 / 3
    loss.sum().backward()
    np.testing.assert_allclose(found["linear.weight"].grad, weight.grad.numpy(), rtol=1e-9)


def test_an_operation_says_what_stands_in_its_source():
    assert autograd_graph.meaning("tanh") == "Squash: y = tanh a, y′ = 1 − y²."
    assert autograd_graph.meaning("cat").startswith("Lay Tensors end to end")
    assert autograd_graph.meaning("") == ""
