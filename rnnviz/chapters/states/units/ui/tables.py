"""Sentence, order and tables of units, for digits and for the sequences of a recording."""

from __future__ import annotations

from typing import Literal

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from rnnviz.chapters.states.units import text
from rnnviz.chapters.states.units.text import Kind
from rnnviz.chapters.states.units.ui.components.unit import Portrait, Units
from rnnviz.chapters.states.units.ui.profiles import Portraits

BY_NUMBER, BY_ANY = "number", "any"
MEASURES = {"rise": "one step's rise or fall", "value": "highest and lowest value"}
CHANCE = (
    "AUC: how often the unit is higher for one of the class than for one of another; 0.5 tells "
    "nothing. Chance: what the best {word} reaches with shuffled labels in 19 of 20 cases."
)

Driver = Literal["rise", "value"]


def in_order(auc: NDArray[np.float32], by: str | int) -> NDArray[np.int64]:
    """Return the units by number, by how well they tell any class, or one: its place among them."""
    strength = np.abs(auc - 0.5)
    if by == BY_NUMBER or not auc.shape[1]:
        return np.arange(len(auc))
    of = strength.max(1) if by == BY_ANY else strength[:, int(by)]
    return np.argsort(-of, kind="stable")


def sentence(all_: Portraits, portrait: Portrait, table: Units, kind: Kind) -> str:
    """Say who a unit is: whom it tells, what drives it, whether it is of use."""
    at, useful = portrait.unit - 1, all_.condition
    told = [f"Unit {portrait.unit}:"]
    if table.names:
        told = [
            text.telling(
                portrait.unit,
                all_.auc[at].tolist(),
                all_.chance[at].tolist(),
                all_.step[at].tolist(),
                table.word,
                names=table.names,
                kind=kind,
            )
        ]
    if not useful.dead[at]:
        for least, d in ((False, portrait.most), (True, portrait.least)):
            labels = None if d.labels is None else d.labels.tolist()
            steps = d.steps.tolist()
            told.append(
                text.driving(portrait.measure, labels, steps, table.word, least=least, kind=kind)
            )
    told.append(
        text.use(
            float(useful.lowest[at]),
            float(useful.highest[at]),
            float(useful.extreme[at]),
            dead=bool(useful.dead[at]),
            saturated=bool(useful.saturated[at]),
            kind=kind,
        )
    )
    said = " ".join(told)
    return said if table.names else said.replace(": It ", " ", 1)


def tables(all_: Portraits, table: Units, portrait: Portrait, kind: Kind, item: str) -> None:
    """Show the numbers behind a unit's portrait.

    Args:
        all_: Of all units.
        table: The same, as it is shown.
        portrait: Of the one.
        kind: What was read.
        item: One of that, e.g. "test digit".
    """
    unit, word = portrait.unit, table.word
    from_ = 0 if kind is text.DIGITS else 1  # digits have indices, sequences numbers
    with st.expander("The numbers behind it"):
        if table.names:
            st.markdown(f"Unit {unit}, {kind.one} by {kind.one}")
            columns: dict[str, object] = {
                kind.one: np.array(table.names),
                "AUC": table.auc[unit - 1],
                f"at {word}": table.step[unit - 1].astype(int) + 1,
                "chance within 0.5 ±": table.chance[unit - 1],
                "better than chance": all_.tells[unit - 1].numpy(),
            }
            st.dataframe(columns, hide_index=True)
        st.markdown(f"Its mean after each {word}, and on the {_watched(kind)} that is watched")
        lines = [str(name) for name in table.names] or ["mean"]
        course = {name: portrait.course[:, k] for k, name in enumerate(lines)}
        rows = np.arange(1, len(portrait.own) + 1)
        st.dataframe({word: rows, "watched": portrait.own, **course}, hide_index=True)
        for name, driving in (("most", portrait.most), ("least", portrait.least)):
            st.markdown(f"What drives it {name}")
            what = {} if driving.labels is None else {"is": driving.labels}
            columns = {
                item: driving.index + from_,
                **what,
                word: driving.steps + 1,
                MEASURES[portrait.measure]: driving.values,
            }
            st.dataframe(columns, hide_index=True)


def _watched(kind: Kind) -> str:
    return kind.items.removesuffix("s")
