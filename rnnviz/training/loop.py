"""Training as a generator: one step, one log, and no idea of who looks at it."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Generic, TypeVar, cast

import torch
from torch import Tensor, nn

from rnnviz.core.config import ModelConfig, TrainConfig
from rnnviz.core.models import SequenceClassifier
from rnnviz.data.examples import Examples
from rnnviz.data.mnist import Digits, rows
from rnnviz.training.descent import descend, subnormals_flushed
from rnnviz.training.evaluate import Sequences
from rnnviz.training.objectives import Classification, Objective
from rnnviz.training.optimizers import build_optimizer, load_state, state_of, stepper

E = TypeVar("E", bound=Examples)
M = TypeVar("M", bound=nn.Module)
Renew = Callable[[torch.Generator], Digits]

GATHERED = 4096  # digits put in order at once: 3 MB
GLANCE = 500  # held-out digits, the first ones, read now and then within an epoch


@dataclass(frozen=True)
class StepLog:
    """What one step of training did.

    Attributes:
        step: Counted from 1, over all epochs.
        epoch: Counted from 1.
        steps: Steps of the whole training.
        loss: Mean cross-entropy of the batch, label smoothing included, before the step.
        accuracy: Share of the batch answered right, before the step.
        lr: Learning rate of the step.
        grad_norm: Norm of all gradients together, before clipping.
        held_out: Share of the held-out examples answered right after the step; None if none were
            read.
        read: So many were: all after an epoch's last step, the first `GLANCE` at a glance.
    """

    step: int
    epoch: int
    steps: int
    loss: float
    accuracy: float
    lr: float
    grad_norm: float
    held_out: float | None = None
    read: int = 0


def seeded(build: Callable[[], M], seed: int, forget_bias: float | None = None) -> M:
    """Build a model whose weights follow from the seed; torch's own chance is left alone.

    Args:
        build: Builds it; its recurrent network is called `rnn`.
        seed: Of the weights.
        forget_bias: What b_ih + b_hh of an LSTM's forget gates sum to; None leaves them as drawn.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = build()
    if forget_bias is not None:
        rnn: nn.LSTM = model.rnn  # type: ignore[assignment]
        rows_of_f = slice(rnn.hidden_size, 2 * rnn.hidden_size)  # of i, f, g, o
        with torch.no_grad():
            for name, value in rnn.named_parameters():
                if name.startswith("bias_"):
                    value[rows_of_f] = forget_bias if name.startswith("bias_ih") else 0.0
    return model


def seeded_model(
    config: ModelConfig, seed: int, forget_bias: float | None = None
) -> SequenceClassifier:
    """Build a classifier of digits as `seeded` does."""
    return seeded(partial(SequenceClassifier, config), seed, forget_bias)


@dataclass(frozen=True, eq=False)
class LoopState:
    """All that a training is between two steps, but for the weights; tensors on the CPU.

    Attributes:
        step: Steps done.
        optimizer: As `optimizers.state_of` gives it.
        renewing: Chance of `renew`, as the epoch of the next step finds it.
        drawing: Torch's own chance, from which dropout draws.
        device_drawing: The same of the CUDA device that trains; None elsewhere.
        carried: The network's own state, h and of an LSTM c, where a training carries it from step
            to step; else empty.
    """

    step: int
    optimizer: Mapping[str, Tensor]
    renewing: Tensor
    drawing: Tensor
    device_drawing: Tensor | None = None
    carried: Mapping[str, Tensor] = field(default_factory=dict)


class Loop(Generic[E]):
    """A training: each step is done when its log comes; between two, its state can be had.

    Who stops asking for logs stops the training; who goes through it again goes on.

    Args:
        model: Trained in place; what it takes and answers is the objective's.
        examples: What to learn, on the model's device.
        config: How.
        held_out: Examples to measure at the end of each epoch.
        renew: Returns the examples of the coming epoch, as many as `examples`; called once per
            epoch, and once more for an epoch that is gone on with. None takes the same each time.
        sequences: From pictures, uint8 (B, 28, 28), to sequences, float32 (T, B, I), where the
            examples are digits.
        objective: What is learnt from a batch, and how a model is judged; None: which digit it is,
            answered at the end, by a model from sequences to logits (B, K).
        glances: Steps after which the first `GLANCE` of `held_out` are measured as well.
        state: Where to go on, with the weights of then; None is the beginning. Steps, logs and
            torch's own chance are then what they would have been without the interruption, to the
            last bit where threads, torch and machine are the same. (Not with dropout between
            layers on CUDA: cuDNN draws that from a state of its own.)

    Raises:
        ValueError: If the state is of another training.
    """

    def __init__(
        self,
        model: nn.Module,
        examples: E,
        config: TrainConfig,
        *,
        held_out: E | None = None,
        renew: Callable[[torch.Generator], E] | None = None,
        sequences: Sequences = rows,
        objective: Objective[E] | None = None,
        glances: Collection[int] = (),
        state: LoopState | None = None,
    ) -> None:
        self._model, self._examples, self._config = model, examples, config
        self._held_out, self._renew, self._glances = held_out, renew, glances
        which = Classification(sequences, config.label_smoothing)
        self._objective = cast("Objective[E]", which) if objective is None else objective
        self._per_epoch = math.ceil(len(examples) / config.batch_size)
        self._steps = self._per_epoch * config.epochs
        self._optimizer = build_optimizer(model, config)
        self._chance = torch.Generator().manual_seed(config.seed + 2)
        self._before_epoch = self._chance.get_state()
        self._step = 0
        self._resumed = state
        if state is not None:
            if not 0 <= state.step <= self._steps:
                raise ValueError(f"step must lie in [0, {self._steps}], got {state.step}")
            load_state(self._optimizer, model, state.optimizer)
            self._step = state.step
            self._chance.set_state(state.renewing)
            self._before_epoch = state.renewing.clone()

    def __iter__(self) -> Iterator[StepLog]:
        """Do the steps that are left."""
        config, model, optimizer = self._config, self._model, self._optimizer
        make_step, parameters = stepper(optimizer), list(model.parameters())
        self._restore_drawing()
        for epoch, shuffled in self._epochs_left():
            for batch in _batches(self._pool(), shuffled, config.batch_size):
                step = self._step + 1
                if not model.training:
                    model.train()
                lr = learning_rate(config, step, self._steps)
                for group in optimizer.param_groups:
                    group["lr"] = lr
                told = self._learn(batch, parameters, make_step)
                self._step = step
                yield StepLog(
                    step, epoch, self._steps, told[0], told[1], lr, told[2], *self._read()
                )

    def state(self) -> LoopState:
        """Return copies of all that the next steps depend on, but for the weights."""
        if self._resumed is not None:  # no step since: torch's chance is not ours yet
            return self._resumed
        device = next(self._model.parameters()).device
        between = self._step % self._per_epoch == 0
        return LoopState(
            self._step,
            state_of(self._optimizer, self._model),
            self._chance.get_state() if between else self._before_epoch.clone(),
            torch.get_rng_state(),
            torch.cuda.get_rng_state(device) if device.type == "cuda" else None,
        )

    def _epochs_left(self) -> Iterator[tuple[int, Tensor]]:
        """Yield each epoch's number with the digits that it has left, in their order."""
        done, place = divmod(self._step, self._per_epoch)
        left = islice(orders(self._config, len(self._examples)), done, None)
        for epoch, shuffled in enumerate(left, start=done + 1):
            yield epoch, shuffled[place * self._config.batch_size :]
            place = 0

    def _learn(
        self, batch: E, parameters: list[nn.Parameter], make_step: Callable[[], object]
    ) -> tuple[float, float, float]:
        """Do one step; return its loss, its accuracy and the norm of its gradients."""
        with subnormals_flushed():
            loss, right = self._objective.loss(self._model, batch)
            norm = descend(loss, parameters, self._config.clip_norm, make_step)
        told = torch.stack((loss.detach(), right, norm)).tolist()  # once, for a GPU's sake
        return told[0], told[1], told[2]

    def _pool(self) -> E:
        """Return the coming epoch's examples; of one that is gone on with, those it had."""
        if self._step % self._per_epoch:
            self._chance.set_state(self._before_epoch)
        self._before_epoch = self._chance.get_state()
        return self._examples if self._renew is None else self._renew(self._chance)

    def _read(self) -> tuple[float | None, int]:
        """Read held-out examples if it is time; return the share answered right, and how many."""
        held_out, step = self._held_out, self._step
        most = 0 if held_out is None else len(held_out)
        read = most if step % self._per_epoch == 0 else min(GLANCE, most) * (step in self._glances)
        if held_out is None or not read:
            return None, read
        return self._objective.judge(self._model, held_out[:read]), read

    def _restore_drawing(self) -> None:
        """Set torch's own chance, right before the first step that needs it."""
        state, self._resumed = self._resumed, None
        if state is None:
            return
        torch.set_rng_state(state.drawing)
        device = next(self._model.parameters()).device
        if device.type == "cuda" and state.device_drawing is not None:
            torch.cuda.set_rng_state(state.device_drawing, device)


def train(
    model: nn.Module,
    digits: Digits,
    config: TrainConfig,
    *,
    held_out: Digits | None = None,
    renew: Renew | None = None,
    sequences: Sequences = rows,
    glances: Collection[int] = (),
    state: LoopState | None = None,
) -> Iterator[StepLog]:
    """Train a classifier on digits, the loss at the end of each sequence only; as `Loop`.

    Yields: One log per step.
    """
    yield from Loop(
        model,
        digits,
        config,
        held_out=held_out,
        renew=renew,
        sequences=sequences,
        glances=glances,
        state=state,
    )


def orders(config: TrainConfig, count: int) -> Iterator[Tensor]:
    """Yield for each epoch the order in which its digits are learnt, int64 (count,)."""
    order = torch.Generator().manual_seed(config.seed + 1)
    for _ in range(config.epochs):
        yield torch.randperm(count, generator=order)


def _batches(pool: E, shuffled: Tensor, size: int) -> Iterator[E]:
    """Yield an epoch's batches, gathered many at a time: slices of them are quicker to take."""
    at_once = size * max(1, GATHERED // size)
    for index in torch.split(shuffled.to(pool.labels.device), at_once):
        block = pool[index]
        for start in range(0, len(block), size):
            yield block[start : start + size]


def batch_of_step(config: TrainConfig, count: int, step: int) -> Tensor:
    """Return which digits a step (from 1) learns from, int64 (B,); as `train` takes them."""
    per_epoch = math.ceil(count / config.batch_size)
    epoch, place = divmod(step - 1, per_epoch)
    order = next(islice(orders(config, count), epoch, None))
    return torch.split(order, config.batch_size)[place]


def learning_rate(config: TrainConfig, step: int, steps: int) -> float:
    """Return the rate of a step (from 1) by the config's schedule."""
    if config.schedule == "constant":
        return config.lr
    top = config.warmup * steps if config.schedule == "one_cycle" else 0.0
    if step <= top:
        return config.lr * step / top
    return config.lr * 0.5 * (1 + math.cos(math.pi * (step - top) / (steps - top + 1)))
