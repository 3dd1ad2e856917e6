"""What the views of the characters page share: a ticking fragment, choices, sentences of errors."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from rnnviz.core.config import Cell
from rnnviz.core.tasks import AnyConfig
from rnnviz.core.text_config import TextConfig
from rnnviz.plots import character_words, palette, progress
from rnnviz.training.groups import Kind
from rnnviz.training.lessons import Standing
from rnnviz.ui import lesson_home, lessons, models, sidebar, text_state
from rnnviz.ui.plain_words import plain
from rnnviz.ui.settings import Setting, Value

RATES = ("0.001", "0.003", "0.005", "0.01", "0.02", "0.03", "0.05", "0.1", "0.2")


def live(
    kind: Kind,
    planned: Sequence[TextConfig],
    what: str,
    picture: Callable[[Standing | None], None],
    unit: str = "lines",
    below: Callable[[], None] | None = None,
) -> None:
    """Show buttons, progress and a picture, again while something trains; then what to take home.

    Args:
        kind: Of the lesson.
        planned: What Start would train; none if that cannot be.
        what: Is trained, e.g. "three networks".
        picture: Shows the rest, of how the runs stand.
        unit: What is learnt.
        below: Shows what follows the picture, by itself.
    """
    found = lessons.standing(kind)
    tick_s = lessons.tick_s(found)

    @st.fragment(key=f"{text_state.LIVE_TEXTS}_{kind}", run_every=tick_s)
    def ticking() -> None:
        models.one_thread()
        found = lessons.standing(kind)
        lessons.buttons(kind, planned, found, what=what)
        lessons.endings(found)
        share, words = lessons.words(found, unit)
        st.progress(share, words)
        picture(found)
        if lessons.tick_s(found) != tick_s:
            st.rerun()

    ticking()
    if below is not None:
        below()
    lesson_home.show(kind, "characters", name)


def name(config: AnyConfig) -> str:
    """Return what tells a network from those beside it."""
    if isinstance(config, TextConfig) and config.network == "writer":
        return "with a teacher" if config.teacher_forcing else "without"
    if isinstance(config, TextConfig) and config.network in character_words.NAMES:
        return character_words.NAMES[config.network]
    return progress.network(config.model)


def area(key: str, label: str, default: str, placeholder: str | None = None) -> str:
    """Let a person write a text, kept in the link as far as that carries it; return the text."""
    text_state.linked_text(key, default)
    found = st.text_area(
        label, key=key, persist_state="session", height=110, placeholder=placeholder
    )
    if not text_state.link_text(key, found, default):
        too_long(len(found))
    return found


def too_long(count: int) -> None:
    """Say that something is not in the link."""
    st.caption(
        f"These {count:,} characters are too many for a link, which carries "
        f"{text_state.LONGEST_LINK:,}: it keeps the settings, and a training with its text."
    )


def choose(settings: Sequence[Setting]) -> Mapping[str, Value]:
    """Show settings behind a button; return their values, checked."""
    with st.popover("More", icon=":material/tune:"):
        return {setting.key: sidebar.show(setting) for setting in settings}


def plan(build: Callable[[], Sequence[TextConfig]]) -> Sequence[TextConfig]:
    """Return what `build` plans; what it refuses is said, and nothing can start."""
    try:
        return build()
    except ValueError as error:
        told = plain(str(error))  # with words of whoever made the link
        st.error(f"{told[0].upper()}{told[1:]}.", icon=":material/block:")
        return ()


def configs_of(found: Standing | None) -> list[TextConfig]:
    """Return what the runs of a lesson train."""
    parts = found.parts if found is not None else ()
    return [part.config for part in parts if isinstance(part.config, TextConfig)]


def cell(name: str) -> Cell:
    """Return the cell of a name as it is shown."""
    kinds: dict[str, Cell] = {"RNN": "rnn", "GRU": "gru", "LSTM": "lstm"}
    return kinds[name]


def theme() -> palette.Palette:
    """Return the colours of the theme that is shown."""
    return palette.DARK if st.context.theme.type == "dark" else palette.LIGHT
