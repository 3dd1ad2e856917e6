"""Training loop as a generator that yields one log per step, and its state for resuming."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Generic, TypeVar, cast

import torch
from torch import Tensor, nn

from rnnviz.core.config import ModelConfig, TrainConfig
from rnnviz.core.models import SequenceClassifier
from rnnviz.data.dataset_protocol import Examples
from rnnviz.data.mnist import Digits, rows
from rnnviz.training.jobs.protocol import NO_END
from rnnviz.training.loop import cuda_graph
from rnnviz.training.loop.evaluate import Sequences
from rnnviz.training.loop.optimizer_step import descend, subnormals_flushed
from rnnviz.training.loop.optimizers import build_optimizer, load_state, state_of, stepper
from rnnviz.training.loop.schedule import Planned, batches, learning_rate, orders
from rnnviz.training.tasks.objectives import Classification, Objective

E = TypeVar("E", bound=Examples)
M = TypeVar("M", bound=nn.Module)
Renew = Callable[[torch.Generator], Digits]

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
        stride: Steps that are made before what they tell is asked for, all at once: a GPU then does
            not wait for the CPU. Their logs come one by one. It rests after an epoch, a glance and
            at `limit`.
        state: Where to go on, with the weights of then; None is the beginning. Steps, logs and
            torch's own chance are then what they would have been without the interruption, to the
            last bit where threads, torch and machine are the same. (Not with dropout between
            layers on CUDA: cuDNN draws that from a state of its own.)

    Attributes:
        model: As given, like `config` and `objective`.
        optimizer: Of the model.
        stride: As given.
        limit: No step beyond it is made before all up to it are told of.
        pending: So many steps are made and not told of yet: weights and `state` are after them.

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
        stride: int = 1,
        state: LoopState | None = None,
    ) -> None:
        self.model, self._examples, self.config = model, examples, config
        self._held_out, self._renew, self._glances = held_out, renew, glances
        which = Classification(sequences, config.label_smoothing, config.precision)
        self.objective = cast("Objective[E]", which) if objective is None else objective
        self._per_epoch = math.ceil(len(examples) / config.batch_size)
        self._steps = self._per_epoch * config.epochs
        self.optimizer = build_optimizer(model, config)
        self._chance = torch.Generator().manual_seed(config.seed + 2)
        self._before_epoch = self._chance.get_state()
        self._step = 0
        self.stride, self.limit, self.pending = stride, NO_END, 0
        self._left_out = ""
        self._graphed: cuda_graph.GraphedSteps[E] | None = None
        self._resumed = state
        if state is not None:
            if not 0 <= state.step <= self._steps:
                raise ValueError(f"step must lie in [0, {self._steps}], got {state.step}")
            load_state(self.optimizer, model, state.optimizer)
            self._step = state.step
            self._chance.set_state(state.renewing)
            self._before_epoch = state.renewing.clone()

    def __iter__(self) -> Iterator[StepLog]:
        """Do the steps that are left."""
        do_steps = self._stepping()
        made: list[Planned[E]] = []
        for plan in self.planned():
            made.append(plan)
            if self.rests(len(made)):
                told = do_steps([one.batch for one in made], [one.lr for one in made])
                yield from self.logs(made, told)
                made = []

    def planned(self) -> Iterator[Planned[E]]:
        """Yield what each step that is left has to do; it is done before one beyond a rest is."""
        config, model = self.config, self.model
        self._restore_drawing()
        for epoch, shuffled in self._epochs_left():
            for batch in batches(self._pool(), shuffled, config.batch_size):
                if not model.training:
                    model.train()
                self._step += 1
                yield Planned(
                    self._step, epoch, learning_rate(config, self._step, self._steps), batch
                )

    def rests(self, made: int) -> bool:
        """Whether so many steps, the last of them just planned, are now to be done and told of."""
        return made == self.stride or self._step >= self.limit or self._looks()

    def logs(self, made: Sequence[Planned[E]], told: Tensor) -> Iterator[StepLog]:
        """Ask what steps told, once for all of them, and yield their logs.

        Args:
            made: The steps.
            told: Of each loss, accuracy and norm of the gradients, shape (N, 3).
        """
        numbers = told.tolist()
        looked = [(None, 0)] * (len(made) - 1) + [self._read()]
        self.pending = len(made)
        for plan, (loss, right, norm), read in zip(made, numbers, looked, strict=True):
            self.pending -= 1
            yield StepLog(plan.step, plan.epoch, self._steps, loss, right, plan.lr, norm, *read)

    @property
    def course(self) -> tuple[int, int, int]:
        """Steps of the whole training, of an epoch, and those done."""
        return self._steps, self._per_epoch, self._step

    @property
    def note(self) -> str:
        """Why steps on a GPU are not as quick as they might be; "" if they are, or on a CPU."""
        why = self._left_out or (self._graphed.note if self._graphed is not None else "")
        return why and f"no CUDA graph: {why}"

    def state(self) -> LoopState:
        """Return copies of all that the next steps depend on, but for the weights."""
        if self._resumed is not None:  # no step since: torch's chance is not ours yet
            return self._resumed
        device = next(self.model.parameters()).device
        between = self._step % self._per_epoch == 0
        return LoopState(
            self._step,
            state_of(self.optimizer, self.model),
            self._chance.get_state() if between else self._before_epoch.clone(),
            torch.get_rng_state(),
            torch.cuda.get_rng_state(device) if device.type == "cuda" else None,
        )

    def _epochs_left(self) -> Iterator[tuple[int, Tensor]]:
        """Yield each epoch's number with the digits that it has left, in their order."""
        done, place = divmod(self._step, self._per_epoch)
        left = islice(orders(self.config, len(self._examples)), done, None)
        for epoch, shuffled in enumerate(left, start=done + 1):
            yield epoch, shuffled[place * self.config.batch_size :]
            place = 0

    def _stepping(self) -> Callable[[Sequence[E], Sequence[float]], Tensor]:
        """Return what does steps, from their batches and rates, and tells, (N, 3), of them.

        That is loss, accuracy and the norm of the gradients of each, on the model's device.
        """
        model, limit, groups = self.model, self.config.clip_norm, self.optimizer.param_groups
        parameters, make_step = list(model.parameters()), stepper(self.optimizer)

        def learn(batch: E, lr: float | Tensor) -> Tensor:
            for group in groups:
                group["lr"] = lr
            with subnormals_flushed():
                loss, right = self.objective.loss(model, batch)
                norm = descend(loss, parameters, limit, make_step)
            return torch.stack((loss.detach(), right, norm))

        def plain(batches: Sequence[E], lrs: Sequence[float]) -> Tensor:
            told = [learn(batch, lr) for batch, lr in zip(batches, lrs, strict=True)]
            return torch.stack(told) if len(told) > 1 else told[0].unsqueeze(0)

        if self.stride == 1:
            return plain
        self._left_out = cuda_graph.left_out(model, self.config)
        if self._left_out:
            return plain
        rates = torch.zeros(self.stride, device=next(model.parameters()).device)
        self._graphed = cuda_graph.GraphedSteps(learn, rates)
        return self._graphed

    def _pool(self) -> E:
        """Return the coming epoch's examples; of one that is gone on with, those it had."""
        if self._step % self._per_epoch:
            self._chance.set_state(self._before_epoch)
        self._before_epoch = self._chance.get_state()
        return self._examples if self._renew is None else self._renew(self._chance)

    def _looks(self) -> bool:
        """Whether this step is one after which held-out examples are read, if there are any."""
        return self._step % self._per_epoch == 0 or self._step in self._glances

    def _read(self) -> tuple[float | None, int]:
        """Read held-out examples if it is time; return the share answered right, and how many."""
        held_out, step = self._held_out, self._step
        most = 0 if held_out is None else len(held_out)
        read = most if step % self._per_epoch == 0 else min(GLANCE, most) * (step in self._glances)
        if held_out is None or not read:
            return None, read
        return self.objective.judge(self.model, held_out[:read]), read

    def _restore_drawing(self) -> None:
        """Set torch's own chance, right before the first step that needs it."""
        state, self._resumed = self._resumed, None
        if state is None:
            return
        torch.set_rng_state(state.drawing)
        device = next(self.model.parameters()).device
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
    stride: int = 1,
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
        stride=stride,
        state=state,
    )
