"""The optimizers of a training, each with the quickest way to make its step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from rnnviz.core.config import TrainConfig


def build_optimizer(model: nn.Module, config: TrainConfig) -> torch.optim.Optimizer:
    """Build the optimizer that a config names, fused into one kernel where torch has one."""
    parameters = list(model.parameters())
    common: dict[str, Any] = {"lr": config.lr, "weight_decay": config.weight_decay}
    if config.optimizer == "rmsprop":
        return torch.optim.RMSprop(parameters, **common)
    common["fused"] = parameters[0].device.type in ("cpu", "cuda", "mps")
    if config.optimizer == "sgd":
        return torch.optim.SGD(parameters, momentum=config.momentum, **common)
    kind = torch.optim.Adam if config.optimizer == "adam" else torch.optim.AdamW
    return kind(parameters, betas=config.betas, **common)


def stepper(optimizer: torch.optim.Optimizer) -> Callable[[], object]:
    """Return what makes an optimizer's step.

    For a fused Adam that is its kernel, called on its own state: what `step` does around it,
    sorting the parameters and looking for hooks, takes four times as long as the kernel where a
    network is small. The optimizer's state is the same, to the last bit; hooks are not called.
    """
    kernels = {torch.optim.Adam: "_fused_adam_", torch.optim.AdamW: "_fused_adamw_"}
    kernel = getattr(torch, kernels.get(type(optimizer), ""), None)
    if kernel is None or not optimizer.defaults.get("fused"):
        return optimizer.step
    return _AdamStep(optimizer, kernel)


class _AdamStep:
    """A step of a fused Adam; the first is the optimizer's own, which makes the state."""

    def __init__(self, optimizer: torch.optim.Optimizer, kernel: Callable[..., object]) -> None:
        self._optimizer, self._kernel = optimizer, kernel
        self._parameters: list[Tensor] = []
        self._averages: list[Tensor] = []
        self._squares: list[Tensor] = []
        self._steps: list[Tensor] = []

    def __call__(self) -> None:
        if not self._parameters:
            self._optimizer.step()
            for parameter, state in self._optimizer.state.items():
                self._parameters.append(parameter)
                self._averages.append(state["exp_avg"])
                self._squares.append(state["exp_avg_sq"])
                self._steps.append(state["step"])
            return
        group = self._optimizer.param_groups[0]
        with torch.no_grad():
            torch._foreach_add_(self._steps, 1)
            self._kernel(
                self._parameters,
                [parameter.grad for parameter in self._parameters],
                self._averages,
                self._squares,
                [],
                self._steps,
                amsgrad=False,
                lr=group["lr"],
                beta1=group["betas"][0],
                beta2=group["betas"][1],
                weight_decay=group["weight_decay"],
                eps=group["eps"],
                maximize=False,
                grad_scale=None,
                found_inf=None,
            )
