"""View "My text": three networks trained on the user's own lines of source and target."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from rnnviz.chapters.characters import pairs, text, text_training, vocabulary
from rnnviz.chapters.characters.config import MOST_LINE_SYMBOLS, TextConfig
from rnnviz.chapters.characters.hello import NETWORKS
from rnnviz.chapters.characters.ui import (
    hello_details,
    hello_view,
    keys,
    run_panel,
    text_checkpoint_cache,
)
from rnnviz.training.jobs.side_by_side import Standing
from rnnviz.ui.session import keys as session_keys
from rnnviz.ui.session.markdown_escape import plain, sentence
from rnnviz.ui.widgets import setting_controls
from rnnviz.ui.widgets.setting_kinds import Choice, Number, Value

KIND = "pairs"
MORE = (
    Number("pairs_epochs", "Epochs", 100, 1, 1000, "Each is one step on all lines."),
    Choice("pairs_lr", "Learning rate", "0.05", run_panel.RATES, "Of Adam."),
    Number("pairs_seed", "Seed", 0, 0, 999, "Of the first weights."),
)
SOURCE, TARGET = "never odd or even\n中文也可以", "neve ro ddo reven\n以可也文中"
DELAY = 2
BUILDERS: Mapping[str, Callable[[str], vocabulary.Line]] = {
    "Shift by one": pairs.shifted,
    "Reverse": pairs.reversed_line,
    f"Copy {DELAY} later": lambda line: pairs.delayed(line, DELAY),
}


def show() -> None:
    """Show the lesson with all its controls, and again while it trains."""
    left, right = st.columns(2, gap="medium")
    with left:
        source = run_panel.area(keys.OWN_SOURCE, "Source: what is read, one example a line", SOURCE)
    with right:
        target = run_panel.area(keys.OWN_TARGET, "Target: what is to be answered to it", TARGET)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        for name in BUILDERS:
            st.button(
                name,
                key=f"build_{name}",
                on_click=_build,
                args=(name,),
                help="Make source and target of the lines in the source",
            )
        values = setting_controls.more(MORE)
    planned = setting_controls.planned(lambda: plan(source, target, values))
    run_panel.live(KIND, planned, "three networks", lambda found: _picture(planned, found))
    with st.expander("Why? What can be learnt here"):
        st.markdown(MEANING)


def plan(source: str, target: str, values: Mapping[str, Value]) -> list[TextConfig]:
    """Return the three networks that texts and settings ask for.

    Raises:
        ValueError: If that cannot be learnt, in words.
    """
    lines = pairs.pairs(source, target).lines
    return [
        text_training.config_of(
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
    source = session_keys.value(keys.OWN_SOURCE, SOURCE)
    try:
        vocabulary.check_size(source, pairs.MOST_LINES * pairs.LONGEST, "source")
        built = [BUILDERS[name](line) for line in source.splitlines()]
    except ValueError as error:
        session_keys.note(sentence(str(error)))
        return
    session_keys.set_settings(
        {
            keys.OWN_SOURCE: "\n".join(one for one, _ in built),
            keys.OWN_TARGET: "\n".join(other for _, other in built),
        }
    )


def _picture(planned: Sequence[TextConfig], found: Standing | None) -> None:
    trained = run_panel.configs_of(found)
    first = next(iter([*trained, *planned]), None)
    if first is None:
        return
    line = _line(first)
    shown = text_checkpoint_cache.of_all(found, line)
    parts = run_panel.by_network(found)
    shares: dict[str, float] = {
        network: float(part.snapshot.held_out.accuracy[-1])
        for network, part in parts.items()
        if part.snapshot is not None and len(part.snapshot.held_out.accuracy)
    }
    said: dict[str, str] = {
        each.config.network: plain(text.shorter(each.said[-1].said)) for each in shown
    }
    st.markdown(f"**{text.fitted(shares, said, len(first.pairs))}**")
    fresh = shown or text_checkpoint_cache.untrained(trained or planned, line)
    hello_view.show_spelled(found, fresh, first, f"{keys.SPELLED}_own")
    run_panel.loss_chart(parts, first.steps, keys.OWN_LOSS, 260)
    if shown:
        hello_details.show_own(parts, shown[0].steps, line[0])
    with st.expander("The numbers behind it"):
        st.dataframe(
            {
                "network": [text.NAMES[one.config.network] for one in shown],
                "says": [one.said[-1].said for one in shown],
                "loss of this line": [one.said[-1].loss for one in shown],
                "parameters": [one.config.parameters for one in shown],
            },
            hide_index=True,
        )


def _line(config: TextConfig) -> vocabulary.Line:
    """Let the person choose which line is looked at."""
    count = len(config.pairs)
    if count < 2:
        return config.pairs[0]
    number = st.selectbox(
        "Line",
        range(1, count + 1),
        key=keys.OWN_LINE,
        width=320,
        format_func=lambda n: f"{n}: {config.pairs[n - 1][0]}" if n <= count else "",
    )
    return config.pairs[min(number, count) - 1]


MEANING = f"""
- Source and target need as many characters in each line; a character is what a reader takes for
  one (é, 한, an emoji with its skin tone), right-to-left writing too. At most {pairs.MOST_LINES}
  lines of {pairs.LONGEST} characters, and {MOST_LINE_SYMBOLS} different ones.
- All networks read from the first character on and cannot look ahead: what depends on later
  characters, as reversing does, can only be learnt by heart.
- **Another character first**: how far each later state moves tells how long it is held. The **map**
  shows the embedding's vectors on the two axes along which they differ most.
- `nn.RNNCell` and `nn.RNN` have as many units as there are symbols, the embedding two layers of 32.
"""
