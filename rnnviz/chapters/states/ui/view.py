"""States page: the choice of network, digit, layer and direction."""

from __future__ import annotations

import streamlit as st
import torch

from rnnviz.chapters.states.recording.ui import upload
from rnnviz.chapters.states.ui import keys
from rnnviz.chapters.states.ui.studied_network import Subject
from rnnviz.ui.figures import reading_text
from rnnviz.ui.server import embedded_models
from rnnviz.ui.session import keys as session_keys
from rnnviz.ui.widgets import controls, watched_digit
from rnnviz.ui.widgets.model_choice import ChosenModel
from rnnviz.ui.widgets.setting_controls import one_of

DIRECTIONS = ("forward", "reverse")


def choose() -> Subject:
    """Let the person choose a network, a digit and where in the network to look."""
    upload.settle()
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        with st.container(width=300):
            model = controls.model()
        watched_digit.probe_controls()
        with st.container(width=500):
            _next_of_a_class()
        upload.upload()
        layer, direction = _place(model)
    frame, digit = watched_digit.probe()
    known = digit.startswith("test digit")
    label = int(embedded_models.test_digits().labels[session_keys.probe_index()]) if known else None
    return Subject(model, frame, digit, label, layer, direction)


def _next_of_a_class() -> None:
    st.markdown(
        ":small[Next test digit of a class]", help="The next of MNIST's 10,000, or any at random."
    )
    with st.container(horizontal=True, gap="xsmall"):
        for digit in range(10):
            st.button(
                str(digit),
                key=f"class-{digit}",
                on_click=_take_next,
                args=(digit,),
                help=f"The next {digit} of the test set",
            )
        st.button(
            "Any",
            key="any-digit",
            icon=":material/shuffle:",
            on_click=_take_any,
            help="A random test digit",
        )


def _take_next(digit: int) -> None:
    index = embedded_models.next_of_class(digit, session_keys.probe_index())
    session_keys.watch_digit(index)


def _take_any() -> None:
    session_keys.watch_digit(int(torch.randint(len(embedded_models.test_digits().labels), ())))


def _place(model: ChosenModel) -> tuple[int, int]:
    """Let the person choose layer and direction where there are several."""
    config = model.model.config
    layers = [str(layer + 1) for layer in range(config.num_layers)]
    first, last = reading_text.STARTS[model.time_step]
    how = f"Forward it reads from {first}, in reverse from {last}."
    directions = DIRECTIONS[: config.num_directions]
    layer = one_of(
        "Layer", keys.LAYER, layers, "The first reads the digit, each other one h below."
    )
    direction = one_of("Direction", keys.DIRECTION, directions, how)
    return layers.index(layer), directions.index(direction)


MEANING = """
- **h** is what a layer hands on after each time step, **c** the LSTM's memory behind it. Blue is
  negative, orange positive, the middle is 0; gates between 0 and 1 go from pale to dark.
- **Before σ** (or before tanh) is the sum that a gate is made of. It has four terms, two from the
  weights and two biases; unfold a gate to see them.
- **Left alone at that**: if the gate stood still and nothing new came in, what is kept would shrink
  by the gate's factor at each step: it halves in ln ½ / ln f steps.
- **Belief** is the network's own head applied after each step; for two directions, the answer to
  what has been read so far, re-read from both ends.
- **Orders**: activity is the mean |h|, cluster lays units together that go up and down together,
  selectivity asks how well a unit alone tells a digit from the rest. All three over test digits.
- **In the link** is everything that is set here; a drawing stays with you.
"""
