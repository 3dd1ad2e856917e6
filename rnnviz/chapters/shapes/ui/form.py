"""Form of the Shapes page: examples, a pasted constructor, and all sizes of a call."""

from __future__ import annotations

import streamlit as st

from rnnviz.chapters.shapes.ui import keys, settings
from rnnviz.core.shapes import constructor_parser
from rnnviz.core.shapes.call import Call
from rnnviz.ui.session import keys as session_keys
from rnnviz.ui.session.markdown_escape import plain
from rnnviz.ui.widgets import setting_controls
from rnnviz.ui.widgets.setting_controls import show
from rnnviz.ui.widgets.setting_kinds import Switch, Value

PASTE_HELP = (
    "A line such as nn.LSTM(12, 64, 2, batch_first=True), also of Keras. It is read, never run; a "
    "name in it gets a usual size."
)
WIDTHS = {"module": 130, "num_layers": 110, "B": 110, "T": 110}


def choose() -> Call | None:
    """Show all settings; return the call that they make, or None and say why there is none."""
    values: dict[str, Value] = {}
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        with st.container(width=390):
            before = setting_controls.presets(
                "Example",
                keys.EXAMPLE,
                settings.EXAMPLES,
                "The field's worked examples. Sets everything; change anything and it is yours.",
                keys.forget_told,
            )
        off = settings.idle(before)
        with st.container(width=430):
            st.text_input(
                "or paste a line",
                key=keys.PASTED,
                placeholder="nn.LSTM(12, 64, 2, batch_first=True)",
                on_change=_paste,
                help=PASTE_HELP,
            )
        with st.popover("Advanced", icon=":material/tune:", width="content"):
            for setting in settings.ADVANCED:
                values[setting.key] = show(setting, disabled=setting.key in off, narrow=True)
                if setting.key == "packed":
                    values[settings.LENGTHS] = _lengths(settings.LENGTHS in off)
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        for setting in settings.MAIN:
            width = "content" if isinstance(setting, Switch) else WIDTHS.get(setting.key, 140)
            with st.container(width=width):  # type: ignore[arg-type]
                values[setting.key] = show(setting, disabled=setting.key in off, narrow=True)
    _say_told()
    return next(iter(setting_controls.planned(lambda: [settings.call(values)])), None)


def _paste() -> None:
    line = keys.pasted()
    if not line.strip():
        keys.forget_told()
        return
    try:
        found = constructor_parser.parse(line)
    except constructor_parser.PastedError as error:
        keys.tell(False, f"This line was not read: {plain(str(error))}.")
        return
    session_keys.set_settings(settings.pasted(found))
    keys.tell(True, _about(found))


def _about(found: constructor_parser.Pasted) -> str:
    """Say what was assumed of a line that was read, and what of it changes no shape."""
    said = ["Read; nothing of it was run.", *(plain(hint) for hint in found.hints)]
    if found.assumed:
        said.append(f"Assumed: {plain(', '.join(found.assumed))}. Change them here as you need.")
    if found.dropout:
        one = (
            " With one layer it does nothing: see Mistakes." if found.config.num_layers == 1 else ""
        )
        said.append(f"dropout changes no shape.{one}")
    if found.config.nonlinearity != "tanh":
        said.append("nonlinearity changes no shape.")
    if found.config.num_layers > 8:
        said.append("At most 8 layers are drawn.")
    return " ".join(said)


def _say_told() -> None:
    told = keys.told()
    if told is None:
        return
    read, sentence = told
    if read:
        st.caption(sentence)
    else:
        st.warning(sentence)


def _lengths(disabled: bool) -> str:
    return st.text_input(
        "lengths",
        key=settings.LENGTHS,
        bind="query-params",
        placeholder="5, 3, 2",
        max_chars=settings.LONGEST,
        help="One for each sequence, the longest T. Empty: they fall evenly from T to 1.",
        disabled=disabled,
    )
