"""Shapes page: the blocks of a call's tensors, and a sentence about them."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import streamlit as st

from rnnviz.chapters.shapes import slice_text
from rnnviz.chapters.shapes.ui import keys, slice_link
from rnnviz.chapters.shapes.ui.components import shapes as view
from rnnviz.chapters.shapes.ui.components.shapes import Block, Product, Scene
from rnnviz.core.shapes import run as shapes_run
from rnnviz.core.shapes import slices
from rnnviz.core.shapes import table as shapes_table
from rnnviz.core.shapes.call import Call
from rnnviz.core.shapes.input_product import pull
from rnnviz.core.shapes.proofs import Proof, prove
from rnnviz.core.shapes.run import Run
from rnnviz.core.shapes.table import GATES
from rnnviz.ui.server import embedded_models

DRAWN = ("ids", "images", "x", "output", "h_n", "c_n", "h", "c", "logits")  # in this order

MEANING = """
**T** time steps · **B** batch · **I** input_size · **H** hidden_size · **P** the width of h:
proj_size, or H where it is 0 · **D** directions.

**output** holds the top layer's h after every step; of two directions the forward one lies in
`[..., :P]`, the reverse one in `[..., P:]`. **h_n** holds the state in which each layer and
direction ended, the reverse one at step 0; **c_n** is the LSTM's other state, which never comes
out otherwise.

`batch_first` swaps the first two axes of input and output. It never touches h_n and c_n.

Everything on this page is run on a real module with random weights and random input; torch's own
chance is left as it was. A pasted line is read, never run. No size may be above 4,096, and all
tensors and weights together hold at most 16,777,216 numbers.
"""


@lru_cache(maxsize=2)
def ran(call: Call) -> Run:
    """Run a call, or one of fewer sequences if it would take too long."""
    return shapes_run.run(shapes_run.fitting(call))


@lru_cache(maxsize=2)
def proved(call: Call) -> tuple[Proof, ...]:
    """Prove the slices of a call."""
    return prove(ran(call))


def show(call: Call) -> None:
    """Show the sentence and the blocks of a call."""
    embedded_models.one_thread()
    with st.spinner("Running it", show_time=False):
        proofs = proved(call)
    st.markdown(f"**{slice_text.headline(call, proofs)}**")
    run = ran(call)
    pulled = pull(run)
    product = Product(
        *(one.float().contiguous().numpy() for one in (pulled.x, pulled.weight, pulled.product))
    )
    shown = scene(call, proofs)
    cut = slice_link.now(call, [block.name for block in shown.blocks])
    view.blocks(str(call), shown, product, cut, key=keys.BLOCKS, on_set=slice_link.SET.take)
    slice_link.link(call, cut)
    if (small := run.call) != call:
        st.caption(
            f"One reading of this takes {call.work:,} multiplications. What is run here, below "
            f"and in the product, is B = {small.batch}, T = {small.time} of it; the blocks are "
            "the whole."
        )


def scene(call: Call, proofs: tuple[Proof, ...]) -> Scene:
    """Say what the picture is made of."""
    other = replace(call, batch_first=not call.batch_first)
    found = shapes_table.named(call)
    drawn = [
        Block(
            name,
            found[name].letters,
            found[name].shape,
            slices.roles(call, name),
            slices.roles(other, name),
        )
        for name in DRAWN
        if name in found
    ]
    return Scene(
        blocks=drawn,
        sizes=shapes_table.sizes(call),
        batch_first=call.batch_first,
        orders=not call.unbatched,
        module=call.module,
        facts=slice_text.facts(call, proofs) if ran(call).call == call else {},
        weight="weight_ih" if call.stepwise else "weight_ih_l0",
        gates=GATES[call.config.cell],
    )
