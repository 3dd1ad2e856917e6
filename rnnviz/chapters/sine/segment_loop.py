"""Training loop on a signal in segments: the state is passed, detached or not, or reset."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Mapping
from functools import partial

import torch
from torch import Tensor

from rnnviz.chapters.sine.config import SineConfig
from rnnviz.chapters.sine.segmented_forward import State, detached, in_segments
from rnnviz.chapters.sine.signals import Source, Wave
from rnnviz.core.inspect.reading import evaluating
from rnnviz.core.models import SequenceTagger
from rnnviz.training.jobs.protocol import NO_END
from rnnviz.training.loop.loop import LoopState, StepLog, seeded
from rnnviz.training.loop.optimizer_step import descend, subnormals_flushed
from rnnviz.training.loop.optimizers import build_optimizer, load_state, state_of, stepper
from rnnviz.training.loop.schedule import learning_rate

JUDGED = 20  # segments that judge a run: those that come next


class SegmentLoop:
    """A training on a signal: each step is done when its log comes, as `loop.Loop` does it.

    A log's `loss` is the mean squared error of the step's segments before it; `accuracy` is the
    share of the signal explained, 1 − loss / mean square of the target, and 0 where that is below;
    `held_out` is the same share of the next `JUDGED` segments, read with the weights frozen and
    the state carried or reset as in training, and `read` is how many those are.

    Args:
        model: Trained in place, one answer a step.
        config: What and how.
        glances: Steps after which the next segments are read as well; they are after each epoch.
        state: Where to go on, as of a Loop; `carried` is the network's own.

    Raises:
        ValueError: If the state is of another training.
    """

    def __init__(
        self,
        model: SequenceTagger,
        config: SineConfig,
        *,
        glances: Collection[int] = (),
        state: LoopState | None = None,
    ) -> None:
        self._model, self._config, self._glances = model, config, glances
        self.limit, self.pending, self.note = NO_END, 0, ""  # as of a Loop: each step is told of
        self._source = Source.of(config)
        self._power = self._source.power
        self._optimizer = build_optimizer(model, config.training)
        self._step = 0
        self._carried: State | None = None
        self._resumed = state
        if state is not None:
            if not 0 <= state.step <= config.steps:
                raise ValueError(f"step must lie in [0, {config.steps}], got {state.step}")
            load_state(self._optimizer, model, state.optimizer)
            self._step = state.step
            self._carried = self._loaded(state)

    @property
    def carried(self) -> State | None:
        """The state that the next segment begins with; None is zeros."""
        return self._carried

    def __iter__(self) -> Iterator[StepLog]:
        """Do the steps that are left."""
        config, model = self._config, self._model
        make_step, parameters = stepper(self._optimizer), list(model.parameters())
        self._restore_drawing()
        per_epoch = config.segments // config.per_step
        while self._step < config.steps:
            if config.pace:
                time.sleep(1 / config.pace)
            step = self._step + 1
            model.train()
            lr = learning_rate(config.training, step, config.steps)
            for group in self._optimizer.param_groups:
                group["lr"] = lr
            with subnormals_flushed():
                loss = self._loss(step)
                norm = descend(loss, parameters, config.training.clip_norm, make_step)
            told = torch.stack((loss.detach(), norm)).tolist()
            self._step = step
            epoch, share = (step - 1) // per_epoch + 1, self._share(told[0])
            judged = JUDGED if step % per_epoch == 0 or step in self._glances else 0
            held_out = self._judge() if judged else None
            yield StepLog(step, epoch, config.steps, told[0], share, lr, told[1], held_out, judged)

    def state(self) -> LoopState:
        """Return copies of all that the next steps depend on, but for the weights."""
        if self._resumed is not None:  # no step since: torch's chance is not ours yet
            return self._resumed
        device = next(self._model.parameters()).device
        return LoopState(
            self._step,
            state_of(self._optimizer, self._model),
            torch.Generator().manual_seed(0).get_state(),  # nothing is drawn anew
            torch.get_rng_state(),
            torch.cuda.get_rng_state(device) if device.type == "cuda" else None,
            carried=_named(self._carried),
        )

    def _loss(self, step: int) -> Tensor:
        """Read a step's segments, and keep the state of their end without its graph."""
        config = self._config
        wave = self._wave((step - 1) * config.per_step, config.per_step)
        found = in_segments(self._model, wave.x, config.segment_length, config.carry, self._carried)
        if config.carry != "reset":
            self._carried = detached(found.state)
        return (found.outputs - wave.y).square().mean()

    def _judge(self) -> float:
        config = self._config
        wave = self._wave(self._step * config.per_step, JUDGED)
        with evaluating(self._model), torch.no_grad():
            found = in_segments(
                self._model, wave.x, config.segment_length, config.carry, self._carried
            )
        return self._share(float((found.outputs - wave.y).square().mean()))

    def _wave(self, first: int, count: int) -> Wave:
        """Return so many segments, counted from 0, on the model's device."""
        length, device = self._config.segment_length, next(self._model.parameters()).device
        wave = self._source.take(first * length, count * length)
        return Wave(wave.x.to(device), wave.y.to(device))

    def _share(self, loss: float) -> float:
        share = 1 - loss / self._power
        return share if share > 0 else 0.0  # also where the loss is lost

    def _loaded(self, state: LoopState) -> State | None:
        if not state.carried:
            return None
        model, kept = self._config.model, {name: v.clone() for name, v in state.carried.items()}
        sizes = {"h": model.output_size} | ({"c": model.hidden_size} if "c" in kept else {})
        if (model.cell == "lstm") != ("c" in kept) or set(sizes) != set(kept):
            raise ValueError(f"a {model.cell} does not carry {', '.join(sorted(kept))}")
        for name, size in sizes.items():
            if tuple(kept[name].shape) != (shape := (model.num_layers, 1, size)):
                raise ValueError(f"{name} must be {shape}, got {tuple(kept[name].shape)}")
        device = next(self._model.parameters()).device
        h = kept["h"].to(device)
        return (h, kept["c"].to(device)) if "c" in kept else h

    def _restore_drawing(self) -> None:
        state, self._resumed = self._resumed, None
        if state is None:
            return
        torch.set_rng_state(state.drawing)
        device = next(self._model.parameters()).device
        if device.type == "cuda" and state.device_drawing is not None:
            torch.cuda.set_rng_state(state.device_drawing, device)


def run(config: SineConfig, model: SequenceTagger | None = None) -> Iterator[StepLog]:
    """Train on a signal read in segments, on the CPU.

    Args:
        config: What and how; `carry` says what becomes of the state at each border.
        model: Trained in place; None builds the one that the seed decides.

    Yields: One log per optimizer step, as `SegmentLoop` says. All follow from the config, but for
        dropout, which draws from torch's own chance.
    """
    yield from SegmentLoop(seeded_tagger(config) if model is None else model, config)


def seeded_tagger(config: SineConfig) -> SequenceTagger:
    """Build the network of a run with its first weights; torch's own chance is left alone."""
    training = config.training
    return seeded(partial(SequenceTagger, config.model, 1), training.seed, training.forget_bias)


def _named(state: State | None) -> Mapping[str, Tensor]:
    if state is None:
        return {}
    parts = state if isinstance(state, tuple) else (state,)
    return {name: v.detach().to("cpu", copy=True) for name, v in zip("hc", parts, strict=False)}
