"""hello → ohlol: three networks say it, epoch by epoch, each in its own few lines."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from rnnviz.bench import hello
from rnnviz.core.char_models import CharCell, CharEmbeddingRNN, CharRNN
from rnnviz.core.text_config import TextConfig
from rnnviz.plots import character_words
from rnnviz.training import loop_mistakes, saying, text_tasks
from rnnviz.training.groups import Kind
from rnnviz.training.lessons import Standing
from rnnviz.ui import hello_below, sidebar, text_lesson, text_moments, text_state
from rnnviz.ui.components.spelled import spelled
from rnnviz.ui.settings import Choice, Number, Value
from rnnviz.ui.text_moments import Moments

KIND: Kind = "characters"
KEY = f"{text_state.SPELLED}_hello"
MODELS = {"cell": CharCell, "rnn": CharRNN, "embedding": CharEmbeddingRNN}
SEED = Number("hello_seed", "Seed", 0, 0, 999, "Of the first weights; another seed, another luck.")
MORE = (
    Number("hello_epochs", "Epochs", hello.EPOCHS, 1, 59, "Each is one step on the whole word."),
    Choice(
        "hello_lr",
        "Learning rate",
        "0.1",
        ("0.001", "0.01", "0.03", "0.05", "0.1", "0.2", "0.5", "1"),
        "Of Adam.",
    ),
)


def show() -> None:
    """Show the lesson with all its controls, and again while it trains."""
    planned = _choose()
    text_lesson.live(
        KIND, planned, "three networks", lambda found: _picture(planned, found), "words"
    )
    _mistakes()
    with st.expander("Why? What the numbers mean"):
        st.markdown(MEANING)


def _choose() -> list[TextConfig]:
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        with st.container(width=320):
            seed = int(sidebar.show(SEED))
        with st.popover("More", icon=":material/tune:"):
            values: dict[str, Value] = {one.key: sidebar.show(one) for one in MORE}
    return plan(seed, int(values["hello_epochs"]), float(values["hello_lr"]))


def plan(seed: int, epochs: int, lr: float) -> list[TextConfig]:
    """Return the three networks that settings ask for."""
    line = ((hello.SOURCE, hello.TARGET),)
    return [
        text_tasks.config_of(
            network,
            line,
            num_layers=2 if network == "embedding" else 1,
            epochs=epochs,
            batch_size=1,
            lr=lr,
            seed=seed,
        )
        for network in hello.NETWORKS
    ]


def _picture(planned: Sequence[TextConfig], found: Standing | None) -> None:
    shown = text_moments.of_all(found)
    first = shown[0].config if shown else planned[0]
    done = found is not None and found.over and not found.can_go_on
    told: dict[str, list[str]] = {
        each.config.network: [one.said for one in each.said] for each in shown
    }
    said = character_words.sentence(told, first.pairs[0][1], first.training.epochs, done=done)
    st.markdown(f"**{said}**")
    show_spelled(found, shown or text_moments.untrained(planned), first, KEY)
    _print_outs(shown)
    known = saying.measured()
    shares: dict[str, float] = {network: known.share(network) for network in hello.NETWORKS}
    st.markdown(character_words.rates(shares, known.seeds, known.epochs, hello.TARGET))
    st.caption("Made by `python -m rnnviz bench hello`. " + character_words.floor(4, 5))
    if shown and found is not None:
        hello_below.show(found, shown[0].steps)


def show_spelled(
    found: Standing | None, shown: Sequence[Moments], first: TextConfig, key: str
) -> None:
    """Show networks unrolled over the line that they were asked."""
    vocabulary = text_tasks.alphabet(first)
    asked = shown[0].said[0]
    count = min(len(each.said) for each in shown)
    spelled(
        f"{found.id if found else ''} {''.join(asked.source)}",
        (asked.source, asked.target),
        vocabulary.symbols,
        shown[0].epochs[:count],
        [
            text_moments.as_spelled(each, character_words.NAMES[each.config.network], count)
            for each in shown
        ],
        key=key,
    )


def _print_outs(shown: Sequence[Moments]) -> None:
    by = {each.config.network: each for each in shown}
    for column, network in zip(st.columns(3, gap="medium"), hello.NETWORKS, strict=True):
        with column:
            st.markdown(f"`{character_words.NAMES[network]}`, epoch by epoch")
            said = by[network].said if network in by else ()
            told = character_words.print_out(
                [one.said for one in said[:-1]], [one.loss for one in said[:-1]]
            )
            st.code(told or "…", language=None, height=200)
            with st.expander("The lines that run"):
                st.code(loop_mistakes.shown(MODELS[network]))


def _mistakes() -> None:
    with st.expander("What if `backward()` and `step()` stand inside the character loop?"):
        attempts = _attempts()
        for column, attempt in zip(st.columns(2) * 2, attempts, strict=True):
            with column:
                st.markdown(f"**{attempt.title}**")
                st.code(attempt.source)
                if attempt.error:
                    st.error(f"torch answers: {attempt.error}", icon=":material/block:")
                else:
                    st.success(
                        f"It runs; after {loop_mistakes.EPOCHS} epochs it says “{attempt.said}”. "
                        "Largest gradient of the last character's loss at the first h: "
                        f"{attempt.reach:.2g}."
                    )


@st.cache_data(show_spinner=False)
def _attempts() -> list[loop_mistakes.Attempt]:
    return [loop_mistakes.tried(epoch) for epoch in loop_mistakes.ATTEMPTS]


MEANING = """
- **The task**: each character of “hello” is answered by one of “ohlol”. The two l's are answered by
  different letters, so a network must know what came before.
- **nn.RNNCell** does one step; the loop over the characters is one's own. **nn.RNN** loops inside.
  With the same weights they are the same, and with the same seed they begin with the same weights.
  Both read one-hot columns (e, h, l, o) and have 4 units: h itself is the answer.
- **nn.Embedding** looks up a learnt vector of 10 numbers for each character; two layers of 8 units
  read them, and `nn.Linear` answers.
- The loss is the cross-entropy summed over the five steps; Adam; an epoch is one step. The line of
  an epoch stands before its step, as notebooks print it.
- In the picture *after epochs* 0 are the first weights. What is said is the likeliest character.
"""
