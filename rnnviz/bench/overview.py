"""Table of the results of `bench all` for the README, each beside its baseline."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

Figures = Mapping[str, Any]
Row = tuple[str, str, str, str]

HEAD = ("what", "here", "its floor", "ratio")


def table(found: Figures) -> str:
    """Return what `all_benches.measure` found as a table; below it where, and what is left out.

    Ratios are medians over rounds, with their quartiles where a bench has them.
    """
    rows = [row for name, figures in found["benches"].items() for row in ROWS[name](figures)]
    lines = [_line(HEAD), _line(["---"] * len(HEAD)), *map(_line, rows), "", _where(found)]
    lines += [f"{name} is left out: {why}." for name, why in found["left_out"].items()]
    return "\n".join(lines)


def _line(cells: Row | list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _where(found: Figures) -> str:
    where, jax = found["machine"], found["benches"].get("train", {}).get("left_out", {})
    return (
        f"{where['processor']}, {where['cores']} cores, {where['threads']} threads, load "
        f"{where['load']}; Python {where['versions']['python']}, torch "
        f"{where['versions']['torch']}{'' if not jax else '; without JAX'}."
    )


def _ratio(found: Figures) -> str:
    low, _, high = found["quartiles"]
    return f"{found['median']:.2f} ({low:.2f} – {high:.2f})"


def _train(found: Figures) -> Iterator[Row]:
    rates, ratios = found["steps_per_s"], found["ratios"]
    here = f"{rates['loop']:.0f}"
    what = "training steps a second, LSTM 28 → 64, batch 64 (`bench train`)"
    yield what, here, f"{rates['notebook']:.0f}, a notebook's own loop", _ratio(ratios["notebook"])
    what = "the same beside a bare loop over tensors on the device"
    yield what, here, f"{rates['tensors']:.0f}", _ratio(ratios["tensors"])
    if "jax" in rates:
        what = "the same beside the model in JAX, `lax.scan` and jit"
        yield what, here, f"{rates['jax']:.0f}", _ratio(ratios["jax"])
    what = "the same with bfloat16, which pays on a CPU with AMX, beside a notebook's"
    yield what, f"{rates['bfloat16']:.0f}", f"{rates['notebook']:.0f}", _ratio(ratios["bfloat16"])
    if (profile := found["profile"]) is not None:
        what = "of a step's time, one thread, inside the LSTM's own kernels"
        yield what, f"{profile['lstm_share']:.0%}", "–", "–"
    what = "steps a second in a worker, one thread, while a page watches it"
    floor = f"{rates['alone']:.0f}, unwatched"
    yield what, f"{rates['watched']:.0f}", floor, f"{1 - found['view_cost']:.2f}"


def _trace(found: Figures) -> Iterator[Row]:
    for row in found["rows"]:
        if row["cell"] == "lstm":
            digits = 2 if row["batch"] == 1 else 0
            what = (
                "every gate and state of an LSTM, H = 128, batch 1 (`bench trace`)"
                if row["batch"] == 1
                else f"the same, batch {row['batch']:,}"
            )
            floor = f"{row['module_ms']:.{digits}f} ms, the bare `nn.LSTM`"
            yield what, f"{row['trace_ms']:.{digits}f} ms", floor, _of(row)
    after, units = found["accuracy_after"], found["single_units"]
    what = f"answers to {after['digits']:,} digits with a unit out, H = 128"
    floor = f"{after['plain_ms'] / 1e3:.2f} s, the same network whole"
    yield what, f"{after['changed_ms'] / 1e3:.2f} s", floor, _of(after)
    what = f"each of its {units['units']} units out by itself on {units['digits']:,} digits"
    floor = f"{units['plain_ms'] / 1e3:.1f} s, as many plain readings"
    yield what, f"{units['ranked_ms'] / 1e3:.1f} s", floor, _of(units)


def _of(row: Figures) -> str:
    return _ratio({"median": row["ratio"], "quartiles": row["ratio_quartiles"]})


def _evaluate(found: Figures) -> Iterator[Row]:
    batch = str(found["default_batch"])
    for row in found["rows"]:
        threads = "one thread" if row["threads"] == 1 else f"{row['threads']} threads"
        what = f"{found['digits']:,} digits read, {batch} at once, {row['network']}, {threads}"
        here = f"{row['by_batch'][batch]['median'] / 1e3:.2f} s"
        floor = f"{row['module']['median'] / 1e3:.2f} s, one call of the bare network"
        first = row is found["rows"][0]
        yield f"{what}{' (`bench evaluate`)' * first}", here, floor, _ratio(row["ratio"])


def _scale(found: Figures) -> Iterator[Row]:
    mark = " (`bench scale`)"
    for name, slope in found["slopes"].items():
        grown = "the number of layers" if name == "layers" else name
        what = f"time of a trace and of a training step as {grown} grows{mark}"
        here = f"{name}^{slope['trace time']:.2f}, {name}^{slope['step time']:.2f}"
        yield what, here, f"{name}^1", "–"
        mark = ""
    many = found["many"]
    chunked, whole = many["chunked"], many["whole"]
    what = f"memory of a trace of {chunked['digits']:,} digits in chunks of {chunked['chunk']}"
    yield what, f"{chunked['peak_mb']:.0f} MiB", f"{whole['peak_mb']:,.0f} MiB, in one piece", "–"


def _draw(found: Figures) -> Iterator[Row]:
    here, floor = found["app"], found["floor"]
    rates = [f"{one['updates_per_s']} a second" for one in (here, floor)]
    share = f"{here['updates_per_s'] / floor['updates_per_s']:.2f}"
    what = "answers while drawing (`bench draw`)"
    yield what, rates[0], f"{rates[1]}, a fragment that answers nothing", share
    for part, word in (("p50", "median"), ("p95", "95th percentile")):
        what = f"from ink to its answer on the screen, {word}"
        ms = [f"{one[f'{part}_ms']:.0f} ms" for one in (here, floor)]
        yield what, ms[0], ms[1], f"{found[f'ratio_{part}']:.2f}"


def _live(found: Figures) -> Iterator[Row]:
    what = "redraws a second of a training that is watched, H = 128 (`bench live`)"
    yield what, f"{found['redraws_per_s']:.1f}", "–", "–"


def _app(found: Figures) -> Iterator[Row]:
    first, mark = found["first_page"], " (`bench app`)"
    floor = f"{first['floor']['median'] / 1e3:.1f} s, importing streamlit and torch"
    for name in ("home", "draw"):
        what = f"from the command to the first page, {name}{mark}"
        here = f"{first[name]['median'] / 1e3:.1f} s"
        yield what, here, floor, _ratio(first[f"ratio_{name}"])
        mark = ""
    visits = [row["later"] for row in found["switch"].values()]
    slowest = max(row["whole_ms"] for row in visits)
    yield "a switch to a page that was seen before, the slowest", f"{slowest:.0f} ms", "–", "–"
    largest = max(row["bytes"] for row in found["opened"].values())
    yield "bytes that a page's first view takes, the largest", f"{largest / 1e3:.0f} kB", "–", "–"
    ticks = found["ticks"]["bytes_per_tick"]
    yield "and a redraw of a training that is watched", f"{ticks / 1e3:.0f} kB", "–", "–"
    idle = found["idle"]
    if idle["share"] is not None:
        what = f"{idle['tabs']} tabs left alone, share of a core"
        floor = f"{idle['share_without']:.1%}, none"
        yield what, f"{idle['share']:.1%}", floor, "–"


ROWS: Mapping[str, Callable[[Figures], Iterator[Row]]] = MappingProxyType(
    {
        "train": _train,
        "trace": _trace,
        "evaluate": _evaluate,
        "scale": _scale,
        "draw": _draw,
        "live": _live,
        "app": _app,
    }
)
