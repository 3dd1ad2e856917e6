"""List of rows of two columns, a text and its class, as people paste or upload it."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from rnnviz.chapters.characters.config import TEXT_LIMITS, TextUnit
from rnnviz.chapters.characters.graphemes import graphemes
from rnnviz.chapters.characters.vocabulary import Line

MOST_ROWS = TEXT_LIMITS["rows"]
MOST_CLASSES = 100
LONGEST_ROW = 500  # symbols
SEPARATORS: Mapping[str, str] = MappingProxyType(
    {"\t": "tabs", "→": "arrows", ";": "semicolons", ",": "commas"}
)  # the rarer in texts, the earlier
CLASS_NAMES = (
    "answer author category class country gender genre intent label lang language nationality "
    "origin polarity sentiment spam tag target topic type y 类别 标签 国籍 情感"
)
TEXT_NAMES = (
    "comment content input line message name question review sentence source surname text title "
    "tweet utterance word words x 文本 句子 姓名 名字 内容"
)
USUAL_NAMES = frozenset(f"{CLASS_NAMES} {TEXT_NAMES}".split())  # of columns, in a header
MOST_SHOWN = 30  # characters of a cell in a message


@dataclass(frozen=True)
class RowList:
    """Rows as they are learned.

    Attributes:
        lines: The text and the class of each row.
        unit: What one symbol of a text is.
        separator: Name of what separates the columns.
        header: The two names of a header row, which is no example; None if there is none.
        classes_first: Whether the classes were the first column.
    """

    lines: tuple[Line, ...]
    unit: TextUnit
    separator: str
    header: tuple[str, str] | None
    classes_first: bool


@dataclass(frozen=True)
class _Row:
    cells: tuple[str, ...]
    place: str  # e.g. "row 3 (line 4)"


def parse(text: str) -> RowList:
    """Read a list of two columns; blank lines do not count, quotes are those of CSV.

    Args:
        text: With one row a line, its columns separated by tabs, arrows, semicolons or commas.

    Raises:
        ValueError: If it cannot be learned, in one sentence that names row and line.
    """
    if not text.strip():
        raise ValueError("the list is empty: write a text, a tab and its class, a row a line")
    separator = _separator(text)
    rows = _rows(text, separator)
    header = _header(rows)
    if header is not None:
        rows = rows[1:]
    _check_count(rows)
    classes_first = _has_classes_first(rows)
    lines = tuple(
        (row.cells[1 - (not classes_first)], row.cells[not classes_first]) for row in rows
    )
    unit = unit_of([source for source, _ in lines])
    for row, (source, _) in zip(rows, lines, strict=True):
        count = len(source.split()) if unit == "word" else len(graphemes(source))
        if count > LONGEST_ROW:
            raise ValueError(f"{row.place} has {count:,} {unit}s; at most {LONGEST_ROW}")
    _check_classes(lines)
    return RowList(lines, unit, SEPARATORS[separator], header, classes_first)


def unit_of(sources: Sequence[str]) -> TextUnit:
    """Return what one symbol is: words, unless most texts are one word or words are too many."""
    if sum(len(source.split()) > 1 for source in sources) * 2 <= len(sources):
        return "character"
    words = {word for source in sources for word in source.split()}
    return "word" if len(words) <= TEXT_LIMITS["symbols"] else "character"


def _separator(text: str) -> str:
    """Return what separates the columns: what makes two of most lines, else what most have."""
    lines = [line for line in text.splitlines() if line.strip()][:1000]
    two = {mark: sum(len(_cells(line, mark)) == 2 for line in lines) for mark in SEPARATORS}
    best = max(SEPARATORS, key=lambda mark: two[mark])  # the first of equal ones
    if two[best]:
        return best
    found = max(SEPARATORS, key=lambda mark: sum(mark in line for line in lines))
    if any(found in line for line in lines):
        return found
    first = next(n for n, line in enumerate(text.splitlines(), start=1) if line.strip())
    raise ValueError(
        f"row 1 (line {first}) has one column: put a tab, a comma, a semicolon or → between the "
        "text and its class"
    )


def _cells(line: str, separator: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=separator, skipinitialspace=True), [])
    except csv.Error:
        return []


def _rows(text: str, separator: str) -> list[_Row]:
    """Split a list into rows of two cells that are not empty."""
    quoted = separator in ",;" or _is_quoted(text, separator)
    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE
    reader = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=separator,
        skipinitialspace=separator != "\t",
        quoting=quoting,
        strict=True,
    )
    rows: list[_Row] = []
    line = 1
    try:
        for found in reader:
            begins, line = line, reader.line_num + 1
            cells = tuple(" ".join(cell.split()) for cell in found)
            if any(cells):
                place = f"row {len(rows) + 1} (line {begins})"
                _check_cells(cells, place, separator)
                rows.append(_Row(cells, place))
    except csv.Error as error:
        place = f"row {len(rows) + 1} (line {line})"
        raise ValueError(f"{place} is no row of CSV: {error}") from None
    return rows


def _is_quoted(text: str, separator: str) -> bool:
    """Whether quotes enclose cells between tabs or arrows, else they are characters as any."""
    marks = (f'"{separator}', f'{separator}"', f'{separator} "')
    lines = [line.strip() for line in text.splitlines()]
    return any(
        mark in line and (line.startswith('"') or line.endswith('"'))
        for line in lines
        for mark in marks
    )


def _check_cells(cells: Sequence[str], place: str, separator: str) -> None:
    if len(cells) == 2 and all(cells):
        return
    if len(cells) == 1:
        raise ValueError(f"{place} has one column, “{_shown(cells[0])}”: its class is missing")
    if len(cells) > 2:
        raise ValueError(
            f"{place} has {len(cells)} columns between {SEPARATORS[separator]}: "
            "put a text that has one of them into double quotes"
        )
    if cells[0]:
        raise ValueError(f"{place} has no class after “{_shown(cells[0])}”")
    raise ValueError(f"{place} has no text before “{_shown(cells[1])}”")


def _shown(cell: str) -> str:
    return cell if len(cell) <= MOST_SHOWN else f"{cell[:MOST_SHOWN]}…"


def _header(rows: Sequence[_Row]) -> tuple[str, str] | None:
    """Return the names of the columns if the first row has any.

    It does if its cells come in no other row, and one is a usual name, or stands above numbers.
    """
    if len(rows) < 3:
        return None
    one, other = rows[0].cells
    columns = [[row.cells[n] for row in rows[1:]] for n in (0, 1)]
    if one in columns[0] or other in columns[1]:
        return None
    usual = bool({one.lower(), other.lower()} & USUAL_NAMES)
    above = any(
        not _is_number(name) and all(map(_is_number, column))
        for name, column in zip((one, other), columns, strict=True)
    )
    return (one, other) if usual or above else None


def _is_number(cell: str) -> bool:
    return cell.lstrip("+-").replace(".", "", 1).isdecimal()


def _has_classes_first(rows: Sequence[_Row]) -> bool:
    """Whether the first column is that of the classes: it repeats more than the second."""
    first, second = (len({row.cells[n] for row in rows}) for n in (0, 1))
    return 2 <= first <= len(rows) / 2 and first < second


def _check_count(rows: Sequence[_Row]) -> None:
    if not 2 <= len(rows) <= MOST_ROWS:
        raise ValueError(f"the list needs 2 to {MOST_ROWS:,} rows, got {len(rows):,}")


def _check_classes(lines: Sequence[Line]) -> None:
    classes = {target for _, target in lines}
    if len(classes) < 2:
        raise ValueError(
            f"all rows have the class “{_shown(lines[0][1])}”: nothing is left to be told apart"
        )
    if len(classes) > MOST_CLASSES:
        raise ValueError(
            f"there are {len(classes):,} different classes in {len(lines):,} rows; at most "
            f"{MOST_CLASSES}"
        )
