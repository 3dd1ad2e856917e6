"""Measurements of a session under interventions, each computed once, in parts.

Every piece is short, so that the page answers while the rest is computed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar, cast

import torch
from torch import Tensor

from rnnviz.chapters.states.ablation import effects
from rnnviz.chapters.states.ablation.effects import Control, Effect
from rnnviz.chapters.states.ablation.unit_ranking import Ranking, rank_units, rank_units_for
from rnnviz.core.inspect.layer_trace import DIRECTIONS
from rnnviz.core.intervene.apply_interventions import Means, answers, belief, mean_values
from rnnviz.core.intervene.intervention_spec import Intervention
from rnnviz.data.mnist import Digits
from rnnviz.ui.server import embedded_models
from rnnviz.ui.server.bounded_cache import BoundedCache
from rnnviz.ui.widgets.incremental import Job
from rnnviz.ui.widgets.model_choice import ChosenModel

PIECE = 1e9  # multiplications, roughly, between two looks at the clock: 0.1 s
KEPT = 60  # results that a session keeps
RANKED = 1000  # test digits on which every unit is taken out
STEPS_RANKED = 7000  # digits times time steps that are read without eight units at once
STEPS_MEANT = 28_000  # the same of those whose states are averaged

T = TypeVar("T")
Acts = tuple[Intervention, ...]


@dataclass(eq=False)
class Measures:
    """The results of one session.

    Attributes:
        complete: Whether all that the page shows was measured when it was shown last.
    """

    complete: bool = True
    _results: BoundedCache[tuple[object, ...], Any] = field(
        default_factory=lambda: BoundedCache(KEPT)
    )

    def means(self, network: ChosenModel) -> Job[tuple[Means, int]]:
        """Return the means of all states and gates over test digits, and of how many so far."""
        return self._job(("means", network.identity), lambda: _means(network))

    def belief(
        self, network: ChosenModel, x: Tensor, picture: int, acts: Acts, means: Means | None
    ) -> Job[Tensor]:
        """Return the belief in one digit, (T, K), and before it is complete its last row alone."""
        key = ("belief", network.identity, picture, acts)
        return self._job(key, lambda: _beliefs(network, x, acts, means))

    def as_it_is(self, network: ChosenModel) -> Job[Tensor]:
        """Return what the network answers to the test digits: half of what an effect takes."""
        return self._job(("before", network.identity), lambda: _answers(network))

    def effect(self, network: ChosenModel, acts: Acts, means: Means | None) -> Job[Effect]:
        """Return what the changes cost on all test digits."""
        return self._job(
            ("effect", network.identity, acts), lambda: self._effect(network, acts, means)
        )

    def control(self, network: ChosenModel, acts: Acts, means: Means | None) -> Job[Control]:
        """Return what as many units drawn by chance cost."""
        steps = lambda: effects.control(  # noqa: E731
            network.model,
            _test(),
            acts,
            means=means,
            sequences=network.sequences,
            chunk=_chunk(network),
        )
        return self._job(("control", network.identity, acts), steps)

    def digit_ranking(
        self, network: ChosenModel, x: Tensor, picture: int, place: tuple[int, int]
    ) -> Job[Ranking]:
        """Return what each unit of a layer and direction matters for one digit."""
        layer, direction = place[0], DIRECTIONS[place[1]]
        key = ("digit", network.identity, picture, place)
        return self._job(key, lambda: iter([rank_units_for(network.model, x, layer, direction)]))

    def test_ranking(self, network: ChosenModel, place: tuple[int, int]) -> Job[Ranking]:
        """Return the same for test digits."""
        return self._job(("test", network.identity, place), lambda: _ranking(network, place))

    def once(self, key: tuple[object, ...], make: Callable[[], T]) -> T:
        """Return what `make` returned when this was asked for first; it must be small."""
        found: T = self._results.get(("once", *key), make)
        return found

    def _job(self, key: tuple[object, ...], start: Callable[[], Iterator[T]]) -> Job[T]:
        found: Job[T] = self._results.get(key, lambda: Job(start))
        return found

    def _effect(self, network: ChosenModel, acts: Acts, means: Means | None) -> Iterator[Effect]:
        known, found = self.as_it_is(network), None
        for found in effects.effect(
            network.model,
            _test(),
            acts,
            means=means,
            before=known.newest if known.over else None,
            sequences=network.sequences,
            chunk=_chunk(network),
        ):
            yield found
        if found is not None:
            known.newest, known.over = found.before, True


def _test() -> Digits:
    found = embedded_models.test_digits()
    device = embedded_models.device()
    return Digits(found.images.to(device), found.labels.to(device))


def _chunk(network: ChosenModel) -> int:
    parameters = sum(one.numel() for one in network.model.parameters())
    return min(max(int(PIECE / (network.length * parameters)), 8), 1000)


def _answers(network: ChosenModel) -> Iterator[Tensor]:
    found: list[Tensor] = []
    for part in torch.split(_test().images, _chunk(network)):
        with torch.no_grad():
            found.append(answers(network.model, network.sequences(part)).argmax(-1))
        yield torch.cat(found)


def _means(network: ChosenModel) -> Iterator[tuple[Means, int]]:
    """Average over so many digits at once as the room allows, each row by itself."""
    each = min(500, max(8, STEPS_MEANT // network.length // 4))
    count = min(1000, max(100, STEPS_MEANT // network.length))
    images = embedded_models.test_digits().images[:count].to(embedded_models.device())
    so_far: dict[object, Tensor] = {}
    done = 0
    for part in torch.split(images, each):
        found = mean_values(network.model, network.sequences(part))
        share = len(part) / (done + len(part))
        so_far = {
            place: mean if place not in so_far else so_far[place].lerp(mean, share)
            for place, mean in found.items()
        }
        done += len(part)
        yield cast(Means, so_far), done


def _beliefs(network: ChosenModel, x: Tensor, acts: Acts, means: Means | None) -> Iterator[Tensor]:
    """Ask for the belief: in two directions all rows so far are read anew after each row."""
    model = network.model
    if not model.config.bidirectional:
        with torch.no_grad():
            yield belief(model, x, acts, means=means)[:, 0]
        return
    rows = []
    for row in range(len(x)):
        with torch.no_grad():
            rows.append(answers(model, x[: row + 1], acts, means=means).softmax(-1)[0])
        yield torch.stack(rows)


def _ranking(network: ChosenModel, place: tuple[int, int]) -> Iterator[Ranking]:
    """Rank piece by piece of the digits, so that all units are known after the first."""
    digits = _test()[:RANKED]
    each = min(250, max(8, STEPS_RANKED // network.length))
    layer, direction = place[0], DIRECTIONS[place[1]]
    whole: Ranking | None = None
    for start in range(0, len(digits), each):
        part = digits[start : start + each]
        found = None
        for found in rank_units(network.model, part, layer, direction, sequences=network.sequences):
            width = found.total // len(part)
            done = start * width + found.done
            shown = found if whole is None else whole
            yield replace(shown, done=done, total=width * len(digits))
        assert found is not None
        whole = found if whole is None else _joined(whole, found, len(part) / (start + len(part)))
        yield replace(whole, done=(start + len(part)) * width, total=width * len(digits))


def _joined(one: Ranking, other: Ranking, share: float) -> Ranking:
    """Mean of two rankings of the same units; `share` of all digits are the other's."""
    assert one.accuracy_drop is not None
    assert other.accuracy_drop is not None
    return replace(
        other,
        accuracy_drop=one.accuracy_drop.lerp(other.accuracy_drop, share),
        log_prob_drop=one.log_prob_drop.lerp(other.log_prob_drop, share),
    )


def chosen_units(acts: Sequence[Intervention]) -> int:
    """Return how many units are changed, each place by itself."""
    found = {(act.layer, act.direction, unit) for act in acts for unit in act.units or ()}
    return len(found)
