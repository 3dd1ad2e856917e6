"""Panel that the Characters views share: run buttons, progress, settings, text fields."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from rnnviz.chapters.characters import charts, text, text_encoding
from rnnviz.chapters.characters.config import TextConfig
from rnnviz.chapters.characters.ui import keys
from rnnviz.training.jobs.side_by_side import Part, Standing
from rnnviz.training.tasks.spec import AnyConfig
from rnnviz.ui.figures import palette, progress_text
from rnnviz.ui.server import embedded_models
from rnnviz.ui.widgets import run_downloads, run_group
from rnnviz.ui.widgets.fragment import fragment

RATES = ("0.001", "0.003", "0.005", "0.01", "0.02", "0.03", "0.05", "0.1", "0.2")


def live(
    kind: str,
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
    found = run_group.standing(kind)
    tick_s = run_group.tick_s(found)

    @fragment(key=f"{keys.LIVE_TEXTS}_{kind}", run_every=tick_s)
    def ticking() -> None:
        embedded_models.one_thread()
        found = run_group.standing(kind)
        run_group.buttons(kind, planned, found, what=what)
        run_group.endings(found)
        share, words = run_group.words(found, unit)
        st.progress(share, words)
        picture(found)
        if run_group.tick_s(found) != tick_s:
            st.rerun()

    ticking()
    if below is not None:
        below()
    run_downloads.show_group(kind, "characters", name)


def name(config: AnyConfig) -> str:
    """Return what tells a network from those beside it."""
    if isinstance(config, TextConfig) and config.network == "writer":
        return "with a teacher" if config.teacher_forcing else "without"
    if isinstance(config, TextConfig) and config.network in text.NAMES:
        return text.NAMES[config.network]
    return progress_text.network(config.model)


def area(key: str, label: str, default: str, placeholder: str | None = None) -> str:
    """Let a person write a text, kept in the link as far as that carries it; return the text."""
    keys.linked_text(key, default)
    found = st.text_area(
        label, key=key, persist_state="session", height=110, placeholder=placeholder
    )
    found = text_encoding.without_mark(found)
    if not keys.link_text(key, found, default):
        too_long(len(found))
    return found


def too_long(count: int) -> None:
    """Say that something is not in the link."""
    st.caption(
        f"These {count:,} characters are too many for a link, which carries "
        f"{keys.LONGEST_LINK:,}: it keeps the settings, and a training with its text."
    )


def first_of(
    found: Standing | None, planned: Sequence[TextConfig]
) -> tuple[Part | None, TextConfig | None]:
    """Return the first run of a lesson, and what it trains or else Start would train."""
    part = next(iter(found.parts if found is not None else ()), None)
    if part is not None and isinstance(part.config, TextConfig):
        return part, part.config
    return part, next(iter(planned), None)


def loss_chart(parts: Mapping[str, Part | None], steps: int, key: str, height: int = 300) -> None:
    """Show the losses of runs, by their names, over a training of so many steps."""
    curves = {
        name: (part.snapshot.history.step, part.snapshot.history.loss)
        for name, part in parts.items()
        if part is not None and part.snapshot is not None
    }
    chart = charts.losses(curves, theme(), steps)
    st.echarts_chart(chart, key=key, height=height, alt="Loss over the training")


def by_network(found: Standing | None) -> dict[str, Part]:
    """Return the runs of a lesson that are there, by the name of their networks."""
    return {
        part.config.network: part
        for part in (found.parts if found is not None else ())
        if isinstance(part.config, TextConfig) and part.snapshot is not None
    }


def configs_of(found: Standing | None) -> list[TextConfig]:
    """Return what the runs of a lesson train."""
    parts = found.parts if found is not None else ()
    return [part.config for part in parts if isinstance(part.config, TextConfig)]


def theme() -> palette.Palette:
    """Return the colours of the theme that is shown."""
    return palette.DARK if st.context.theme.type == "dark" else palette.LIGHT
