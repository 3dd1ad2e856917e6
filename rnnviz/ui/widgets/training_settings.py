"""Settings of a training: one list for the sidebar, the link and the presets."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, get_args

from rnnviz.core import device as devices
from rnnviz.core.config import Cell, Precision
from rnnviz.training import device_choice
from rnnviz.training.tasks.digits import RUN_LIMITS, RunConfig
from rnnviz.ui.widgets.setting_kinds import Choice, Number, Setting, Switch
from rnnviz.ui.widgets.setting_kinds import Values as Values

AS_TORCH = "as torch"
OFF = "off"

CELLS: Mapping[str, Cell] = {"LSTM": "lstm", "GRU": "gru", "RNN": "rnn"}
OPTIMIZERS = {"Adam": "adam", "AdamW": "adamw", "SGD": "sgd", "RMSprop": "rmsprop"}
SCHEDULES = {"constant": "constant", "cosine": "cosine", "one cycle": "one_cycle"}
TIME_STEPS = {
    "rows": "rows",
    "columns": "columns",
    "rows in random order": "permuted",
    "pixels": "pixels",
}
POOLINGS = {"last step": "last", "mean": "mean", "max": "max"}

OPEN: tuple[Setting, ...] = (
    Choice(
        "cell",
        "Cell",
        "LSTM",
        tuple(CELLS),
        "LSTM and GRU decide by gates what to keep; the plain RNN overwrites all it knows.",
    ),
    Number(
        "hidden",
        "Hidden size",
        64,
        1,
        RUN_LIMITS["hidden_size"],
        "Units in the hidden state, per layer and direction.",
    ),
    Choice(
        "lr",
        "Learning rate",
        "0.01",
        (
            *("1e-06", "1e-05", "0.0001", "0.0003", "0.001", "0.002", "0.003", "0.004", "0.006"),
            *("0.01", "0.02", "0.03", "0.1", "0.3", "1", "3"),
        ),
        "How far each step moves the weights; with a schedule, the largest it gets.",
    ),
    Number(
        "epochs", "Epochs", 1, 1, RUN_LIMITS["epochs"], "How often every training digit is seen."
    ),
)
MORE: tuple[Setting, ...] = (
    Number(
        "layers",
        "Layers",
        1,
        1,
        RUN_LIMITS["num_layers"],
        "Each further layer reads the hidden states below it.",
    ),
    Switch(
        "bidirectional",
        "Two directions",
        False,
        "A second network reads from the end; the head reads both.",
    ),
    Choice(
        "dropout",
        "Dropout",
        "0",
        ("0", "0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7", "0.8", "0.9"),
        "Share of the values between two layers that is dropped at each step of training.",
    ),
    Choice(
        "forget_bias",
        "Forget-gate bias",
        AS_TORCH,
        (AS_TORCH, "-6", "-4", "-2", "-1", "0", "1", "2", "3", "4", "6"),
        "What b_ih + b_hh of an LSTM's forget gates sum to at the start; 1 or more remembers.",
    ),
    Choice(
        "optimizer",
        "Optimizer",
        "Adam",
        tuple(OPTIMIZERS),
        "What makes a step of a gradient; SGD has momentum 0.9.",
    ),
    Choice(
        "schedule",
        "Schedule",
        "constant",
        tuple(SCHEDULES),
        "The learning rate on its way: constant, down a cosine, or first up and then down.",
    ),
    Choice(
        "batch",
        "Batch size",
        "64",
        ("1", "2", "4", "8", "16", "32", "64", "128", "256", "512", "1024"),
        "Digits whose mean gradient makes one step.",
    ),
    Choice(
        "clip",
        "Gradient clipping",
        OFF,
        (OFF, "0.1", "0.25", "0.5", "1", "2", "5", "10"),
        "All gradients together are scaled down to this norm if theirs is larger.",
    ),
    Choice(
        "precision",
        "Precision",
        "float32",
        get_args(Precision),
        "What the network computes with while it learns; its weights are float32 either way. "
        "With bfloat16 an LSTM learns two to three times as fast on a CPU with AMX.",
    ),
    Number(
        "seed",
        "Seed",
        0,
        0,
        RUN_LIMITS["seed"],
        "Decides the first weights and the order of the digits: same seed, same curve.",
    ),
    Choice(
        "digits",
        "Training digits",
        "60000",
        ("100", "300", "1000", "3000", "10000", "30000", "55000", "60000"),
        "So many of MNIST's 60,000 are learnt; with few of them a network learns them by heart.",
    ),
    Choice(
        "augmentation",
        "Augmentation",
        "none",
        ("none", "shifted", "redrawn"),
        "In each epoch the digits are moved and turned a little, or written anew by other hands.",
    ),
    Choice(
        "time_step",
        "A time step is",
        "rows",
        tuple(TIME_STEPS),
        "What the network is given at each step: a row, a column, or some pixels.",
    ),
    Choice(
        "chunk",
        "Pixels per step",
        "28",
        ("1", "2", "4", "7", "14", "28", "56", "112"),
        "For a time step of pixels: 784 divided by it is the number of steps.",
    ),
    Choice(
        "head",
        "The head reads",
        "last step",
        tuple(POOLINGS),
        "The hidden state after the last step, or the mean or largest of all steps.",
    ),
)
ALL = (*OPEN, *MORE)
DEFAULTS: Values = {setting.key: setting.default for setting in ALL}

_FIELDS = {
    "hidden": "hidden_size",
    "layers": "num_layers",
    "batch": "batch_size",
    "clip": "clip_norm",
    "head": "pooling",
}
# Each setting by the field of a config that it fills.
BY_FIELD: Mapping[str, Setting] = MappingProxyType(
    {_FIELDS.get(setting.key, setting.key): setting for setting in ALL}
)
# The values of a field by what the setting calls them, where that is another word.
NAMED: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "cell": CELLS,
        "optimizer": OPTIMIZERS,
        "schedule": SCHEDULES,
        "time_step": TIME_STEPS,
        "pooling": POOLINGS,
    }
)

PRESETS: Mapping[str, Values] = {
    "the notebook": DEFAULTS,
    "the default model's recipe": {
        **DEFAULTS,
        "hidden": 128,
        "lr": "0.006",
        "epochs": 80,
        "optimizer": "AdamW",
        "schedule": "one cycle",
        "batch": "128",
        "clip": "1",
        "digits": "55000",
        "augmentation": "redrawn",
    },
    "a plain RNN that struggles": {**DEFAULTS, "cell": "RNN"},
}


def label(field: str) -> str:
    """Return what a field of a config is called, e.g. "Hidden size" for hidden_size."""
    setting = BY_FIELD.get(field)
    return setting.label if setting else field.replace("_", " ").capitalize()


def value_words(field: str, value: object) -> str:
    """Return what a value of a field is called, e.g. "off" for a clip_norm of 0."""
    if value is None:
        return AS_TORCH if field == "forget_bias" else "–"
    if isinstance(value, bool):
        return "on" if value else "off"
    if field == "clip_norm" and not value:
        return OFF
    if isinstance(value, int):
        return str(value) if field == "seed" else f"{value:,}"
    if isinstance(value, float):
        return f"{value:.3g}"
    names = NAMED.get(field, {})
    return next((name for name, known in names.items() if known == value), str(value))


def run_config(values: Values, device: str = "auto") -> RunConfig:
    """Turn settings into a run.

    Raises:
        ValueError: If they do not go together, in one sentence with the way out.
    """
    fields = {field: values[setting.key] for field, setting in BY_FIELD.items()}
    cell = CELLS[str(fields["cell"])]
    bias = None if fields["forget_bias"] == AS_TORCH else float(fields["forget_bias"])
    if bias is not None and cell != "lstm":
        raise ValueError(
            f"Only an LSTM has a forget gate: choose LSTM, or set its bias to “{AS_TORCH}”."
        )
    time_step = TIME_STEPS[str(fields["time_step"])]
    chunk = int(fields["chunk"]) if time_step == "pixels" else 28
    parts: dict[str, Any] = {
        "model": {
            "cell": cell,
            "input_size": chunk,
            "hidden_size": int(fields["hidden_size"]),
            "num_layers": int(fields["num_layers"]),
            "bidirectional": bool(fields["bidirectional"]),
            "dropout": float(fields["dropout"]),
            "pooling": POOLINGS[str(fields["pooling"])],
        },
        "training": {
            "epochs": int(fields["epochs"]),
            "batch_size": int(fields["batch_size"]),
            "lr": float(fields["lr"]),
            "optimizer": OPTIMIZERS[str(fields["optimizer"])],
            "schedule": SCHEDULES[str(fields["schedule"])],
            "clip_norm": 0.0 if fields["clip_norm"] == OFF else float(fields["clip_norm"]),
            "forget_bias": bias,
            "seed": int(fields["seed"]),
            "precision": str(fields["precision"]),
        },
        "digits": int(fields["digits"]),
        "time_step": time_step,
        "chunk": chunk,
        "augmentation": str(fields["augmentation"]),
        "device": device,
    }
    try:
        return RunConfig.from_dict(parts)
    except ValueError as error:
        raise ValueError(
            f"This cannot be trained here: {error}. Fewer units, layers or digits, a smaller batch "
            "or longer time steps are the way out."
        ) from error


def warnings(values: Values) -> list[str]:
    """Return what torch would only warn of, and what will surprise."""
    said = []
    if float(values["dropout"]) > 0 and int(values["layers"]) == 1:
        said.append(
            f"Dropout {values['dropout']} does nothing with one layer: it works between layers. "
            "torch warns of it too."
        )
    if values["time_step"] != "pixels" and values["chunk"] != "28":
        said.append("Pixels per step counts only when a time step is pixels.")
    if values["precision"] == "bfloat16":
        device = device_choice.choose().device
        if not devices.runs_bfloat16(device):
            said.append("This machine's CPU has no bfloat16: the network trains in float32.")
        elif not devices.computes_bfloat16(device):
            said.append("This machine is no quicker with bfloat16 than with float32.")
        elif device.type == "cpu" and values["cell"] != "LSTM":
            said.append("With bfloat16 only an LSTM is quicker on a CPU; others are slower.")
    if int(values["batch"]) > int(values["digits"]):
        said.append(
            f"A batch of {values['batch']} has only {values['digits']} digits to draw from: "
            "each epoch is one step."
        )
    return said
