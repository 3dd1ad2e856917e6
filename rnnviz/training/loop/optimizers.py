"""Optimizers by the name in a config, each with its fastest step, and their state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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


def state_of(optimizer: torch.optim.Optimizer, model: nn.Module) -> dict[str, Tensor]:
    """Copy an optimizer's state to the CPU.

    Args:
        optimizer: As `build_optimizer` makes it, for this very model.
        model: Gives the parameters their names.

    Returns: By what it is and whose, e.g. "exp_avg.head.bias"; empty before the first step.
    """
    return {
        f"{kind}.{name}": value.detach().to("cpu", copy=True)
        for name, parameter in model.named_parameters()
        for kind, value in optimizer.state.get(parameter, {}).items()
    }


def load_state(
    optimizer: torch.optim.Optimizer, model: nn.Module, state: Mapping[str, Tensor]
) -> None:
    """Give an optimizer a state that `state_of` took; it is copied. Do so before `stepper`.

    Raises:
        ValueError: If it is the state of another model's optimizer.
    """
    parameters = list(model.named_parameters())
    places = {name: place for place, (name, _) in enumerate(parameters)}
    loaded: dict[int, dict[str, Tensor]] = {}
    for key, value in sorted(state.items()):
        kind, _, name = key.partition(".")
        if name not in places:
            raise ValueError(f"{key} belongs to no weight of the model")
        shape = tuple(parameters[places[name]][1].shape)
        if value.ndim and tuple(value.shape) != shape:
            raise ValueError(f"{key} must be {shape}, got {tuple(value.shape)}")
        loaded.setdefault(places[name], {})[kind] = value.clone()
    groups = optimizer.state_dict()["param_groups"]
    try:
        optimizer.load_state_dict({"state": loaded, "param_groups": groups})
    except KeyError as error:
        raise ValueError(f"the optimizer's state lacks {error}") from error


class _AdamStep:
    """A step of a fused Adam; the first is the optimizer's own, which makes the state if need be.

    From then on the state's tensors must stay the same ones: nothing may be loaded into it.
    """

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
