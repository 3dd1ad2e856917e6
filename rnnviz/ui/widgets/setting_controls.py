"""Sidebar of the Train page: a control for every setting, with its help and link value."""

from __future__ import annotations

import streamlit as st

from rnnviz.ui.session import keys as session_keys
from rnnviz.ui.session.markdown_escape import quoted
from rnnviz.ui.widgets import training_settings
from rnnviz.ui.widgets.training_settings import Choice, Number, Setting, Value, Values


def choose() -> Values:
    """Show all settings; return their values, checked again whatever a link may say."""
    _follow_link()
    with st.sidebar:
        _preset()
        values = {setting.key: show(setting) for setting in training_settings.OPEN}
        with st.expander("More"):
            for setting in training_settings.MORE:
                values[setting.key] = show(setting, values)
    return values


def _follow_link() -> None:
    """Apply a preset that the link names; single settings in the link go before it."""
    asked = session_keys.take_link_value("preset")
    if asked is None:
        return
    if asked in training_settings.PRESETS:
        session_keys.set_settings(training_settings.PRESETS[asked], unless_linked=True)
    elif asked != training_settings.OWN:
        names = ", ".join(training_settings.PRESETS)
        session_keys.note(f"The link asks for the preset {quoted(asked, 40)}; there are: {names}.")


def _preset() -> None:
    values = session_keys.settings(training_settings.DEFAULTS)
    session_keys.show_preset(training_settings.preset_of(values))
    st.selectbox(
        "Preset",
        [*training_settings.PRESETS, training_settings.OWN],
        key=session_keys.PRESET,
        on_change=_choose_preset,
        help="Sets everything below at once; change anything and it becomes your own.",
    )


def _choose_preset() -> None:
    chosen = session_keys.chosen_preset()
    if chosen in training_settings.PRESETS:
        session_keys.set_settings(training_settings.PRESETS[chosen])


def show(setting: Setting, before: Values | None = None) -> Value:
    """Show one setting; return its value, checked.

    Args:
        setting: Which.
        before: Values of those above it, which may leave it without a say.
    """
    if isinstance(setting, Choice):
        return _choice(setting, disabled=_is_idle(setting.key, before or {}))
    if isinstance(setting, Number):
        return _number(setting)
    session_keys.check_choice(setting.key, ("true", "false"), str(setting.default).lower())
    return bool(
        st.toggle(
            setting.label,
            setting.default,
            key=setting.key,
            bind="query-params",
            help=setting.help,
        )
    )


def _is_idle(key: str, before: Values) -> bool:
    """Whether a setting says nothing beside those above it."""
    return key == "chunk" and before.get("time_step") != "pixels"


def _choice(setting: Choice, *, disabled: bool) -> str:
    session_keys.check_choice(setting.key, setting.options, setting.default)
    many = len(setting.options) > 5
    if many:
        value: str | None = st.select_slider(
            setting.label,
            setting.options,
            setting.default,
            key=setting.key,
            bind="query-params",
            help=setting.help,
            disabled=disabled,
        )
    else:
        value = st.selectbox(
            setting.label,
            setting.options,
            setting.options.index(setting.default),
            key=setting.key,
            bind="query-params",
            help=setting.help,
            disabled=disabled,
        )
    return value if value in setting.options else setting.default


def _number(setting: Number) -> int:
    session_keys.check_range(setting.key, setting.least, setting.most, setting.default)
    show = st.slider if setting.most <= 1000 else st.number_input
    value = show(
        setting.label,
        setting.least,
        setting.most,
        setting.default,
        key=setting.key,
        bind="query-params",
        help=setting.help,
    )
    return min(max(int(value), setting.least), setting.most)
