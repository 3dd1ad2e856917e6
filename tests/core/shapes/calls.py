"""Hypothesis strategies for calls of recurrent networks of every kind, in small sizes."""

import itertools

from hypothesis import strategies as st

from rnnviz.core.config import ModelConfig
from rnnviz.core.shapes.call import Call
from rnnviz.core.shapes.code import falling


@st.composite
def calls(draw, most=5):
    sizes = st.integers(1, most)
    cell = draw(st.sampled_from(("rnn", "gru", "lstm")))
    stepwise = draw(st.booleans())
    H = draw(sizes)
    config = ModelConfig(
        cell=cell,
        input_size=draw(sizes),
        hidden_size=H,
        num_layers=1 if stepwise else draw(st.integers(1, 3)),
        bidirectional=not stepwise and draw(st.booleans()),
        bias=draw(st.booleans()),
        proj_size=draw(st.integers(0, H - 1)) if cell == "lstm" and not stepwise else 0,
        nonlinearity=draw(st.sampled_from(("tanh", "relu"))) if cell == "rnn" else "tanh",
    )
    unbatched = draw(st.booleans())
    batch, time = 1 if unbatched else draw(sizes), draw(sizes)
    lengths = ()
    if not (stepwise or unbatched) and draw(st.booleans()):
        lengths = draw(st.lists(st.integers(1, time), min_size=batch, max_size=batch))
        time = max(lengths)
    sources = ("vectors", "tokens", *(() if unbatched else ("pictures",)))
    return Call(
        config,
        batch,
        time,
        draw(st.booleans()),
        stepwise=stepwise,
        unbatched=unbatched,
        lengths=tuple(lengths),
        state_given=draw(st.booleans()),
        source=draw(st.sampled_from(sources)),
        vocabulary=draw(sizes),
        head=draw(st.sampled_from(("none", "last", "steps"))),
        classes=draw(sizes),
    )


def matrix():
    """Every setting that the page has, in small sizes: B, T, I and H differ."""
    for cell, stepwise, layers, two, first, bias in itertools.product(
        ("rnn", "gru", "lstm"), (False, True), (1, 2), (False, True), (True, False), (True, False)
    ):
        if stepwise and (layers > 1 or two):
            continue
        for proj, (unbatched, packed), given, (source, head) in itertools.product(
            (0, 2) if cell == "lstm" and not stepwise else (0,),
            ((False, False), (True, False)) + (() if stepwise else ((False, True),)),
            (False, True),
            (("vectors", "none"), ("tokens", "steps"), ("pictures", "last")),
        ):
            if unbatched and source == "pictures":
                continue
            B = 1 if unbatched else 3
            yield Call(
                ModelConfig(cell, 5, 4, layers, two, bias=bias, proj_size=proj),
                B,
                6,
                first,
                stepwise=stepwise,
                unbatched=unbatched,
                lengths=falling(B, 6) if packed else (),
                state_given=given,
                source=source,
                head=head,
                vocabulary=7,
                classes=2,
            )
