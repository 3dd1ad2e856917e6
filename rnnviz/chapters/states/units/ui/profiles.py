"""Profiles of all units of a layer, computed in parts from their states on many sequences."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace

import torch
from torch import Tensor

from rnnviz.core.units import statistics as units_statistics
from rnnviz.core.units.selectivity import Selecting
from rnnviz.core.units.statistics import Condition, Measure, TopInputs

RANKED = 150_000  # numbers of one step that are ranked in one piece: 0.05 s
LOOKED_AT = 3_000_000  # numbers that are looked through in one piece: 0.05 s
SORTED = 800_000  # numbers of which the highest are sorted out in one piece: 0.06 s
TOP = 12  # sequences that drive a unit most
KINDS: tuple[tuple[Measure, bool], ...] = (
    ("value", False),
    ("value", True),
    ("rise", False),
    ("rise", True),
)
RANKING = 0.85  # of the way, if there are classes


@dataclass(frozen=True, eq=False)
class Portraits:
    """What all units of a place are for. K classes, W units.

    Attributes:
        auc: How each unit tells each class at its best step, as `selectivity.Selectivity`, (W, K);
            K is 0 where no labels are known.
        step: Which step that is, from 0, (W, K).
        chance: How far from 0.5 chance comes, (W, K).
        course: Each unit's mean over the sequences of each class, (T, K, W); over all of them
            where no labels are known, (T, 1, W).
        condition: Dead or saturated.
        top: What drives it, by measure and whether least.
    """

    auc: Tensor
    step: Tensor
    chance: Tensor
    course: Tensor
    condition: Condition
    top: dict[tuple[Measure, bool], TopInputs]

    @property
    def tells(self) -> Tensor:
        """Whether a unit tells a class better than by chance, bool, (W, K)."""
        return (self.auc - 0.5).abs() > self.chance

    def first_classes(self, count: int) -> Portraits:
        """Return the same of so many classes, the first ones."""
        return replace(
            self,
            auc=self.auc[:, :count],
            step=self.step[:, :count],
            chance=self.chance[:, :count],
            course=self.course[:, :count],
        )


@dataclass(eq=False)
class Portraying:
    """The way to them; going through it yields the share that is done.

    Attributes:
        h: What the units were, finite, shape (T, N, W).
        labels: Classes, int64 in [0, classes), shape (N,); None: not known.
        classes: K.
        bounded: Whether h lies in (-1, 1).
        reverse: Whether h is of a direction that reads from the end.
        portraits: None before the end.
    """

    h: Tensor
    labels: Tensor | None
    classes: int = 10
    bounded: bool = True
    reverse: bool = False
    portraits: Portraits | None = None

    def __iter__(self) -> Iterator[float]:
        """Find them."""
        told: list[tuple[Tensor, Tensor, Tensor]] = []
        if self.labels is not None:
            for share in self._rank(self.labels, told):
                yield RANKING * share
        begun = 0.0 if self.labels is None else RANKING
        looked: list[tuple[Tensor, Condition, list[TopInputs]]] = []
        for share in self._look(looked):
            yield begun + (1 - begun) * share
        none = torch.zeros(self.h.shape[-1], 0)
        auc, step, chance = (
            (torch.cat(parts) for parts in zip(*told, strict=True))
            if told
            else (none, none.long(), none)
        )
        courses, conditions, tops = zip(*looked, strict=True)
        self.portraits = Portraits(
            auc=auc,
            step=step,
            chance=chance,
            course=torch.cat(courses, dim=-1),
            condition=Condition(
                *(
                    torch.cat([getattr(part, field.name) for part in conditions])
                    for field in fields(Condition)
                )
            ),
            top={
                kind: TopInputs(
                    *(
                        torch.cat([getattr(top[n], field.name) for top in tops], dim=1)
                        for field in fields(TopInputs)
                    )
                )
                for n, kind in enumerate(KINDS)
            },
        )

    def _rank(self, labels: Tensor, told: list[tuple[Tensor, Tensor, Tensor]]) -> Iterator[float]:
        T, N, W = self.h.shape
        at_once = max(1, RANKED // N)
        dealt = Selecting(labels, self.classes)
        yield 0.0
        for first in range(0, W, at_once):
            selecting = dealt.anew()
            for t, step in enumerate(self.h[..., first : first + at_once]):
                selecting.add(step)
                yield (first + (t + 1) / T * min(at_once, W - first)) / W
            found = selecting.told()
            step = found.best_step
            told.append((found.auc.gather(0, step[None])[0], step, found.auc_chance))

    def _look(self, looked: list[tuple[Tensor, Condition, list[TopInputs]]]) -> Iterator[float]:
        T, N, W = self.h.shape
        labels = torch.zeros(N, dtype=torch.int64) if self.labels is None else self.labels
        classes = 1 if self.labels is None else self.classes
        at_once = max(1, min(LOOKED_AT // (T * N), SORTED // N))
        for first in range(0, W, at_once):
            h = self.h[..., first : first + at_once]
            top = []
            for n, (measure, lowest) in enumerate(KINDS):
                top.append(
                    units_statistics.top_inputs(
                        h, TOP, measure=measure, lowest=lowest, reverse=self.reverse
                    )
                )
                yield (first + n / 6 * at_once) / (W + at_once)
            course = units_statistics.class_course(h, labels, classes)
            yield (first + 5 / 6 * at_once) / (W + at_once)
            looked.append((course, units_statistics.condition(h, bounded=self.bounded), top))
            yield (first + at_once) / (W + at_once)
