"""Text of the Characters page: sentences computed from the networks' numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from rnnviz.chapters.characters.held_out_rows import ENOUGH_ROWS
from rnnviz.chapters.characters.row_list import RowList
from rnnviz.chapters.characters.seq2seq import Right

Floats = NDArray[np.float32] | NDArray[np.float64]

NAMES = {"cell": "nn.RNNCell", "rnn": "nn.RNN", "embedding": "nn.Embedding"}


def visible(symbol: str) -> str:
    """Return a symbol as something that can be seen, also a space."""
    return {" ": "␣", "\n": "↵", "\r\n": "↵", "\t": "⇥"}.get(symbol, symbol)


def print_out(said: Sequence[str], losses: Sequence[float]) -> str:
    """Return what a notebook prints, epoch by epoch.

    Args:
        said: The predicted string before each epoch's step.
        losses: The loss of each, summed over the steps.
    """
    return "\n".join(
        f"Epoch {epoch:2}: Predict string = {word}, loss = {loss:.3f}"
        for epoch, (word, loss) in enumerate(zip(said, losses, strict=True), start=1)
    )


def sentence(said: Mapping[str, Sequence[str]], target: str, epochs: int, *, done: bool) -> str:
    """Say which networks say what is wanted, and since when.

    Args:
        said: By network, what each epoch's print-out says, and what is said after the last.
        target: What is wanted.
        epochs: Of the whole training.
        done: Whether it is over.
    """
    if not said:
        return f"Three networks, one line: press Start, and see who says “{target}” first."
    told = []
    for network, words in said.items():
        name = NAMES[network]
        if target in words:
            told.append(f"{name} since epoch {words.index(target) + 1}")
        else:
            told.append(f"{name} not, it says “{words[-1]}”")
    reached = min(len(words) for words in said.values()) - 1
    when = f"After {epochs} epochs" if done else f"After {reached} of {epochs} epochs"
    return f"{when}, who has said “{target}”: {'; '.join(told)}."


def rates(shares: Mapping[str, float], seeds: int, epochs: int, target: str) -> str:
    """Say how often each network said it over many seeds."""
    told = ", ".join(f"{NAMES[name]} {share:.1%}" for name, share in shares.items())
    return f"Over {seeds} seeds, “{target}” is said within {epochs} epochs by: {told}."


def floor(symbols: int, steps: int) -> str:
    """Say how low the loss can get where h itself, in [−1, 1], is the answer."""
    best = float(np.log1p((symbols - 1) * np.exp(-2.0)))
    return (
        f"Without a head h is the answer, and h lies in [−1, 1]: with {symbols} symbols no "
        f"probability gets above {np.exp(-best):.0%}, no loss below {steps * best:.2f} "
        f"({steps} × {best:.2f})."
    )


def held(distances: Mapping[str, Floats], symbol: str, other: str) -> str:
    """Say whether later states still hold the first character."""
    if any(len(values) < 2 for values in distances.values()):
        return "This line has one character: no state comes after it."
    told = ", ".join(f"{NAMES[name]} {values[1]:.2g}" for name, values in distances.items())
    kept = all(values[1] > 1e-6 for values in distances.values())
    verdict = (
        "the second state still holds which character came first"
        if kept
        else "for some the second state no longer tells them apart"
    )
    return (
        f"With “{visible(other)}” instead of “{visible(symbol)}” first, h₂ moves by {told}: "
        f"{verdict}."
    )


def neighbours(
    symbols: Sequence[str], near: tuple[int, int, float], far: tuple[int, int, float]
) -> str:
    """Say which symbols' vectors are alike, and which are not.

    Args:
        symbols: The alphabet.
        near: Places of the two nearest vectors, and how far apart they are.
        far: The same of the two farthest.
    """
    one, other = (
        f"{visible(symbols[a])} and {visible(symbols[b])}, {distance:.2f} apart"
        for a, b, distance in (near, far)
    )
    return f"Most alike to the network by now: {one}; least: {other}."


def fitted(shares: Mapping[str, float], said: Mapping[str, str], lines: int) -> str:
    """Say how much of all lines each network has right, and what it says of the one looked at.

    Args:
        shares: Right of all characters, by network.
        said: Of the line looked at, fit to be shown.
        lines: How many are learnt.
    """
    if not shares:
        return "Source and target, character by character: press Start, and see who learns them."
    told = [
        f"{NAMES[name]} {share:.0%}" + (f" (“{said[name]}”)" if name in said else "")
        for name, share in shares.items()
    ]
    return f"Right of all characters of {_lines(lines)}: {', '.join(told)}."


def shorter(text: str, most: int = 40) -> str:
    """Return a text, or its beginning."""
    return text if len(text) <= most else f"{text[:most]}…"


def _lines(count: int) -> str:
    return "the line" if count == 1 else f"{count} lines"


def foretold(bits: float | None, counted: float, symbols: int, judged: int) -> str:
    """Say what a character of the text's end costs a language model, beside who knows less.

    Args:
        bits: Per character; None before the training.
        counted: By counting alone.
        symbols: K.
        judged: Characters of the end.
    """
    blind = float(np.log2(symbols))
    beside = (
        f"who knows nothing of the {symbols:,} symbols pays {blind:.2f}, "
        f"who counts them {counted:.2f}"
    )
    if bits is None:
        return f"What comes next? In bits per character, {beside}. Press Start."
    return (
        f"A character of the {judged:,} that it never learnt costs it {bits:.2f} bits; {beside}: "
        f"as sure as among {_choices(2**bits)} equal ones."
    )


def _choices(count: float) -> str:
    return f"{count:,.0f}" if count >= 100 else f"{count:.3g}"


def passage(
    guesses: Sequence[Sequence[str]],
    symbols: Sequence[str],
    bits: Floats,
    *,
    first: int,
    of: int,
) -> str:
    """Say how well a passage of a text was foretold.

    Args:
        guesses: The likeliest next symbols after each place, best first, T of them.
        symbols: Of the passage, T.
        bits: What each cost, shape (T,).
        first: Place of the first in the text, from 0.
        of: Characters of the text.
    """
    came = list(zip(guesses, symbols[1:], strict=False))
    likeliest = sum(guess[0] == symbol for guess, symbol in came) / max(len(came), 1)
    among = sum(symbol in guess for guess, symbol in came) / max(len(came), 1)
    cost = float(np.mean(bits[0 if first else 1 :])) if len(symbols) > 1 else 0.0
    return (
        f"Characters {first + 1:,} to {first + len(symbols):,} of {of:,} cost {cost:.2f} bits "
        f"each: the likeliest guess is what comes for {likeliest:.0%} of them, one of the first "
        f"three for {among:.0%}."
    )


def written_right(shares: Mapping[str, float], lines: int) -> str:
    """Say how many texts each network writes wholly right by itself."""
    if not shares:
        return "Press Start: two networks learn to write, one with a teacher, one without."
    told = ", ".join(f"{name} {round(share * lines)}" for name, share in shares.items())
    return f"Wholly right by themselves, of {lines} lines: {told}."


def unseen_right(trained: Mapping[str, Right], unseen: Mapping[str, Right]) -> str:
    """Say how words fare that were never trained on, beside those that were.

    Args:
        trained: How the trained ones are written, by network.
        unseen: How the others are; as many of them for each network.
    """
    if not unseen:
        return ""
    told = "; ".join(
        f"{name} {found.whole} are wholly right and {found.characters:.0%} of the characters "
        f"({trained[name].characters:.0%} of those trained on)"
        for name, found in unseen.items()
    )
    count = next(iter(unseen.values())).count
    return f"Of {count} words that they were never trained on: {told}."


def rows_read(found: RowList, held_out: int, classes: int) -> str:
    """Say how a list of two columns was read, and what is held out."""
    told = (
        f"{len(found.lines):,} rows separated by {found.separator}, {classes} classes; "
        f"a symbol is a {found.unit}."
    )
    if found.header is not None:
        told += (
            f" Row 1, “{shorter(found.header[0])}” and “{shorter(found.header[1])}”, is a header."
        )
    if found.classes_first:
        told += " The first column holds the classes."
    if held_out:
        return f"{told} {held_out:,} rows, drawn at random, are held out and not trained on."
    return f"{told} All rows are trained on; from {ENOUGH_ROWS} rows on, some are held out."


def rows_right(
    held_out: tuple[int, int] | None,
    trained: tuple[int, int] | None,
    rows: int,
    frequent: float,
) -> str:
    """Say how many rows are predicted correctly.

    Args:
        held_out: Correct ones and all of those that are held out; None if none are.
        trained: Correct ones and all of those trained on that were measured; None before.
        rows: Rows that are trained on.
        frequent: Share of the most frequent class.
    """
    if trained is None:
        return f"Press Start: a network is trained on {rows:,} rows and predicts their classes."
    fitted = f"{trained[0] / trained[1]:.1%} of {trained[1]:,} rows it was trained on"
    beside = f"always the most frequent class: {frequent:.1%}"
    if held_out is None:
        return f"Accuracy: {fitted} ({beside}). No rows are held out."
    return (
        f"Accuracy on {held_out[1]:,} held-out rows: {held_out[0] / held_out[1]:.1%} ({beside}); "
        f"{fitted}."
    )


def most_frequent(targets: Sequence[str]) -> float:
    """Return the share of the most frequent class."""
    return Counter(targets).most_common(1)[0][1] / len(targets)


def sorted_right(right: int | None, rows: int) -> str:
    """Say how many rows a network sorts right."""
    if right is None:
        return f"Press Start: a network learns {rows} rows, and says what each of them means."
    return f"{right} of {rows} rows right{': it fits.' if right == rows else ' so far.'}"
