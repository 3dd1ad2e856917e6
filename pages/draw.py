"""Draw page: an LSTM's predictions while the user draws a digit."""

from __future__ import annotations

import streamlit as st

from rnnviz.chapters.draw.ui import view as draw_view
from rnnviz.ui.session import keys as session_keys
from rnnviz.ui.widgets import controls, pad
from rnnviz.ui.widgets.fragment import fragment

st.title("What does an LSTM see while I draw?")
intro = st.container()
notes, top = st.container(), st.container()
with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
    with st.container(width=300):
        model = controls.model()
    with st.container(width=200):
        pen_width = controls.pen_width()
    with st.container(width=480):
        controls.test_digits()
    controls.upload()
    controls.uploaded_digit()
intro.markdown(draw_view.intro(model))


@fragment(key=session_keys.LIVE)
def live() -> None:
    """Answer each stroke while the pen is down."""
    draw_view.answer(model, pen_width, not pad.without_framing())


@fragment(key=session_keys.BELOW)
def below() -> None:
    """Show the reading at leisure, once the pen is lifted."""
    st.header(f"The same, {model.word} by {model.word}")
    st.markdown(
        f"Step through the {model.word}s with the buttons, the slider, or the arrow keys and Space."
    )
    draw_view.show_player(model, pen_width, not pad.without_framing())
    st.header("How the drawing became 28 × 28")
    st.markdown(
        "MNIST's digits were all brought into the same frame; "
        "a network trained on them expects yours there too."
    )
    draw_view.show_framing(model, pen_width)


with top:
    live()
below()
controls.framed()
with notes:
    controls.notes()
with st.expander("Why? What the numbers mean"):
    st.markdown(draw_view.MEANING)
