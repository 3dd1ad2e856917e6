"""PyTorch equivalent of a module from `rnnviz.scratch`, with the same weights, in float64.

The Linear over input and state together has one bias where torch has two. Adam would move each of
the two as far as the one, and so their sum twice as far: torch's bias_hh is therefore held at zero
and out of the optimizer. A GRU's b_hn stands inside r, a bias of its own: that part is trained.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from rnnviz.scratch import nn
from rnnviz.scratch.tensor import Tensor as OurTensor

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Twin:
    """A torch module beside one of ours.

    Attributes:
        module: nn.RNN, nn.GRU or nn.LSTM with our weights.
        trained: Those of its parameters that an optimizer is to move.
    """

    module: torch.nn.RNNBase
    trained: list[torch.nn.Parameter]

    def weights(self) -> list[Array]:
        """Return torch's weights in the shapes and the order of our parameters."""
        found = {name: value.detach() for name, value in self.module.named_parameters()}
        return [part.numpy().copy() for part in self._as_ours(found)]

    def gradients(self) -> list[Array]:
        """Return torch's gradients likewise."""
        found = {name: value.grad for name, value in self.module.named_parameters()}
        kept = {name: grad for name, grad in found.items() if grad is not None}
        return [part.numpy().copy() for part in self._as_ours(kept)]

    def _as_ours(self, found: Mapping[str, Tensor]) -> Iterator[Tensor]:
        H, gated = self.module.hidden_size, isinstance(self.module, torch.nn.GRU)
        for n in range(self.module.num_layers):
            ih, hh = found[f"weight_ih_l{n}"], found[f"weight_hh_l{n}"]
            rows = 2 * H if gated else len(ih)  # those that read [x, h] together
            yield torch.cat([ih[:rows], hh[:rows]], 1)
            if self.module.bias:
                yield found[f"bias_ih_l{n}"][:rows]
            for part, name in ((ih, "ih"), (hh, "hh")) if gated else ():
                yield part[rows:]
                if self.module.bias:
                    yield found[f"bias_{name}_l{n}"][rows:]


def torch_twin(ours: nn.Recurrent) -> Twin:
    """Build the torch module that computes what one of ours does.

    Args:
        ours: An RNN, GRU or LSTM of `scratch`; its weights are copied.

    Returns: The torch module in float64 and what of it is to be trained.
    """
    module = _untrained(ours)
    with torch.no_grad():
        for n, cell in enumerate(ours.cells):
            _copy(module, n, dict(cell.named_parameters()))
    for name, parameter in module.named_parameters():
        if name.startswith("bias_hh"):
            _hold(parameter, 2 * ours.hidden_size if isinstance(ours, nn.GRU) else len(parameter))
    return Twin(module, [one for one in module.parameters() if one.requires_grad])


def copy_linear(ours: nn.Linear) -> torch.nn.Linear:
    """Build the torch layer that computes what one of ours does, in float64."""
    out_features, in_features = ours.weight.shape
    layer = torch.nn.Linear(in_features, out_features, ours.bias is not None, dtype=torch.float64)
    with torch.no_grad():
        for name, parameter in ours.named_parameters():
            getattr(layer, name).copy_(torch.from_numpy(parameter.data))
    return layer


def _untrained(ours: nn.Recurrent) -> torch.nn.RNNBase:
    sizes = (ours.input_size, ours.hidden_size, len(ours.cells))
    options: dict[str, Any] = {"batch_first": ours.batch_first, "dtype": torch.float64}
    options["bias"] = any("bias" in name for name, _ in ours.named_parameters())
    if isinstance(ours, nn.GRU):
        return torch.nn.GRU(*sizes, **options)
    if isinstance(ours, nn.LSTM):
        return torch.nn.LSTM(*sizes, **options)
    nonlinearity = next(c.nonlinearity for c in ours.cells if isinstance(c, nn.RNNCell))
    return torch.nn.RNN(*sizes, nonlinearity=nonlinearity, **options)


def _copy(module: torch.nn.RNNBase, n: int, ours: Mapping[str, OurTensor]) -> None:
    I = getattr(module, f"weight_ih_l{n}").shape[1]
    arrays = {name: torch.from_numpy(parameter.data) for name, parameter in ours.items()}
    joint = "gates" if "gates.weight" in arrays else "linear"
    rows = len(arrays[f"{joint}.weight"])
    for side, part, new in (("ih", slice(None, I), "new_x"), ("hh", slice(I, None), "new_h")):
        weight = getattr(module, f"weight_{side}_l{n}")
        weight[:rows] = arrays[f"{joint}.weight"][:, part]
        if joint == "gates":
            weight[rows:] = arrays[f"{new}.weight"]
        if module.bias:
            bias = getattr(module, f"bias_{side}_l{n}")
            bias[:rows] = arrays[f"{joint}.bias"] if side == "ih" else 0.0
            if joint == "gates":
                bias[rows:] = arrays[f"{new}.bias"]


def _hold(bias: torch.nn.Parameter, rows: int) -> None:
    """Keep the first rows where they are: no gradient, or none for them."""
    if rows == len(bias):
        bias.requires_grad_(False)
        return
    kept = torch.ones_like(bias)
    kept[:rows] = 0
    # Adam moves nothing by a gradient of 0.
    bias.register_hook(lambda grad: grad * kept)  # type: ignore[no-untyped-call]
