"""Code generation for exported scripts: filled templates, calls, literals of the user's text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from string import Template
from urllib.parse import quote

from rnnviz.core.config import ModelConfig, TrainConfig

WIDE = 100  # columns of a line
CHUNK = 80  # code points of a text that stand in one line


def fill(piece: str, **values: object) -> str:
    """Fill what begins with a dollar; what is filled in may have dollars of its own."""
    return Template(piece).substitute({name: str(value) for name, value in values.items()})


def call(name: str, arguments: Iterable[str], indent: int, before: str = "") -> str:
    """Write a call in one line, or as ruff breaks it if that is too long."""
    listed, space = list(arguments), " " * indent
    line = f"{space}{before}{name}({', '.join(listed)})"
    if len(line) <= WIDE:
        return line
    inner = f"{space}    {', '.join(listed)}"
    if len(inner) <= WIDE:
        return f"{space}{before}{name}(\n{inner}\n{space})"
    lines = "".join(f"{space}    {argument},\n" for argument in listed)
    return f"{space}{before}{name}(\n{lines}{space})"


def exported_from(link: str) -> str:
    """Return a comment with a link; quoted: whatever it holds, it stays one line."""
    return f"\n# Exported from {quote(link, safe=':/?&=#%@+,;~!*')}\n" if link else ""


def module_arguments(model: ModelConfig) -> list[str]:
    """Return the arguments of a recurrent module; what torch has by default is left out."""
    layers = model.num_layers > 1
    rectified = model.cell == "rnn" and model.nonlinearity != "tanh"
    return [
        str(model.input_size),
        str(model.hidden_size),
        *([f"num_layers={model.num_layers}"] if layers else []),
        *([f'nonlinearity="{model.nonlinearity}"'] if rectified else []),
        *([] if model.bias else ["bias=False"]),
        *([f"dropout={model.dropout!r}"] if layers and model.dropout else []),
        *(["bidirectional=True"] if model.bidirectional else []),
        *([f"proj_size={model.proj_size}"] if model.proj_size else []),
    ]


def optimizer(training: TrainConfig) -> str:
    """Return the call after "torch.optim.", fused where rnnviz fuses: that rounds otherwise."""
    kinds = {"adam": "Adam", "adamw": "AdamW", "sgd": "SGD", "rmsprop": "RMSprop"}
    kind = training.optimizer
    arguments = ["model.parameters()", "lr=LEARNING_RATE"]
    if kind in ("adam", "adamw"):
        arguments.append(f"betas={training.betas!r}")
    if kind == "sgd" and training.momentum:
        arguments.append(f"momentum={training.momentum!r}")
    if kind == "adamw" or training.weight_decay:  # AdamW has 0.01 by itself
        arguments.append(f"weight_decay={training.weight_decay!r}")
    if kind != "rmsprop":
        arguments.append("fused=True")
    found = call(f"torch.optim.{kinds[kind]}", arguments, 4, "optimizer = ")
    return found.removeprefix("    optimizer = torch.optim.")


def quoted(text: str) -> str:
    """Return a text as a Python literal in one line, whatever stands in it.

    What cannot be seen, as marks that turn the direction of writing, is escaped.
    """
    found = repr(text)
    return found if '"' in text else f'"{found[1:-1]}"'


def symbols_literal(symbols: Sequence[str]) -> str:
    """Return something that iterates over symbols: a string if each is one code point."""
    if all(len(symbol) == 1 for symbol in symbols):
        return quoted("".join(symbols))
    return f"[{', '.join(map(quoted, symbols))}]"


def text_literal(symbols: Sequence[str]) -> str:
    """Return what iterates over the symbols of a long text, over as many lines as it takes."""
    if any(len(symbol) > 1 for symbol in symbols):
        return f"[\n{_filled([f'{quoted(symbol)},' for symbol in symbols])}]"
    lines = "".join(symbols).splitlines(keepends=True)
    parts = [line[n : n + CHUNK] for line in lines for n in range(0, len(line), CHUNK)]
    return "(\n" + "".join(f"    {quoted(part)}\n" for part in parts) + ")"


def _filled(words: Iterable[str]) -> str:
    """Return words in lines of four columns less, as many in each as fit."""
    lines = [""]
    for word in words:
        if lines[-1] and len(lines[-1]) + 1 + len(word) > WIDE - 4:
            lines.append("")
        lines[-1] += f" {word}" if lines[-1] else word
    return "".join(f"    {line}\n" for line in lines)
