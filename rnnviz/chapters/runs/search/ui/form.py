"""Form of a search: the settings that vary, their values, the sampler and the folds."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from types import MappingProxyType

import streamlit as st

from rnnviz.chapters.runs.search import plan as search_plan
from rnnviz.chapters.runs.search.cost import Costs
from rnnviz.chapters.runs.search.plan import (
    PRESETS,
    RANGED,
    Method,
    Range,
    SearchPlan,
    Space,
    Value,
)
from rnnviz.training.tasks.digits import RUN_LIMITS
from rnnviz.ui.figures.numbers import counted, rough_duration
from rnnviz.ui.server import embedded_models, run_manager
from rnnviz.ui.session import keys as session_keys
from rnnviz.ui.widgets import setting_controls, training_settings
from rnnviz.ui.widgets.setting_kinds import Number, Setting, Switch
from rnnviz.ui.widgets.training_settings import AS_TORCH, OFF

METHODS: Mapping[str, Method] = MappingProxyType({"Grid": "grid", "Random": "random", "TPE": "tpe"})
SIZES = (*(1, 2, 4, 8, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384), RUN_LIMITS["hidden_size"])
WIDE = {"hidden_size": ("8", "128"), "lr": ("0.0003", "0.1")}  # ranges, from and to
DIGITS = ("300", "1000", "3000", "10000", "30000", "55000")

# The settings that may vary, by their names in the config.
VARIED: Mapping[str, Setting] = MappingProxyType(
    {
        field: training_settings.BY_FIELD[field]
        for field in (
            *("cell", "hidden_size", "num_layers", "bidirectional", "dropout", "lr", "optimizer"),
            *("schedule", "batch_size", "clip_norm", "forget_bias", "pooling", "augmentation"),
            "time_step",
        )
    }
)
name, words = training_settings.label, training_settings.value_words


@lru_cache(maxsize=32)
def options(key: str) -> Mapping[str, Value]:
    """Return a setting's values by what they are called, in the order of the sidebar."""
    return {words(key, value): value for value in _all_values(key)}


def _all_values(key: str) -> Iterable[Value]:
    setting = VARIED[key]
    if key in training_settings.NAMED:
        return training_settings.NAMED[key].values()
    if key == "hidden_size":
        return SIZES
    if isinstance(setting, Switch):
        return (False, True)
    if isinstance(setting, Number):  # layers
        return range(1, 5)
    if key == "augmentation":
        return setting.options
    special: dict[str, Value] = {AS_TORCH: None, OFF: 0.0}
    number = int if key == "batch_size" else float
    return [special[text] if text in special else number(text) for text in setting.options]


def plan() -> SearchPlan | None:
    """Show the form; return what it asks for, or say why that cannot be."""
    start = _start()
    vary = st.multiselect(
        "Vary",
        list(VARIED),
        key=_key("vary"),
        format_func=name,
        persist_state="session",
        help="What the trials differ in. Everything else is the same for all and stands below.",
    )
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        method = _method()
        trials = _number("trials", "Trials", search_plan.MOST, "How many, for Random and TPE.",
                         disabled=method == "grid")  # fmt: skip
        folds = _number("folds", "Folds", 12, "So often each trial is trained, judged by 5,000 "
                        "other digits and from another seed each time.")  # fmt: skip
        digits = st.selectbox(
            "Training digits",
            DIGITS,
            key=_key("digits"),
            persist_state="session",
            help="So many are learnt in each training; 5,000 others judge it.",
            width=150,
        )
        epochs = _number("epochs", "Epochs", 100, "How often every training digit is seen.")
    training = replace(start.base.training, epochs=epochs)
    try:
        choices = {key: _choices(key, method) for key in vary}
        base = replace(start.base, digits=int(digits or DIGITS[1]), training=training)
        return SearchPlan(base, Space(choices), method, trials, folds)
    except ValueError as error:
        st.error(f"This cannot be searched: {error}.", icon=":material/block:")
        return None


def summary(asked: SearchPlan) -> str:
    """Say what a plan shares among its trials, how much it is and how long it will take."""
    base, training = asked.base, asked.base.training
    shared = {
        "cell": words("cell", base.model.cell),
        "hidden_size": f"{base.model.hidden_size} units",
        "lr": f"learning rate {words('lr', training.lr)}",
        "optimizer": words("optimizer", training.optimizer),
        "schedule": words("schedule", training.schedule),
        "batch_size": f"batches of {training.batch_size}",
    }
    same = ", ".join(text for key, text in shared.items() if key not in asked.space.settings)
    return (
        f"{_count(asked)}, {_expected(asked)} on {embedded_models.device_words()}. "
        f"The same for all: {same}, {base.digits:,} digits learnt {training.epochs:,} times."
    )


def describe(asked: SearchPlan) -> str:
    """Say in short what a search searches."""
    varied = ", ".join(name(key) for key in asked.space.settings)
    method = next(text for text, method in METHODS.items() if method == asked.method)
    return f"{method} over {varied}: {_count(asked)}"


def _count(asked: SearchPlan) -> str:
    trials = counted(asked.count, "trial")
    return f"{trials} of {asked.folds} trainings" if asked.folds > 1 else trials


def _start() -> SearchPlan:
    if _key("preset") not in st.session_state:
        first = next(iter(PRESETS))
        _set({"preset": first, **_values(PRESETS[first])})
    chosen = st.selectbox(
        "Start from",
        list(PRESETS),
        key=_key("preset"),
        on_change=_take_preset,
        persist_state="session",
        help="Sets everything below at once; change what you like.",
    )
    return PRESETS.get(chosen or "", next(iter(PRESETS.values())))


def _take_preset() -> None:
    chosen = PRESETS.get(str(st.session_state.get(_key("preset"))))
    if chosen is not None:
        _set(_values(chosen))


def _set(values: Mapping[str, object]) -> None:
    for key, value in values.items():
        st.session_state[_key(key)] = value


def _values(preset: SearchPlan) -> dict[str, object]:
    """Return what the widgets show of a preset."""
    found: dict[str, object] = {
        "vary": list(preset.space.settings),
        "method": next(text for text, method in METHODS.items() if method == preset.method),
        "trials": preset.trials,
        "folds": preset.folds,
        "digits": str(preset.base.digits),
        "epochs": preset.base.training.epochs,
    }
    for key, choices in preset.space.settings.items():
        if isinstance(choices, Range):
            found |= {f"from_{key}": words(key, choices.low), f"to_{key}": words(key, choices.high)}
        else:
            found[f"values_{key}"] = [words(key, value) for value in choices]
    return found


def _method() -> Method:
    chosen = setting_controls.one_of(
        "How",
        _key("method"),
        list(METHODS),
        "Grid tries every combination. Random draws. TPE draws more often where earlier trials "
        "were good.",
        linked=False,
    )
    return METHODS[chosen]


def _number(key: str, label: str, most: int, help_: str, *, disabled: bool = False) -> int:
    return int(
        st.number_input(
            label,
            1,
            most,
            key=_key(key),
            disabled=disabled,
            persist_state="session",
            help=help_,
            width=120,
        )
    )


def _choices(key: str, method: Method) -> tuple[Value, ...] | Range:
    known = options(key)
    if key in RANGED and method != "grid":
        return _range(key)
    st.session_state.setdefault(_key(f"values_{key}"), _first(key))
    chosen = st.multiselect(
        f"{name(key)}: values",
        list(known),
        key=_key(f"values_{key}"),
        persist_state="session",
        help=VARIED[key].help,
    )
    return tuple(known[text] for text in known if text in chosen)


def _range(key: str) -> Range:
    with st.container(horizontal=True, gap="medium"):
        low, high = (float(_end(key, end)) for end in ("from", "to"))
    return Range(int(low), int(high)) if key == "hidden_size" else Range(low, high)


def _end(key: str, end: str) -> str:
    wide = WIDE[key][end == "to"]
    st.session_state.setdefault(_key(f"{end}_{key}"), wide)
    chosen = st.selectbox(
        f"{name(key)} {end}",
        list(options(key)),
        key=_key(f"{end}_{key}"),
        persist_state="session",
        help=f"{VARIED[key].help} Each factor is as probable as any other.",
        width=200,
    )
    return chosen or wide


def _first(key: str) -> list[str]:
    """Return the values that are tried when a person varies a setting: a few, far apart."""
    few = {
        "hidden_size": ["8", "32", "128"],
        "lr": ["0.001", "0.003", "0.01", "0.03"],
        "batch_size": ["16", "64", "256"],
        "dropout": ["0", "0.2", "0.5"],
        "forget_bias": [AS_TORCH, "1", "2"],
        "clip_norm": [OFF, "1"],
        "num_layers": ["1", "2"],
        "time_step": ["rows", "columns", "rows in random order"],
        "augmentation": ["none", "shifted"],
    }
    return few.get(key, list(options(key)))


@lru_cache(maxsize=64)
def _measured(text: str) -> str:
    embedded_models.one_thread()
    asked = SearchPlan.from_dict(json.loads(text))
    at_once = min(run_manager.jobs().each, asked.count)
    return rough_duration(Costs(asked, embedded_models.device()).total / at_once)


def _expected(asked: SearchPlan) -> str:
    """Return how long a search will take, in words; measured once for each."""
    return _measured(json.dumps(asked.to_dict()))


def _key(name: str) -> str:
    return f"{session_keys.SEARCH_FORM}{name}"
