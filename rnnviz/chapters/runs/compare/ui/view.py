"""View "Compare": two to four runs overlaid, and digits with different predictions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from rnnviz.chapters.runs.compare import text
from rnnviz.chapters.runs.compare.run_differences import Disagreement, disagreement
from rnnviz.chapters.runs.compare.text import Standing
from rnnviz.chapters.runs.compare.ui.cache import ROOM, Reader, Readers, work
from rnnviz.chapters.runs.compare.ui.components import compare as view
from rnnviz.chapters.runs.ui import keys
from rnnviz.data.sequences import STEP_WORDS, entering
from rnnviz.training.jobs.protocol import Snapshot
from rnnviz.training.store.run_record import StoreError, read_head
from rnnviz.training.tasks.digits import RunConfig
from rnnviz.ui.figures import progress_text
from rnnviz.ui.server import embedded_models, run_manager
from rnnviz.ui.session import keys as session_keys
from rnnviz.ui.session.markdown_escape import plain, sentence
from rnnviz.ui.widgets import incremental, watched_digit
from rnnviz.ui.widgets.fragment import fragment
from rnnviz.ui.widgets.setting_controls import one_of

LIVE_S = 1.0  # between looks while a run goes on
SHOWN = 24  # digits on which two runs differ

Bytes = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Compared:
    """A run that is compared.

    Attributes:
        standing: How it stands, and what it is called.
        reader: What it has read.
    """

    standing: Standing
    reader: Reader

    @property
    def checkpoints(self) -> tuple[int, ...]:
        """Steps whose weights are kept."""
        return self.standing.snapshot.checkpoints


def show(run_ids: Sequence[str]) -> None:
    """Show two to four runs over one another, and again while they go on.

    Args:
        run_ids: Of the runs. One that is not there, deleted or damaged is said and left out.
    """
    asked = tuple(dict.fromkeys(run_ids))
    tick_s = _readers(session_keys.watcher()).tick_s

    @fragment(key=keys.LIVE_COMPARE, run_every=tick_s)
    def live() -> None:
        _show(asked, tick_s)

    live()


@st.cache_resource(scope="session", show_spinner=False)
def _readers(watcher: str) -> Readers:
    return Readers()


def _show(asked: Sequence[str], tick_s: float | None) -> None:
    embedded_models.one_thread()
    readers = _readers(session_keys.watcher())
    compared = _find(asked, readers)
    complete = True
    if len(compared) < 2:
        st.info(
            "Two runs at least are needed to compare them: choose others from the list of runs, or "
            "train one more on Train.",
            icon=":material/compare_arrows:",
        )
    else:
        complete = _compare(compared)
    readers.tick_s = _tick_s(compared, complete)
    if readers.tick_s != tick_s:
        st.rerun()


def _tick_s(compared: Sequence[Compared], complete: bool) -> float | None:
    if not complete:
        return incremental.TICK_S
    return LIVE_S if any(_goes_on(run.standing.snapshot) for run in compared) else None


def _goes_on(snapshot: Snapshot) -> bool:
    return snapshot.state in ("queued", "starting", "running")


def _find(asked: Sequence[str], readers: Readers) -> list[Compared]:
    """Find the runs; of each that is not there it is said why."""
    found: list[tuple[str, Snapshot, RunConfig]] = []
    for run_id in asked:
        try:
            found.append((run_id, *run_manager.find(run_id)))
        except StoreError as error:
            words = sentence(plain(str(error)))
            st.warning(f"{words} It is left out.", icon=":material/info:")
    if len(found) > view.MOST:
        st.info(f"Only the first {view.MOST} of these {len(found)} runs are shown.")
        found = found[: view.MOST]
    if len(found) < 2:
        return []
    called = text.names([config for *_, config in found], [_called(id_) for id_, *_ in found])
    return [
        Compared(
            Standing(name, config, snapshot),
            readers.known.get(
                (run_id, config),
                partial(Reader, run_id, config, partial(run_manager.weights_at, run_id)),
            ),
        )
        for name, (run_id, snapshot, config) in zip(called, found, strict=True)
    ]


def _called(run_id: str) -> str | None:
    """Return what a person called a run."""
    try:
        return read_head(run_manager.store().folder(run_id)).name
    except (StoreError, OSError):  # it may not be kept yet
        return None


def _compare(compared: Sequence[Compared]) -> bool:
    """Show everything; whether all of it is there."""
    standings = [run.standing for run in compared]
    picture, words = watched_digit.probe()
    for run in compared:
        run.reader.follow(picture)
    complete = work([run.reader for run in compared], [run.checkpoints for run in compared])
    said, control = st.columns([5, 2], vertical_alignment="bottom")
    said.markdown(f"**{plain(text.sentence(standings))}**")
    with control:
        watched_digit.probe_controls()
    view.compare([_run(run, len(compared)) for run in compared], picture, words, key=keys.COMPARE)
    _settings(standings)
    _answers(compared)
    return complete


def _run(run: Compared, count: int) -> view.Run:
    config, snapshot = run.standing.config, run.standing.snapshot
    history, tests = snapshot.history, snapshot.held_out
    shown = run.reader.moments(run.checkpoints, ROOM // count)
    missing = "" if run.reader.wanted(run.checkpoints, ROOM) else "no checkpoint to show"
    return view.Run(
        snapshot.id,
        run.standing.name,
        snapshot.steps,
        view.Curves(history.step, history.loss, history.accuracy, tests.step, tests.accuracy),
        shown,
        entering(config.time_step, config.chunk).numpy(),
        STEP_WORDS[config.time_step],
        progress_text.judge(config),
        text.standing_words(snapshot),
        missing,
    )


def _settings(standings: Sequence[Standing]) -> None:
    st.subheader("What differs", anchor=False)
    if text.same_settings(standings):
        st.caption("No setting does: these runs were trained alike.")
    st.table(text.table(standings), hide_index=True, border="horizontal")


def _answers(compared: Sequence[Compared]) -> None:
    """Show on which test digits two of the runs differ."""
    st.subheader("Where their answers differ", anchor=False)
    a, b = _pair([plain(run.standing.name) for run in compared])
    first, second = compared[a], compared[b]
    faults = [run for run in (first, second) if run.reader.fault]
    for run in faults:
        name, fault = plain(run.standing.name), plain(run.reader.fault)
        st.warning(f"{name}: {fault}.", icon=":material/info:")
    one, other = first.reader.answers, second.reader.answers
    shares = [run.reader.answered(run.checkpoints) for run in (first, second)]
    if min(shares) < 1:
        incremental.progress(sum(shares) / 2, "Reading the 10,000 test digits")
    if one is None or other is None:
        if min(shares) == 1:
            st.caption("There is no checkpoint of one of them to read the test digits with.")
        return
    labels = embedded_models.test_digits().labels.numpy()
    found = disagreement(labels, one[1], other[1])
    names = (first.standing.name, second.standing.name)
    steps = f"{names[0]} after step {one[0]:,}, {names[1]} after step {other[0]:,}"
    st.markdown(plain(text.disagreeing(found, *names)), help=plain(steps))
    _counts(found, names)
    _digits(found, labels, (one[1], other[1]), names, (a, b))


def _pair(names: Sequence[str]) -> tuple[int, int]:
    """Let the person choose two of the runs, if there are more."""
    pairs = list(combinations(range(len(names)), 2))
    if len(pairs) == 1:
        return pairs[0]
    words = [f"{names[a]} – {names[b]}" for a, b in pairs]
    return pairs[words.index(one_of("Which two", keys.PAIR, words, linked=False))]


def _counts(found: Disagreement, names: tuple[str, str]) -> None:
    first, second = (plain(name) for name in names)
    counts = {
        "Both right": found.both,
        f"Only {first} right": found.first,
        f"Only {second} right": found.second,
        "Neither right": found.neither,
    }
    with st.container(horizontal=True, gap="large"):
        for label, count in counts.items():
            st.metric(label, f"{count:,}", width="content")


def _digits(
    found: Disagreement,
    labels: NDArray[np.int64],
    answers: tuple[Bytes, Bytes],
    names: tuple[str, str],
    places: tuple[int, int],
) -> None:
    """Show the first digits on which two runs differ; a click lets one be watched."""
    groups = text.kinds(found, labels, *answers)
    first, second = (plain(name) for name in names)
    words = ["All", f"Only {first} right", f"Only {second} right", "Neither right"]
    chosen = one_of(
        "Test digits that they answer differently",
        keys.KIND,
        words,
        "Click a digit: it is then the one that is watched above.",
        linked=False,
    )
    group = groups[words.index(chosen)]
    index = group[:SHOWN]
    if not len(index):
        st.caption("There is none.")
        return
    shown = view.Answered(
        index,
        embedded_models.test_digits().images[index].numpy(),
        labels[index],
        *(answer[index] for answer in answers),
    )
    watched = None if session_keys.probes_drawing() else session_keys.probe_index()
    view.differing(shown, names, places, watched, key=keys.DIFFERING, on_pick=_watch)
    st.caption(f"The first {len(index)} of {len(group):,}. Click one to watch it above.")


def _watch() -> None:
    """Watch the digit that was clicked."""
    index = view.picked(session_keys.message(keys.DIFFERING, "pick"))
    if index is not None:
        session_keys.watch_digit(index)
