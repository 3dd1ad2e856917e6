"""Settings of the Shapes page: one list for the controls, the link and the examples."""

from __future__ import annotations

from collections.abc import Mapping

from rnnviz.core.config import NUM_GATES, Cell, ModelConfig
from rnnviz.core.shapes.call import MOST, Call, Head, Source
from rnnviz.core.shapes.code import falling
from rnnviz.core.shapes.constructor_parser import Pasted
from rnnviz.ui.widgets.setting_kinds import Choice, Number, Setting, Switch, Value, Values

MODULES = tuple(f"{cell.upper()}{end}" for end in ("", "Cell") for cell in NUM_GATES)
SOURCES: dict[str, Source] = {
    "vectors": "vectors",
    "tokens for an Embedding": "tokens",
    "pictures": "pictures",
}
HEADS: dict[str, Head] = {"none": "none", "of the last state": "last", "of every step": "steps"}
LONGEST = 400  # characters of the lengths

MAIN: tuple[Setting, ...] = (
    Choice("module", "Module", "LSTM", MODULES, "A Cell is one step; the loop around it is yours."),
    Number("input_size", "input_size I", 28, 1, MOST, "Features of one time step."),
    Number("hidden_size", "hidden_size H", 64, 1, MOST, "Units, per layer and direction."),
    Number("num_layers", "num_layers", 2, 1, 8, "Each further layer reads the one below it."),
    Number("B", "batch B", 32, 1, MOST, "Sequences at once."),
    Number("T", "steps T", 28, 1, MOST, "Time steps; of padded sequences the longest."),
    Switch("bidir", "bidirectional", True, "A second network of every layer reads from the end."),
    Switch("batch_first", "batch_first", True, "Input and output are (B, T, ·); h_n never is."),
)
ADVANCED: tuple[Setting, ...] = (
    Switch("bias", "bias", True, "Whether bias_ih and bias_hh are there."),
    Number("proj_size", "proj_size P", 0, 0, MOST, "Of an LSTM: h is projected to P; 0 is not."),
    Switch("unbatched", "unbatched", False, "One sequence without the batch's axis."),
    Switch("packed", "padded, with lengths", False, "Sequences of unlike length, packed."),
    Switch("state", "an initial state is given", False, "None stands for zeros: the same."),
    Choice(
        "source",
        "What comes in",
        "vectors",
        tuple(SOURCES),
        "An Embedding makes vectors of tokens.",
    ),
    Number("V", "num_embeddings V", 4, 1, MOST, "Words that the Embedding knows."),
    Choice("linear", "A Linear reads", "none", tuple(HEADS), "What comes after the network."),
    Number("K", "out_features K", 10, 1, MOST, "Classes of the Linear."),
)
ALL = (*MAIN, *ADVANCED)
LENGTHS = "lengths"
DEFAULTS: Values = {**{setting.key: setting.default for setting in ALL}, LENGTHS: ""}


def _example(module: str, I: int, H: int, B: int, T: int, **more: Value) -> Values:
    sizes: dict[str, Value] = {"module": module, "input_size": I, "hidden_size": H, "B": B, "T": T}
    return {**DEFAULTS, "num_layers": 1, "bidir": False, **sizes, **more}


EXAMPLES: Mapping[str, Values] = {
    "LSTM(28, 64), 2 layers, two directions": DEFAULTS,
    "RNN(12, 64), 2 layers, on (128, 28, 12)": _example("RNN", 12, 64, 128, 28, num_layers=2),
    "the same, time first, on (28, 128, 12)": _example(
        "RNN", 12, 64, 128, 28, num_layers=2, batch_first=False
    ),
    "LSTM(12, 64) on (128, 28, 12)": _example("LSTM", 12, 64, 128, 28),
    "LSTM(12, 64), time first, on (28, 128, 12)": _example(
        "LSTM", 12, 64, 128, 28, batch_first=False
    ),
    "RNNCell(4, 2) in a loop, 3 steps": _example("RNNCell", 4, 2, 1, 3),
    "RNN(4, 2) beside it, 3 steps": _example("RNN", 4, 2, 1, 3),
    "RNN(4, 3) on (1, 2, 4)": _example("RNN", 4, 3, 1, 2),
    "RNN(4, 8) on (2, 3, 4), h_prev.unsqueeze(0)": _example("RNN", 4, 8, 2, 3, state=True),
    "two directions, RNN(4, 3) on (1, 2, 4)": _example("RNN", 4, 3, 1, 2, bidir=True),
    "two directions, RNN(4, 6) on (5, 3, 4)": _example("RNN", 4, 6, 5, 3, bidir=True),
    "text classifier, (32, 50, 100), H 128": _example(
        "RNN", 100, 128, 32, 50, linear="of the last state", K=2
    ),
    "text classifier, (32, 50, 100), H 256": _example(
        "RNN", 100, 256, 32, 50, linear="of the last state", K=2
    ),
    "Embedding(4, 3), view(-1, num_class)": _example(
        "RNN", 3, 8, 2, 5, source="tokens for an Embedding", V=4, linear="of every step", K=4
    ),
    "digits, (64, 1, 28, 28), LSTM(28, 64)": _example(
        "LSTM", 28, 64, 64, 28, source="pictures", linear="of the last state", K=10
    ),
}


def idle(values: Values) -> frozenset[str]:
    """Return the settings that say nothing beside the others."""
    found = set()
    if stepwise := str(values["module"]).endswith("Cell"):
        found |= {"num_layers", "bidir", "packed"}
    if values["module"] != "LSTM":
        found.add("proj_size")
    if values["unbatched"]:
        found |= {"B", "batch_first", "packed"}
    if not values["packed"] or stepwise or values["unbatched"]:
        found.add(LENGTHS)
    if SOURCES.get(str(values["source"])) != "tokens":
        found.add("V")
    if values["linear"] == "none":
        found.add("K")
    return frozenset(found)


def call(values: Values) -> Call:
    """Turn settings into a call.

    Raises:
        ValueError: If torch would not take them, or they are too large, in one sentence.
    """
    off = idle(values)
    module = str(values["module"])
    cell: Cell = next(cell for cell in NUM_GATES if cell == module.removesuffix("Cell").lower())
    config = ModelConfig(
        cell=cell,
        input_size=int(values["input_size"]),
        hidden_size=int(values["hidden_size"]),
        num_layers=1 if "num_layers" in off else int(values["num_layers"]),
        bidirectional="bidir" not in off and bool(values["bidir"]),
        bias=bool(values["bias"]),
        proj_size=0 if "proj_size" in off else int(values["proj_size"]),
    )
    batch, time = 1 if "B" in off else int(values["B"]), int(values["T"])
    packed = "packed" not in off and bool(values["packed"])
    return Call(
        config,
        batch,
        time,
        bool(values["batch_first"]),
        stepwise=module.endswith("Cell"),
        unbatched=bool(values["unbatched"]),
        lengths=_lengths(str(values[LENGTHS]), batch, time) if packed else (),
        state_given=bool(values["state"]),
        source=SOURCES[str(values["source"])],
        vocabulary=int(values["V"]),
        head=HEADS[str(values["linear"])],
        classes=int(values["K"]),
    )


def _lengths(words: str, batch: int, time: int) -> tuple[int, ...]:
    """Read lengths such as "5, 3, 2"; none at all fall evenly from T to 1."""
    if not words.strip():
        return falling(batch, time)
    parts = [part.strip() for part in words.split(",")]
    if len(words) > LONGEST or not all(p.isascii() and p.isdigit() and len(p) < 6 for p in parts):
        raise ValueError(f"lengths are whole numbers with commas between, got {words[:20]!r}")
    return tuple(int(part) for part in parts)


def pasted(found: Pasted) -> Values:
    """Return what a pasted line sets; everything it does not name is left as it is."""
    config = found.config
    return {
        "module": config.cell.upper() + ("Cell" if found.stepwise else ""),
        "input_size": config.input_size,
        "hidden_size": config.hidden_size,
        "num_layers": min(config.num_layers, 8),
        "bidir": config.bidirectional,
        "batch_first": found.batch_first or found.stepwise,
        "bias": config.bias,
        "proj_size": config.proj_size,
        **({} if found.time is None else {"T": found.time}),
    }
