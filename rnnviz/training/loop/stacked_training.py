"""Training of several networks of one shape at once, with their weights stacked.

Seeds, rates and other numbers may differ; the network's shape and the number of steps may not.
Each learns what it would alone, to float rounding. On a GPU, where one small network leaves most
of the chip idle, S of them take hardly longer than one; on a CPU torch's own kernels one after the
other are quicker, so there this serves tests alone.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import cast

import torch
from torch import Tensor, nn

from rnnviz.core import stacked_models
from rnnviz.core.config import TrainConfig
from rnnviz.core.models import SequenceClassifier
from rnnviz.data.mnist import Digits
from rnnviz.training import device_choice
from rnnviz.training.loop import cuda_graph
from rnnviz.training.loop.loop import Loop, StepLog
from rnnviz.training.loop.schedule import Planned
from rnnviz.training.tasks.objectives import Classification

PAYS = frozenset({"cuda"})  # on which devices it does
KEPT = 64  # logs of one that nobody asks for


def pays(device: str) -> bool:
    """Whether trainings of one shape are better done as one; device as for `device_choice`."""
    try:
        return device_choice.choose(device).device.type in PAYS
    except ValueError:  # told by the training itself
        return False


def join(loops: Sequence[object]) -> list[tuple[int, Iterator[StepLog]]]:
    """Do those of some trainings as one that can be, where it pays.

    Args:
        loops: Trainings, each at a rest.

    Returns: Which of them, by their place, and what stands for going through them.
    """
    found = []
    alike: list[list[int]] = []
    for place, loop in enumerate(loops):
        for places in alike:
            if not apart([loops[places[0]], loop]):
                places.append(place)
                break
        else:
            alike.append([place])
    for places in alike:
        members = cast("list[Loop[Digits]]", [loops[place] for place in places])
        if len(members) > 1 and next(members[0].model.parameters()).device.type in PAYS:
            joint = Joint(members)
            found += [(place, joint.of(k)) for k, place in enumerate(places)]
    return found


def apart(loops: Sequence[object]) -> str:
    """Say why trainings cannot be done as one; "" if they can."""
    if len(loops) < 2:
        return "there is but one"
    shapes = []
    for loop in loops:
        if not isinstance(loop, Loop) or not isinstance(loop.model, SequenceClassifier):
            return "not all of them read digits"
        if not isinstance(loop.objective, Classification):
            return "not all of them read digits"
        if loop.config.optimizer not in ("adam", "adamw"):
            return f"one learns by {loop.config.optimizer}"
        if loop.config.precision != "float32":
            return f"one computes with {loop.config.precision}"
        if loop.model.config.dropout and loop.model.config.num_layers > 1:
            return "one drops outputs by chance"
        shapes.append(
            (loop.model.config, loop.course, loop.config.optimizer, _kind(loop.objective))
        )
    same = all(shape == shapes[0] for shape in shapes)
    return "" if same else "they differ in more than numbers: shape, steps or where they stand"


def _kind(objective: Classification) -> tuple[object, ...]:
    found = objective.sequences
    if isinstance(found, partial):
        return found.func, found.args, tuple(sorted(found.keywords.items()))
    return (found,)


class Joint:
    """Trainings done as one; the networks stay where they are, as slices of stacked weights.

    Args:
        loops: At least two, of which `apart` says nothing. Their networks and optimizers are
            changed in place; nobody else may go on with them.
    """

    def __init__(self, loops: Sequence[Loop[Digits]]) -> None:
        self._loops = loops
        self._configs = [loop.config for loop in loops]
        self._sequences = cast(Classification, loops[0].objective).sequences
        self._weights = _Weights(loops)
        self._adam = _Adam(self._configs, self._weights)
        self._adam.adopt(loops)
        self._smoothing = self._weights.number([c.label_smoothing for c in self._configs])
        self._most = self._weights.number([c.clip_norm or float("inf") for c in self._configs])
        self._logs = [deque[StepLog](maxlen=KEPT) for _ in loops]
        self._steps = self._all()
        self._error: Exception | None = None

    def of(self, place: int) -> Iterator[StepLog]:
        """Yield the logs of one of them, as going through its `Loop` would."""
        logs, loop = self._logs[place], self._loops[place]
        while bool(logs) or self._more():
            log = logs.popleft()
            loop.pending = len(logs)
            yield log

    def _more(self) -> bool:
        """Go on; whether there are logs. What goes wrong goes wrong for all of them."""
        if self._error is not None:
            raise self._error
        try:
            return next(self._steps, False)
        except Exception as error:
            self._error = error
            raise

    def _all(self) -> Iterator[bool]:
        """Go on until there are logs, again and again; False at the end."""
        do_steps = self._stepping()
        made: list[tuple[Planned[Digits], ...]] = []
        for plans in zip(*(loop.planned() for loop in self._loops), strict=True):
            made.append(plans)
            if not any(loop.rests(len(made)) for loop in self._loops):
                continue
            lrs = [[plan.lr for plan in each] for each in made]
            told = do_steps([_stacked(each) for each in made], lrs).cpu()  # (N, S, 3), once for all
            columns = zip(self._loops, zip(*made, strict=True), self._logs, strict=True)
            for place, (loop, planned, logs) in enumerate(columns):
                logs.extend(loop.logs(planned, told[:, place]))
                loop.pending = len(logs)
            made = []
            yield True

    def _stepping(self) -> Callable[[Sequence[Digits], Sequence[Sequence[float]]], Tensor]:
        if self._weights.device.type == "cuda":
            rates = self._weights.number([0.0] * len(self._loops))
            return cuda_graph.GraphedSteps(self._learn, rates.repeat(self._loops[0].stride, 1))

        def plain(batches: Sequence[Digits], lrs: Sequence[Sequence[float]]) -> Tensor:
            rates = [self._weights.number(each) for each in lrs]
            return torch.stack([self._learn(*one) for one in zip(batches, rates, strict=True)])

        return plain

    def _learn(self, batch: Digits, rates: Tensor) -> Tensor:
        """Do a step of all on S batches; return loss, accuracy and norm of each, shape (S, 3)."""
        weights, model = self._weights, self._weights.model
        S, B = batch.labels.shape
        x = self._sequences(batch.images.flatten(0, 1))  # (T, S·B, I)
        x = x.view(len(x), S, B, -1).movedim(1, 0)
        logits = stacked_models.logits(model.config, weights.stacked, x)  # (S, B, K)
        log_p = logits.log_softmax(-1)
        hit = -log_p.gather(-1, batch.labels.unsqueeze(-1)).squeeze(-1)  # (S, B)
        share = _like(self._smoothing, hit)
        loss = ((1 - share) * hit - share * log_p.mean(-1)).mean(1)  # (S,)
        for value in weights.stacked.values():
            value.grad = None
        loss.sum().backward()  # type: ignore[no-untyped-call]
        norm = self._clip()
        self._adam.step(rates)
        right = (logits.argmax(-1) == batch.labels).float().mean(1)
        return torch.stack((loss.detach(), right, norm), 1)

    def _clip(self) -> Tensor:
        """Scale the gradients of each as torch's clip_grad_norm_; return their norms, (S,)."""
        gradients = [value.grad for value in self._weights.stacked.values()]
        squares = [g.square().flatten(1).sum(1) for g in gradients if g is not None]
        norm = torch.stack(squares).sum(0).sqrt()
        scale = (self._most / (norm + 1e-6)).clamp(max=1.0)
        for g in gradients:
            if g is not None:
                g.mul_(_like(scale, g))
        return norm


class _Weights:
    """Parameters of S networks, stacked; those of the networks become slices of them."""

    def __init__(self, loops: Sequence[Loop[Digits]]) -> None:
        models = [loop.model for loop in loops]
        self.model: SequenceClassifier = models[0]  # type: ignore[assignment]
        self.device = next(self.model.parameters()).device
        self.own: dict[str, list[nn.Parameter]] = {
            name: [dict(model.named_parameters())[name] for model in models]
            for name, _ in self.model.named_parameters()
        }
        self.stacked: dict[str, Tensor] = {}
        for name, parameters in self.own.items():
            stacked = torch.stack([p.detach() for p in parameters])
            for s, p in enumerate(parameters):
                p.data = stacked[s]
            self.stacked[name] = stacked.requires_grad_()

    def number(self, values: Sequence[float]) -> Tensor:
        """Return a number for each network, float64 (S,): 1 − β₂ has no digits to lose."""
        return torch.tensor(values, dtype=torch.float64, device=self.device)


class _Adam:
    """Adam or AdamW for S networks, each with numbers of its own; its state lies in theirs.

    Source: torch.optim.Adam, whose order of operations it keeps.
    """

    def __init__(self, configs: Sequence[TrainConfig], weights: _Weights) -> None:
        self._weights = weights
        self._decoupled = configs[0].optimizer == "adamw"
        self._decay = weights.number([config.weight_decay for config in configs])
        self._beta1 = weights.number([config.betas[0] for config in configs])
        self._beta2 = weights.number([config.betas[1] for config in configs])
        self._count = torch.zeros((), device=weights.device)  # float32, as torch counts
        self._averages: dict[str, Tensor] = {}
        self._squares: dict[str, Tensor] = {}

    def adopt(self, loops: Sequence[Loop[Digits]]) -> None:
        """Take over what the networks' own optimizers hold, and lie there from now on."""
        states = [loop.optimizer.state for loop in loops]
        for name, parameters in self._weights.own.items():
            for kind, held in (("exp_avg", self._averages), ("exp_avg_sq", self._squares)):
                held[name] = torch.stack(
                    [
                        state[p][kind] if p in state else torch.zeros_like(p)
                        for state, p in zip(states, parameters, strict=True)
                    ]
                )
            for s, (state, p) in enumerate(zip(states, parameters, strict=True)):
                if p in state:
                    self._count.copy_(state[p]["step"])
                averages, squares = self._averages[name][s], self._squares[name][s]
                state[p] = {"step": self._count, "exp_avg": averages, "exp_avg_sq": squares}

    @torch.no_grad()
    def step(self, rates: Tensor) -> None:
        """Make a step of all, each with its own rate, shape (S,)."""
        self._count += 1
        first = 1 - self._beta1**self._count
        second = 1 - self._beta2**self._count
        for name, weight in self._weights.stacked.items():
            g, m, v = weight.grad, self._averages[name], self._squares[name]
            if g is None:
                continue
            decay, rate = _like(self._decay, weight), _like(rates, weight)
            if self._decoupled:
                weight.mul_(1 - rate * decay)
            else:
                g = g + decay * weight
            beta2 = _like(self._beta2, weight)
            m.add_((g - m) * _like(1 - self._beta1, weight))
            v.mul_(beta2).add_(g * g * (1 - beta2))
            size = v.sqrt() / _like(second.sqrt(), weight) + 1e-8
            weight.sub_(rate / _like(first, weight) * m / size)


def _like(values: Tensor, other: Tensor) -> Tensor:
    """Lay one number for each network beside a stacked tensor: (S,) -> (S, 1, …)."""
    return values.to(other.dtype).view(-1, *(1,) * (other.dim() - 1))


def _stacked(plans: Sequence[Planned[Digits]]) -> Digits:
    """Lay the batches of all side by side: images (S, B, 28, 28), labels (S, B)."""
    batches = [plan.batch for plan in plans]
    return Digits(
        torch.stack([batch.images for batch in batches]),
        torch.stack([batch.labels for batch in batches]),
    )
