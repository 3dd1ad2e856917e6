import numpy as np
import pytest
import torch

from rnnviz.scratch import optim
from rnnviz.scratch.tensor import Tensor

CASES = {
    "SGD": (optim.SGD, torch.optim.SGD, {"lr": 0.01}),
    "SGD with momentum": (optim.SGD, torch.optim.SGD, {"lr": 0.01, "momentum": 0.9}),
    "Adam": (optim.Adam, torch.optim.Adam, {"lr": 0.01}),
    "Adam, other betas and eps": (
        optim.Adam,
        torch.optim.Adam,
        {"lr": 0.003, "betas": (0.8, 0.99), "eps": 1e-4},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_hundred_steps_are_torchs_step_for_step(name):
    ours_of, torch_of, options = CASES[name]
    rng = np.random.default_rng(0)
    start, A = rng.normal(size=(3, 4)), rng.normal(size=(5, 3))
    ours, theirs = Tensor(start, True), torch.tensor(start, requires_grad=True)
    optimizer, other = ours_of([ours], **options), torch_of([theirs], **options)
    for n in range(100):
        optimizer.zero_grad()
        other.zero_grad()
        (((A @ ours).tanh() - 0.3) ** 2).sum().backward()
        ((torch.tanh(torch.tensor(A) @ theirs) - 0.3) ** 2).sum().backward()
        optimizer.step()
        other.step()
        np.testing.assert_allclose(
            ours.data, theirs.detach().numpy(), rtol=0, atol=1e-9, err_msg=f"step {n + 1}"
        )
    assert np.abs(ours.data - start).max() > 0.1  # it did move


def test_a_parameter_without_a_gradient_stays_where_it_is():
    moved, still = Tensor(1.0, True), Tensor(1.0, True)
    for optimizer in (optim.SGD([moved, still], 0.1), optim.Adam([moved, still], 0.1)):
        moved.grad = np.array(1.0)
        optimizer.step()
    assert moved.data < 1
    assert still.data == 1


def test_what_there_is_nothing_to_move_of_is_refused():
    with pytest.raises(ValueError, match="one Tensor at least, got none"):
        optim.Adam([])
    with pytest.raises(ValueError, match="lr must be 0 or more, got -1"):
        optim.SGD([Tensor(1.0, True)], lr=-1)
