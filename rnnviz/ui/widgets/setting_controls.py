"""Controls of settings, with their help and their values in the link, and rows of presets."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Literal, TypeVar

import streamlit as st

from rnnviz.ui.session import keys as session_keys
from rnnviz.ui.session import linked_values
from rnnviz.ui.session.markdown_escape import plain, quoted, sentence
from rnnviz.ui.widgets import training_settings
from rnnviz.ui.widgets.setting_kinds import (
    OWN,
    Choice,
    Number,
    Setting,
    Switch,
    Value,
    Values,
    preset_of,
)

Width = int | Literal["stretch"]
T = TypeVar("T")
N = TypeVar("N", bound=str)


def choose() -> Values:
    """Show all settings of a training in the sidebar; return their values."""
    with st.sidebar:
        presets(
            "Preset",
            session_keys.PRESET,
            training_settings.PRESETS,
            "Sets everything below at once; change anything and it becomes your own.",
        )
        values = {setting.key: show(setting) for setting in training_settings.OPEN}
        with st.expander("More"):
            for setting in training_settings.MORE:
                idle = setting.key == "chunk" and values["time_step"] != "pixels"
                values[setting.key] = show(setting, disabled=idle)
    return values


def presets(
    label: str,
    key: str,
    known: Mapping[str, Values],
    help_: str,
    on_change: Callable[[], None] = lambda: None,
) -> Values:
    """Let the user choose a preset, which sets all settings at once.

    A link may name a preset; a single setting in the link goes before it.

    Args:
        label: Of the control.
        key: Of the widget, and of the link.
        known: Values of all settings by the preset's name; the first are the defaults.
        help_: The control's help.
        on_change: Called when the user has chosen one.

    Returns: The values of all settings, before they are shown.
    """
    asked = session_keys.take_link_value(key)
    if asked is not None and asked in known:
        session_keys.set_settings(known[asked], unless_linked=True)
    elif asked is not None and asked != OWN:
        told = f"the {label.lower()} {quoted(asked, 40)}"
        session_keys.note(f"The link asks for {told}, which is not there.")
    values = session_keys.settings(next(iter(known.values())))
    st.session_state[key] = preset_of(values, known)
    st.selectbox(
        label,
        [*known, OWN],
        key=key,
        on_change=_take_preset,
        args=(key, known, on_change),
        help=help_,
    )
    return values


def _take_preset(key: str, known: Mapping[str, Values], on_change: Callable[[], None]) -> None:
    on_change()
    session_keys.set_settings(known.get(str(st.session_state.get(key)), {}))


def more(settings: Sequence[Setting], label: str = "More") -> dict[str, Value]:
    """Show settings behind a button; return their values."""
    with st.popover(label, icon=":material/tune:"):
        return {setting.key: show(setting) for setting in settings}


def planned(build: Callable[[], Sequence[T]]) -> Sequence[T]:
    """Return what settings plan; if they cannot be, show why and return nothing."""
    try:
        return build()
    except ValueError as error:  # perhaps with words of whoever made the link
        st.error(sentence(plain(str(error))), icon=":material/block:")
        return ()


def show(setting: Setting, *, disabled: bool = False, narrow: bool = False) -> Value:
    """Show one setting; return its value, checked whatever the link says.

    Args:
        setting: Which.
        disabled: Whether it has no effect beside the others.
        narrow: Whether there is no room for a slider.
    """
    key, label, help_ = setting.key, setting.label, setting.help
    if isinstance(setting, Switch):
        return switch(label, key, help_, default=setting.default, disabled=disabled)
    if isinstance(setting, Number):
        limits = setting.least, setting.most, setting.default
        return number(label, key, *limits, help_, disabled=disabled, narrow=narrow)
    return _choice(setting, disabled=disabled, narrow=narrow)


def _choice(setting: Choice, *, disabled: bool, narrow: bool) -> str:
    label, options, default = setting.label, setting.options, setting.default
    linked_values.check_choice(setting.key, options, default)
    rest: dict[str, Any] = {
        "key": setting.key,
        "bind": "query-params",
        "help": setting.help,
        "disabled": disabled,
    }
    if len(options) > 5 and not narrow:
        value: str | None = st.select_slider(label, options, default, **rest)
    else:
        value = st.selectbox(label, options, options.index(default), **rest)
    return value if value in options else default


def switch(
    label: str, key: str, help_: str, *, default: bool = False, disabled: bool = False
) -> bool:
    """Let the user switch something on or off; the link has it."""
    linked_values.check_choice(key, ("true", "false"), str(default).lower())
    value = st.toggle(label, default, key=key, bind="query-params", help=help_, disabled=disabled)
    return bool(value)


def number(
    label: str,
    key: str,
    least: int,
    most: int,
    default: int,
    help_: str = "",
    *,
    step: int = 1,
    width: Width = "stretch",
    disabled: bool = False,
    narrow: bool = False,
) -> int:
    """Let the user set a whole number from `least` to `most`; the link has it.

    Args:
        label: Of the control.
        key: Of the widget, and of the link.
        least: The smallest number.
        most: The largest number.
        default: The number of a link that has none.
        help_: The control's help.
        step: Difference of two neighboring numbers.
        width: In pixels, or all there is.
        disabled: Whether it has no effect beside the others.
        narrow: Whether there is no room for a slider.
    """
    linked_values.check_range(key, least, most, default)
    session_keys.within(key, least, most)
    control = st.number_input if narrow or most > 1000 else st.slider
    value = control(
        label,
        least,
        most,
        default,
        step,
        key=key,
        bind="query-params",
        help=help_ or None,
        width=width,
        disabled=disabled,
    )
    return min(max(int(value), least), most)


def real(
    label: str,
    key: str,
    least: float,
    most: float,
    default: float,
    step: float,
    help_: str,
    *,
    width: Width = "stretch",
) -> float:
    """Let the user set a real number; as `number` otherwise."""
    linked_values.check_range(key, least, most, default)
    value = st.slider(
        label, least, most, default, step, key=key, bind="query-params", help=help_, width=width
    )
    return min(max(float(value), least), most)


def one_of(
    label: str,
    key: str,
    names: Sequence[N],
    help_: str = "",
    *,
    default: N | None = None,
    words: Callable[[N], str] | None = None,
    linked: bool = True,
    hidden: bool = False,
) -> N:
    """Let the user choose one of a few options, shown side by side; of one there is no choice.

    Args:
        label: Of the control.
        key: Of the widget, and of the link.
        names: The options, as the link has them.
        help_: The control's help.
        default: The option of a link that has none; None: the first.
        words: Returns what the control shows of an option; None: its name.
        linked: Whether the link has it.
        hidden: Whether the label is for screen readers alone.
    """
    first = names[0] if default is None else default
    bound = linked and words is None
    if linked:
        linked_values.check_choice(key, names, first)
    if bound or not linked:
        among(key, names)
    found: N | None = None
    if len(names) > 1:
        if linked and not bound:
            linked_values.linked_choice(key, names, first)
        with st.container(width="content"):
            found = st.segmented_control(
                label,
                names,
                default=first if bound or not linked else None,
                format_func=words or str,
                key=key,
                bind="query-params" if bound else None,
                persist_state=None if bound else "session",
                required=True,
                help=help_ or None,
                label_visibility="collapsed" if hidden else "visible",
            )
    chosen = found if found is not None and found in names else first
    if linked and not bound:
        linked_values.link(key, chosen if chosen != first else "")
    return chosen


def among(key: str, names: Collection[object]) -> None:
    """Let a widget start from its default if its value is none of its options any more."""
    if key in st.session_state and st.session_state[key] not in names:
        del st.session_state[key]
