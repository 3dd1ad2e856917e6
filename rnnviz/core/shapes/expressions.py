"""Expressions with their values: the code that the user copies is the code that was computed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

Part = int | slice | tuple[str, Tensor]


@dataclass(frozen=True, eq=False)
class Term:
    """Code beside its value.

    Attributes:
        code: As Python writes it.
        value: What it gives.
    """

    code: str
    value: Tensor


def pick(term: Term, index: Sequence[Part]) -> Term:
    """Index a term; whole axes at the end go without saying.

    Args:
        term: What is indexed.
        index: For each axis a place, a slice, or code with the places that it gives.
    """
    places = tuple(part[1] if isinstance(part, tuple) else part for part in index)
    return Term(term.code + brackets(index), term.value[places])


def brackets(index: Sequence[Part]) -> str:
    """Write an index, e.g. "[:, -1]"; whole axes at the end go without saying."""
    parts = [*index]
    while parts and parts[-1] == slice(None):
        parts.pop()
    return f"[{', '.join(map(_written, parts))}]" if parts else ""


def cat(first: Term, second: Term) -> Term:
    """Join two terms along their last axis."""
    code = f"torch.cat(({first.code}, {second.code}), dim=-1)"
    return Term(code, torch.cat((first.value, second.value), dim=-1))


def _written(part: Part) -> str:
    if isinstance(part, tuple):
        return part[0]
    if isinstance(part, int):
        return str(part)
    start, stop = ("" if end is None else str(end) for end in (part.start, part.stop))
    return f"{start}:{stop}"
