"""View "hello": three networks learn hello → ohlol, with their predictions in each epoch."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from rnnviz.chapters.characters import backward_in_loop, hello, spelling, text, text_training
from rnnviz.chapters.characters.config import TextConfig
from rnnviz.chapters.characters.models import CharCell, CharEmbeddingRNN, CharRNN
from rnnviz.chapters.characters.ui import hello_details, keys, run_panel, text_checkpoint_cache
from rnnviz.chapters.characters.ui.components.letter_steps import spelled
from rnnviz.chapters.characters.ui.text_checkpoint_cache import Moments
from rnnviz.training.jobs.side_by_side import Standing
from rnnviz.ui.widgets import setting_controls
from rnnviz.ui.widgets.setting_kinds import Choice, Number

KIND = "characters"
KEY = f"{keys.SPELLED}_hello"
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
    run_panel.live(KIND, planned, "three networks", lambda found: _picture(planned, found), "words")
    _mistakes()
    with st.expander("Why? What the numbers mean"):
        st.markdown(MEANING)


def _choose() -> list[TextConfig]:
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        with st.container(width=320):
            seed = int(setting_controls.show(SEED))
        values = setting_controls.more(MORE)
    return plan(seed, int(values["hello_epochs"]), float(values["hello_lr"]))


def plan(seed: int, epochs: int, lr: float) -> list[TextConfig]:
    """Return the three networks that settings ask for."""
    line = ((hello.SOURCE, hello.TARGET),)
    return [
        text_training.config_of(
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
    shown = text_checkpoint_cache.of_all(found)
    first = shown[0].config if shown else planned[0]
    done = found is not None and found.over and not found.can_go_on
    told: dict[str, list[str]] = {
        each.config.network: [one.said for one in each.said] for each in shown
    }
    said = text.sentence(told, first.pairs[0][1], first.training.epochs, done=done)
    st.markdown(f"**{said}**")
    show_spelled(found, shown or text_checkpoint_cache.untrained(planned), first, KEY)
    _print_outs(shown)
    known = spelling.measured()
    shares: dict[str, float] = {network: known.share(network) for network in hello.NETWORKS}
    st.markdown(text.rates(shares, known.seeds, known.epochs, hello.TARGET))
    st.caption("Made by `python -m rnnviz bench hello`. " + text.floor(4, 5))
    if shown:
        hello_details.show(run_panel.by_network(found), shown[0].steps)


def show_spelled(
    found: Standing | None, shown: Sequence[Moments], first: TextConfig, key: str
) -> None:
    """Show networks unrolled over the line that they were asked."""
    vocabulary = text_training.alphabet(first)
    asked = shown[0].said[0]
    count = min(len(each.said) for each in shown)
    spelled(
        f"{found.id if found else ''} {''.join(asked.source)}",
        (asked.source, asked.target),
        vocabulary.symbols,
        shown[0].epochs[:count],
        [
            text_checkpoint_cache.as_spelled(each, text.NAMES[each.config.network], count)
            for each in shown
        ],
        key=key,
    )


def _print_outs(shown: Sequence[Moments]) -> None:
    by = {each.config.network: each for each in shown}
    for column, network in zip(st.columns(3, gap="medium"), hello.NETWORKS, strict=True):
        with column:
            st.markdown(f"`{text.NAMES[network]}`, epoch by epoch")
            said = by[network].said if network in by else ()
            told = text.print_out([one.said for one in said[:-1]], [one.loss for one in said[:-1]])
            st.code(told or "…", language=None, height=200)
            with st.expander("The lines that run"):
                st.code(backward_in_loop.shown(MODELS[network]))


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
                        f"It runs; after {backward_in_loop.EPOCHS} epochs it says "
                        f"“{attempt.said}”. Largest gradient of the last character's loss "
                        f"at the first h: {attempt.reach:.2g}."
                    )


@st.cache_data(show_spinner=False)
def _attempts() -> list[backward_in_loop.Attempt]:
    return [backward_in_loop.tried(epoch) for epoch in backward_in_loop.ATTEMPTS]


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
