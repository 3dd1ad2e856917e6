"""Classifiers that share another's weights but read scaled inputs or other features of its states.

A scale and a shift of all inputs are exact in the weights: W (a·x + b) + b_ih is
(a·W) x + (b·W 1 + b_ih), so only the first layer's weight_ih and bias_ih change. For a GRU too: its
reset gate multiplies the state's term alone, and bias_ih stands outside of it.
"""

from __future__ import annotations

import copy
from dataclasses import replace

import torch
from torch import nn

from rnnviz.core.config import Pooling
from rnnviz.core.models import SequenceClassifier, build_rnn

# Layers in front of a head's first linear layer that let each feature pass by itself.
_ELEMENTWISE = (
    *(nn.Dropout, nn.Identity, nn.BatchNorm1d, nn.LayerNorm),
    *(nn.ReLU, nn.Tanh, nn.Sigmoid, nn.LeakyReLU, nn.PReLU, nn.ELU, nn.GELU, nn.SiLU),
)


def fold_input_scaling(model: SequenceClassifier, scale: float, shift: float) -> SequenceClassifier:
    """Return a classifier that computes from x what a model computes from scale · x + shift.

    Args:
        model: The classifier; left as found, and its head is shared.
        scale: Factor of every input.
        shift: What is added to every input after that.

    Returns: A classifier with a recurrent network of its own. If the model has no biases and there
        is a shift, it gets some: all are 0 but the first layer's bias_ih.
    """
    config = model.config
    if shift and not config.bias:
        config = replace(config, bias=True)
    with torch.device("meta"):
        rnn = build_rnn(config)
    weights = dict(model.rnn.state_dict())
    like = weights["weight_ih_l0"]
    for name, expected in rnn.state_dict().items():
        if name not in weights:
            weights[name] = like.new_zeros(expected.shape)
    for suffix in ("", "_reverse")[: config.num_directions]:
        weight = weights[f"weight_ih_l0{suffix}"].double()
        weights[f"weight_ih_l0{suffix}"] = (scale * weight).to(like.dtype)
        if shift:
            bias = weights[f"bias_ih_l0{suffix}"].double()
            weights[f"bias_ih_l0{suffix}"] = (bias + shift * weight.sum(1)).to(like.dtype)
    rnn.load_state_dict({name: value.clone() for name, value in weights.items()}, assign=True)
    rnn.flatten_parameters()
    found = _shallow(model)
    found.config, found.rnn = config, rnn.train(model.rnn.training)
    return found


def with_pooling(model: SequenceClassifier, pooling: Pooling) -> SequenceClassifier:
    """Return a classifier with the same network and head whose head reads other features."""
    found = _shallow(model)
    found.config = replace(model.config, pooling=pooling)
    return found


def can_exchange_directions(model: SequenceClassifier) -> bool:
    """Whether there are two directions, and a head that can read them in the other order."""
    return model.config.bidirectional and _first_linear(model) is not None


def exchange_directions(model: SequenceClassifier) -> SequenceClassifier:
    """Return a classifier whose head reads the features of the reverse direction first.

    Args:
        model: The classifier, of two directions; left as found, and its network is shared.

    Returns: A classifier with a head of its own: the columns of its first linear layer, and what
        normalizes the features before it, are permuted.

    Raises:
        ValueError: If `can_exchange_directions` is False.
    """
    if not can_exchange_directions(model):
        raise ValueError("the head's first layer must be an nn.Linear that reads two directions")
    found = _shallow(model)
    found.head = copy.deepcopy(model.head)
    P = model.config.output_size
    linear = _first_linear(found)
    with torch.no_grad():
        for module in found.head.modules():
            if module is linear:
                break
            for values in (*module.parameters(recurse=False), *module.buffers(recurse=False)):
                if values.dim():  # not the count of batches
                    values.copy_(values.roll(P))
        assert linear is not None
        linear.weight.copy_(linear.weight.roll(P, 1))
    return found


def _first_linear(model: SequenceClassifier) -> nn.Linear | None:
    """Return the head's first linear layer if it reads the features of both directions."""
    width = model.config.num_directions * model.config.output_size
    for module in model.head.modules():
        if isinstance(module, nn.Linear):
            return module if module.in_features == width else None
        if not isinstance(module, (*_ELEMENTWISE, nn.Sequential)):
            return None
    return None


def _shallow(model: SequenceClassifier) -> SequenceClassifier:
    """Return a copy that shares all parameters, and whose parts can be replaced."""
    found = copy.copy(model)
    found._modules = dict(model._modules)
    return found
