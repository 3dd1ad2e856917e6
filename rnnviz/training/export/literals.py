"""Python source of values, formatted as ruff formats it."""

from __future__ import annotations

from collections.abc import Iterable

WIDE = 100  # columns of a line
CHUNK = 80  # code points of a text in one line


def literal(value: object, room: int = WIDE) -> str:
    """Return Python source of a text, a number, or lists and tuples of them.

    What does not fit into one line takes several: a text in parts, a list with one item per line,
    or, if it holds texts, as many per line as fit.

    Args:
        value: What the source evaluates to.
        room: Columns that there are for it.
    """
    line = _one_line(value)
    if len(line) <= room or not isinstance(value, str | list | tuple):
        return line
    if isinstance(value, str):
        parts = [p[n : n + CHUNK] for p in value.splitlines(True) for n in range(0, len(p), CHUNK)]
        return _block("()", map(quoted, parts))
    if all(isinstance(item, str) for item in value):
        items = _wrapped(map(quoted, value))
    else:
        items = [f"{literal(item, room - 5)}," for item in value]
    return _block("[]" if isinstance(value, list) else "()", items)


def quoted(text: str) -> str:
    """Return a text as a literal in one line.

    What cannot be seen, such as marks that turn the direction of writing, is escaped.
    """
    found = repr(text)
    return found if '"' in text else f'"{found[1:-1]}"'


def _one_line(value: object) -> str:
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:_}"
    if isinstance(value, list | tuple):
        inner = ", ".join(map(_one_line, value))
        if isinstance(value, list):
            return f"[{inner}]"
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    return repr(value)


def _block(brackets: str, lines: Iterable[str]) -> str:
    inner = "".join(f"    {line}\n" for whole in lines for line in whole.split("\n"))
    return f"{brackets[0]}\n{inner}{brackets[1]}"


def _wrapped(items: Iterable[str]) -> list[str]:
    """Return items with commas in lines that leave room for three indentations."""
    lines = [""]
    for item in items:
        if lines[-1] and len(lines[-1]) + len(item) + 2 > WIDE - 12:
            lines.append("")
        lines[-1] += f" {item}," if lines[-1] else f"{item},"
    return lines
