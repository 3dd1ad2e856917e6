"""Text about a search: its progress, the values of a trial, and the best trial."""

from __future__ import annotations

from collections.abc import Mapping

from rnnviz.chapters.runs.search.charts import Name, Words
from rnnviz.chapters.runs.search.plan import Value
from rnnviz.chapters.runs.search.trial_table import Verdict
from rnnviz.chapters.runs.search.trials import SearchSnapshot
from rnnviz.data.mnist_sizes import FOLD_DIGITS
from rnnviz.training.statistics import points
from rnnviz.ui.figures.numbers import duration, percent

FEW = 5  # folds, so that an interval over them is wide whatever they say
TEST = (
    "The 10,000 test digits were not read: no training of a search is given them. Read them once, "
    "at the end, with the settings that you settle on."
)


def values_in_words(values: Mapping[str, Value], name: Name, words: Words) -> str:
    """Return a trial's values, e.g. "hidden size 64, cell GRU"."""
    return ", ".join(f"{name(key).lower()} {words(key, value)}" for key, value in values.items())


def progress(snapshot: SearchSnapshot) -> str:
    """Return the line under the bar, e.g. "trial 7 of 20 · about 3:10 left"."""
    done, total = snapshot.done, snapshot.plan.count
    if snapshot.state == "done":
        return f"done · {total} trials"
    if snapshot.state != "running":
        return f"{snapshot.state} · {done} of {total} trials done"
    under_way = len(snapshot.trials) - done
    at_once = f"{under_way} at once" if under_way > 1 else ""
    left = "" if snapshot.left_s is None else f"about {duration(snapshot.left_s)} left"
    return " · ".join(filter(None, (f"trial {min(done + 1, total)} of {total}", at_once, left)))


def sentence(found: Verdict | None, name: Name, words: Words, *, so_far: bool = False) -> str:
    """Say of the best trial what the numbers allow, and no more.

    Args:
        found: What they allow; None if there are none.
        name: Of a setting.
        words: Of a value.
        so_far: Whether more trials will come.
    """
    if found is None:
        return "No trial is judged yet."
    best, folds = found.best, len(found.best.held_out)
    share = percent(best.accuracy or 0.0)
    what = values_in_words(best.values, name, words)
    read = f"{FOLD_DIGITS:,} digits held out"
    over = read if folds == 1 else f"{read}, a mean over {folds} folds"
    told = f"{'Best so far' if so_far else 'Best'}: {what}, with {share} of {over}."
    if found.second is None:
        return told
    second = values_in_words(found.second.values, name, words)
    if found.interval is None:
        return (
            f"{told} Second: {second}, with {percent(found.second.accuracy or 0.0)}. "
            f"A difference below ± {100 * found.error:.1f} points is not to be trusted: chance in "
            f"these {FOLD_DIGITS:,} digits goes that far. One fold says nothing of other seeds."
        )
    numbers = points(found.interval)
    if found.interval.tells:
        return f"{told} It is ahead of the second, {second}, by {numbers} points over the folds."
    more = "" if folds > FEW else " More folds would tell more."
    return f"{told} No difference to be seen from the second, {second} ({numbers} points).{more}"
