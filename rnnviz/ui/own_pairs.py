"""One's own lines: any source and target of equal length, learnt by the three networks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from rnnviz.bench.hello import NETWORKS
from rnnviz.core.text_config import TextConfig
from rnnviz.data import characters as texts
from rnnviz.plots import character_words, characters
from rnnviz.training import text_tasks
from rnnviz.training.groups import Kind
from rnnviz.training.lessons import Standing
from rnnviz.ui import hello, hello_below, state, text_lesson, text_moments, text_state
from rnnviz.ui.plain_words import plain
from rnnviz.ui.settings import Choice, Number, Value

KIND: Kind = "pairs"
MORE = (
    Number("pairs_epochs", "Epochs", 100, 1, 1000, "Each is one step on all lines."),
    Choice("pairs_lr", "Learning rate", "0.05", text_lesson.RATES, "Of Adam."),
    Number("pairs_seed", "Seed", 0, 0, 999, "Of the first weights."),
)
SOURCE, TARGET = "never odd or even\n中文也可以", "neve ro ddo reven\n以可也文中"
DELAY = 2
BUILDERS: Mapping[str, Callable[[str], texts.Line]] = {
    "Shift by one": texts.shifted,
    "Reverse": texts.reversed_line,
    f"Copy {DELAY} later": lambda line: texts.delayed(line, DELAY),
}


def show() -> None:
    """Show the lesson with all its controls, and again while it trains."""
    left, right = st.columns(2, gap="medium")
    with left:
        source = text_lesson.area(
            text_state.OWN_SOURCE, "Source: what is read, one example a line", SOURCE
        )
    with right:
        target = text_lesson.area(
            text_state.OWN_TARGET, "Target: what is to be answered to it", TARGET
        )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        for name in BUILDERS:
            st.button(
                name,
                key=f"build_{name}",
                on_click=_build,
                args=(name,),
                help="Make source and target of the lines in the source",
            )
        values = text_lesson.choose(MORE)
    planned = text_lesson.plan(lambda: plan(source, target, values))
    text_lesson.live(KIND, planned, "three networks", lambda found: _picture(planned, found))
    with st.expander("Why? What can be learnt here"):
        st.markdown(MEANING)


def plan(source: str, target: str, values: Mapping[str, Value]) -> list[TextConfig]:
    """Return the three networks that texts and settings ask for.

    Raises:
        ValueError: If that cannot be learnt, in words.
    """
    lines = texts.pairs(source, target).lines
    return [
        text_tasks.config_of(
            network,
            lines,
            num_layers=2 if network == "embedding" else 1,
            hidden_size=32,
            epochs=int(values["pairs_epochs"]),
            batch_size=len(lines),
            lr=float(values["pairs_lr"]),
            seed=int(values["pairs_seed"]),
        )
        for network in NETWORKS
    ]


def _build(name: str) -> None:
    source = state.value(text_state.OWN_SOURCE, SOURCE)
    try:
        texts.check_size(source, texts.MOST_LINES * texts.LONGEST, "source")
        built = [BUILDERS[name](line) for line in source.splitlines()]
    except ValueError as error:
        state.note(f"{str(error)[0].upper()}{str(error)[1:]}.")
        return
    state.set_settings(
        {
            text_state.OWN_SOURCE: "\n".join(one for one, _ in built),
            text_state.OWN_TARGET: "\n".join(other for _, other in built),
        }
    )


def _picture(planned: Sequence[TextConfig], found: Standing | None) -> None:
    trained = text_lesson.configs_of(found)
    first = next(iter([*trained, *planned]), None)
    if first is None:
        return
    line = _line(first)
    shown = text_moments.of_all(found, line)
    shares: dict[str, float] = {
        part.config.network: float(part.snapshot.held_out.accuracy[-1])
        for part in (found.parts if found else ())
        if isinstance(part.config, TextConfig)
        and part.snapshot is not None
        and len(part.snapshot.held_out.accuracy)
    }
    said: dict[str, str] = {
        each.config.network: plain(character_words.shorter(each.said[-1].said)) for each in shown
    }
    st.markdown(f"**{character_words.fitted(shares, said, len(first.pairs))}**")
    fresh = shown or text_moments.untrained(trained or planned, line)
    hello.show_spelled(found, fresh, first, f"{text_state.SPELLED}_own")
    losses: dict[str, tuple[character_words.Floats, character_words.Floats]] = {
        part.config.network: (part.snapshot.history.step, part.snapshot.history.loss)
        for part in (found.parts if found else ())
        if isinstance(part.config, TextConfig) and part.snapshot is not None
    }
    chart = characters.losses(losses, text_lesson.theme(), first.steps)
    st.echarts_chart(chart, key=text_state.OWN_LOSS, height=260, alt="Loss over the training")
    if shown:
        hello_below.show_own(found, shown[0].steps, line[0])
    with st.expander("The numbers behind it"):
        st.dataframe(
            {
                "network": [character_words.NAMES[one.config.network] for one in shown],
                "says": [one.said[-1].said for one in shown],
                "loss of this line": [one.said[-1].loss for one in shown],
                "parameters": [one.config.parameters for one in shown],
            },
            hide_index=True,
        )


def _line(config: TextConfig) -> texts.Line:
    """Let the person choose which line is looked at."""
    count = len(config.pairs)
    if count < 2:
        return config.pairs[0]
    number = st.selectbox(
        "Line",
        range(1, count + 1),
        key=text_state.OWN_LINE,
        width=320,
        format_func=lambda n: f"{n}: {config.pairs[n - 1][0]}" if n <= count else "",
    )
    return config.pairs[min(number, count) - 1]


MEANING = f"""
- Source and target need as many characters in each line; a character is what a reader takes for
  one (é, 한, an emoji with its skin tone), right-to-left writing too. At most {texts.MOST_LINES}
  lines of {texts.LONGEST} characters, and {texts.MOST_SYMBOLS} different ones.
- All networks read from the first character on and cannot look ahead: what depends on later
  characters, as reversing does, can only be learnt by heart.
- **Another character first**: how far each later state moves tells how long it is held. The **map**
  shows the embedding's vectors on the two axes along which they differ most.
- `nn.RNNCell` and `nn.RNN` have as many units as there are symbols, the embedding two layers of 32.
"""
