"""Views below the blocks: proofs, recipes, table of shapes, errors, mappings, slice cost."""

from __future__ import annotations

from collections.abc import Callable
from typing import get_args

import streamlit as st

from rnnviz.chapters.shapes import mapping_text, slice_cost_text, slice_text
from rnnviz.chapters.shapes import slice_cost_results as measured
from rnnviz.chapters.shapes.ui import keys
from rnnviz.chapters.shapes.ui.components.shapes import unrolling as picture
from rnnviz.chapters.shapes.ui.components.shapes.unrolling import Cell, Flow
from rnnviz.chapters.shapes.ui.errors_view import show as show_mistakes
from rnnviz.chapters.shapes.ui.view import proved, ran
from rnnviz.core.shapes import code as shapes_code
from rnnviz.core.shapes import sequence_mappings
from rnnviz.core.shapes import table as shapes_table
from rnnviz.core.shapes.call import Call
from rnnviz.core.shapes.proofs import Proof
from rnnviz.core.shapes.recipes import Want, answer
from rnnviz.core.shapes.sequence_mappings import Mapped
from rnnviz.core.shapes.table import gate_of, gate_rows
from rnnviz.training.statistics import interval
from rnnviz.ui.figures.numbers import difference
from rnnviz.ui.widgets.setting_controls import number, one_of

ROWS = 24  # of a table that is shown whole
DRAWN = 3  # steps of an unrolled network, beside the last


def show(call: Call, name: str) -> None:
    """Show one of the views.

    Args:
        call: What the page is about.
        name: One of `VIEWS`.
    """
    VIEWS[name](call)


def show_proofs(call: Call) -> None:
    """Show every proof with both sides beside one another, and the code of the call."""
    st.markdown("A real module on real random numbers, for these settings:")
    st.table(table(proved(call), call), hide_index=True)
    st.markdown("The whole call, to copy; it runs as it stands:")
    more = shapes_code.beside(call) if call.stepwise else []
    st.code(shapes_code.program(call, more), language="python")


def table(proofs: tuple[Proof, ...], call: Call) -> dict[str, list[str]]:
    """Lay proofs out as a table's columns, their numbers side by side."""
    sides = [slice_text.side(proof) for proof in proofs]
    return {
        "": ["✓" if proof.holds else "✗" for proof in proofs],
        "this": [f"`{proof.left.code}`" for proof in proofs],
        "and that": [f"`{proof.right.code}`" for proof in proofs],
        "off by up to": [difference(proof.difference) for proof in proofs],
        "why": [slice_text.why(proof, call) for proof in proofs],
        "this begins": [left for left, _ in sides],
        "that begins": [right for _, right in sides],
    }


def show_wants(call: Call) -> None:
    """Ask what a person wants, and answer with the slice, the code and the proof."""
    wants: tuple[Want, ...] = get_args(Want)
    want = one_of("What do you want?", keys.WANT, wants, words=slice_text.WANTS.__getitem__)
    found = answer(ran(call), want)
    shape = tuple(found.term.value.shape)
    st.markdown(f"**`{found.term.code}`**, shape {shape}. {slice_text.want(found, call)}")
    st.code(found.code, language="python")
    proof = found.proof
    mark, why = ("✓" if proof.holds else "✗"), slice_text.why(proof, call)
    left, right = slice_text.side(proof)
    st.markdown(
        f"{mark} `{proof.left.code}` == `{proof.right.code}`: they differ by up to "
        f"{difference(proof.difference)}. {why}"
    )
    st.caption(f"They begin {left} and {right}.")


def show_table(call: Call) -> None:
    """Show every tensor and weight, how they add up, and whose a row of a weight is."""
    rows = shapes_table.rows(call)
    left, right = st.columns(2, gap="large")
    for place, kind, title in ((left, "tensor", "Tensors"), (right, "weight", "Weights")):
        found = [row for row in rows if row.kind == kind]
        with place:
            st.subheader(title, anchor=False)
            st.dataframe(
                {
                    "name": [row.name for row in found],
                    "letters": [row.letters for row in found],
                    "numbers": [str(row.shape) for row in found],
                    "count": [row.count for row in found],
                },
                hide_index=True,
                height="content" if len(found) <= ROWS else "auto",
            )
    letters, numbers = shapes_table.formula(call)
    total = shapes_table.parameters(call)
    more = "" if total == call.weights else f", with Embedding and Linear {total:,}"
    st.markdown(f"**{call.weights:,} weights{more}**: {letters} = {numbers}.")
    st.caption(
        " · ".join(f"{letter} = {size:,}" for letter, size in shapes_table.sizes(call).items())
    )
    _gates(call)


def _gates(call: Call) -> None:
    """Name the gates' rows, and the gate of a row that a person asks for."""
    config = call.config
    end = "" if call.stepwise else "_l0"
    st.subheader(f"Whose are the rows of weight_ih{end}?", anchor=False)
    found = gate_rows(config)
    st.table(
        {
            "rows": [f"`[{rows.start}:{rows.stop}]`" for rows in found],
            "whose": [f"**{rows.gate}**, {slice_text.GATES[rows.gate]}" for rows in found],
        },
        hide_index=True,
        width="content",
    )
    st.caption("The same for weight_hh and both biases, in every layer and direction.")
    most = found[-1].stop - 1
    help_ = f"0 to {most}"
    row = number("Row", keys.WEIGHT_ROW, 0, most, 0, help_, width=200, narrow=True)
    gate, unit = gate_of(config, row)
    st.markdown(
        f"Row {row} belongs to **{gate}**, {slice_text.GATES[gate]}: unit {unit}, counted "
        "from 0 as rows are."
    )


def show_mappings(call: Call) -> None:
    """Show a way of mapping unrolled in time, and its five lines."""
    names: tuple[sequence_mappings.Mapping, ...] = get_args(sequence_mappings.Mapping)
    words = mapping_text.NAMES.__getitem__
    name = one_of("How sequences are mapped", keys.MAPPING, names, words=words)
    found = sequence_mappings.mapped(call, name)
    st.markdown(f"**{mapping_text.made(found)}** {mapping_text.USES[name]}")
    carried = found.carried
    flow = Flow(carried.name, str(carried.shape))
    title = mapping_text.title(found, call)
    picture.unrolled(title, cells(found, call), flow, key=keys.MAPPING_VIEW)
    st.code(found.code, language="python")


def cells(found: Mapped, call: Call) -> list[Cell]:
    """Return the cells that are drawn: the first steps, a gap, the last."""
    B, I, T = call.batch, call.config.input_size, call.time
    width = found.made.shape[-1]
    steps = [*range(T)] if T <= DRAWN + 1 else [*range(DRAWN), -1, T - 1]
    decoder = found.mapping == "encoder_decoder"
    drawn = []
    for n in steps:
        first, last = n == 0, n == T - 1
        given = found.mapping != "one_to_many" or first
        made = found.mapping in ("one_to_many", "aligned") or (
            found.mapping == "many_to_one" and last
        )
        name = found.made.name if found.mapping == "many_to_one" else f"y{n + 1}"
        drawn.append(
            Cell(
                label=f"step {n + 1}",
                given=Flow(f"x{n + 1}", f"({B}, {I})") if given and n >= 0 else None,
                made=Flow(name, f"({B}, {width})") if made and n >= 0 else None,
                gap=n < 0,
                fed=found.mapping == "one_to_many" and n >= 0 and not last,
                handover=decoder and last,
            )
        )
    if decoder:
        for n in range(found.made.shape[1]):
            given_ = Flow(f"shifted{n + 1}", f"({B}, {I})")
            made_ = Flow(f"y{n + 1}", f"({B}, {width})")
            drawn.append(Cell(f"step {n + 1}", given_, made_, "decoder"))
    return drawn


def show_cost(_: Call) -> None:
    """Show what the wrong slice costs, as it was measured."""
    try:
        found = measured.load()
    except ValueError as error:
        st.error(f"{error}. Fetch rnnviz again to mend it.")
        return
    accuracy = found["accuracy"]
    cost = slice_cost_text.Cost(
        accuracy,
        found["mean"],
        interval(accuracy["right"], accuracy["wrong"]),
        interval(accuracy["right"], accuracy["read_wrongly"]),
        found,
    )
    st.markdown(f"**{slice_cost_text.sentence(cost)}**")
    shares = st.column_config.ProgressColumn(format="%.1f", min_value=0, max_value=100)
    seeds = {f"seed {k}": st.column_config.NumberColumn(format="%.2f") for k in found["seeds"]}
    columns = {"mean, %": shares, **seeds}
    st.dataframe(slice_cost_text.columns(cost), hide_index=True, column_config=columns)
    st.caption(slice_cost_text.caption(cost))


VIEWS: dict[str, Callable[[Call], None]] = {
    "Proof": show_proofs,
    "What do you want?": show_wants,
    "Tensors and weights": show_table,
    "Mistakes": show_mistakes,
    "Mappings": show_mappings,
    "What it costs": show_cost,
}
