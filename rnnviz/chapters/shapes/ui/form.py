"""Form of the Shapes page: examples, a pasted constructor, and all sizes of a call."""

from __future__ import annotations

import streamlit as st

from rnnviz.chapters.shapes.ui import keys, settings
from rnnviz.core.shapes import constructor_parser
from rnnviz.core.shapes.call import Call
from rnnviz.ui.session import keys as session_keys
from rnnviz.ui.session.markdown_escape import plain, quoted
from rnnviz.ui.widgets.training_settings import Choice, Number, Setting, Switch, Value, Values

PASTE_HELP = (
    "A line such as nn.LSTM(12, 64, 2, batch_first=True), also of Keras. It is read, never run; a "
    "name in it gets a usual size."
)
WIDTHS = {"module": 130, "num_layers": 110, "B": 110, "T": 110}


def choose() -> Call | None:
    """Show all settings; return the call that they make, or None and say why there is none."""
    _follow_link()
    before = session_keys.settings(settings.DEFAULTS)
    off = settings.idle(before)
    values: dict[str, Value] = {}
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        _example(before)
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
                values[setting.key] = _show(setting, setting.key in off)
                if setting.key == "packed":
                    values[settings.LENGTHS] = _lengths(settings.LENGTHS in off)
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        for setting in settings.MAIN:
            width = "content" if isinstance(setting, Switch) else WIDTHS.get(setting.key, 140)
            with st.container(width=width):  # type: ignore[arg-type]
                values[setting.key] = _show(setting, setting.key in off)
    _say_told()
    try:
        return settings.call(values)
    except ValueError as error:
        told = plain(str(error))  # with words of whoever made the link
        st.error(f"{told[0].upper()}{told[1:]}.", icon=":material/block:")
        return None


def _follow_link() -> None:
    """Apply an example that the link names; single settings in the link go before it."""
    asked = session_keys.take_link_value(keys.EXAMPLE)
    if asked is None or asked == settings.OWN:
        return
    if asked in settings.EXAMPLES:
        session_keys.set_settings(settings.EXAMPLES[asked], unless_linked=True)
    else:
        session_keys.note(f"The link asks for the example {quoted(asked, 40)}, which is not there.")


def _example(values: Values) -> None:
    keys.show_example(settings.example_of(values))
    with st.container(width=390):
        st.selectbox(
            "Example",
            [*settings.EXAMPLES, settings.OWN],
            key=keys.EXAMPLE,
            on_change=_choose_example,
            help="The field's worked examples. Sets everything; change anything and it is yours.",
        )


def _choose_example() -> None:
    chosen = keys.chosen_example()
    keys.forget_told()
    if chosen in settings.EXAMPLES:
        session_keys.set_settings(settings.EXAMPLES[chosen])


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


def _show(setting: Setting, disabled: bool) -> Value:
    """Show one setting; return its value, checked whatever a link may say."""
    key, label = setting.key, setting.label
    if isinstance(setting, Switch):
        session_keys.check_choice(key, ("true", "false"), str(setting.default).lower())
        return bool(
            st.toggle(
                label,
                setting.default,
                key=key,
                bind="query-params",
                help=setting.help,
                disabled=disabled,
            )
        )
    if isinstance(setting, Number):
        return _number(setting, disabled)
    return _choice(setting)


def _number(setting: Number, disabled: bool) -> int:
    session_keys.check_range(setting.key, setting.least, setting.most, setting.default)
    value = st.number_input(
        setting.label,
        setting.least,
        setting.most,
        setting.default,
        key=setting.key,
        bind="query-params",
        help=setting.help,
        disabled=disabled,
    )
    return min(max(int(value), setting.least), setting.most)


def _choice(setting: Choice) -> str:
    session_keys.check_choice(setting.key, setting.options, setting.default)
    value = st.selectbox(
        setting.label,
        setting.options,
        setting.options.index(setting.default),
        key=setting.key,
        bind="query-params",
        help=setting.help,
    )
    return value if value in setting.options else setting.default


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
