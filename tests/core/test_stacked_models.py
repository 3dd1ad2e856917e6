"""Tests of stacked networks: outputs and gradients equal those of each alone, in float64."""

import pytest
import torch

from rnnviz.core import stacked_models
from rnnviz.core.config import ModelConfig
from rnnviz.core.models import SequenceClassifier

S, T, B = 3, 5, 4
CONFIGS = [
    ModelConfig(cell="rnn", input_size=2, hidden_size=3),
    ModelConfig(cell="rnn", input_size=2, hidden_size=3, nonlinearity="relu", bias=False),
    ModelConfig(cell="gru", input_size=2, hidden_size=3, num_layers=2, pooling="mean"),
    ModelConfig(cell="gru", input_size=2, hidden_size=3, bidirectional=True, pooling="max"),
    ModelConfig(cell="lstm", input_size=2, hidden_size=3, bidirectional=True, pooling="output"),
    ModelConfig(cell="lstm", input_size=2, hidden_size=3, num_layers=2, bidirectional=True),
    ModelConfig(cell="lstm", input_size=2, hidden_size=4, proj_size=2, num_layers=2),
]


@pytest.mark.parametrize("config", CONFIGS, ids=str)
def test_each_answers_and_learns_as_it_would_alone(config):
    torch.manual_seed(0)
    models = [SequenceClassifier(config, 3).double() for _ in range(S)]
    x = torch.randn(S, T, B, 2, dtype=torch.float64)
    wanted = torch.randn(S, B, 3, dtype=torch.float64)
    stacked = {
        name: torch.stack([dict(m.named_parameters())[name].detach() for m in models])
        for name, _ in models[0].named_parameters()
    }
    for value in stacked.values():
        value.requires_grad_()
    found = stacked_models.logits(config, stacked, x)
    assert found.shape == (S, B, 3)
    (found * wanted).sum().backward()
    for s, model in enumerate(models):
        alone = model(x[s])
        torch.testing.assert_close(found[s], alone, rtol=0, atol=1e-12)
        (alone * wanted[s]).sum().backward()
        for name, p in model.named_parameters():
            torch.testing.assert_close(stacked[name].grad[s], p.grad, rtol=0, atol=1e-12)
