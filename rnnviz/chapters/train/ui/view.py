"""Train page: start, pause and step a run, with its curves, checkpoints and predictions."""

from __future__ import annotations

from functools import lru_cache, partial

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from rnnviz.chapters.train.ui import confusion_view, keys
from rnnviz.chapters.train.ui.components import training as view
from rnnviz.data.sequences import STEP_WORDS, entering
from rnnviz.training.jobs import side_by_side
from rnnviz.training.jobs.protocol import Snapshot
from rnnviz.training.jobs.side_by_side import Standing
from rnnviz.training.tasks import checkpoint_readers, time_estimate
from rnnviz.training.tasks.digits import RunConfig
from rnnviz.ui.figures import progress_text
from rnnviz.ui.figures.numbers import rough_duration
from rnnviz.ui.server import embedded_models, run_manager
from rnnviz.ui.server.checkpoint_cache import Looks
from rnnviz.ui.widgets import run_buttons, run_group, training_settings, watched_digit

Bytes = NDArray[np.uint8]


def plan(values: training_settings.Values) -> RunConfig | None:
    """Return the run that the settings ask for, or say why there can be none."""
    try:
        return training_settings.run_config(values)
    except ValueError as error:
        st.error(str(error), icon=":material/block:")
        return None
    finally:
        for warning in training_settings.warnings(values):
            st.warning(warning, icon=":material/info:")


def show(planned: RunConfig | None, tick_s: float | None) -> None:
    """Show the buttons and the run; called again and again while it goes on.

    Args:
        planned: What Start would train; None if that cannot be.
        tick_s: How often this is called now; if that should change, the page runs again.
    """
    embedded_models.one_thread()
    snapshot, config = run_manager.current(), run_manager.config()
    picture, words = watched_digit.probe()
    group = None
    if snapshot is not None and config is not None:
        group = side_by_side.single(snapshot, config)
    _buttons(planned, group)
    _summary(planned, config if snapshot is not None else None)
    st.markdown(f"**{progress_text.sentence(snapshot, config)}**")
    looks = run_manager.looks(config) if snapshot is not None and config is not None else None
    cell = _view(snapshot, config or planned or RunConfig(), looks, picture, words)
    run_group.endings(group)
    if snapshot is not None and config is not None and looks is not None:
        confusion_view.show(cell, snapshot, config, looks)
        _printout(snapshot, config, looks)
    if run_manager.tick_s(snapshot) != tick_s:
        st.rerun()


def _buttons(planned: RunConfig | None, group: Standing | None) -> None:
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        commands = run_group.commands(group, partial(run_manager.start, planned))
        can_start = planned is not None
        run_buttons.show("", group, commands, can_start=can_start, what="a new network")
        watched_digit.probe_controls()
    run_group.refusal()


def _summary(planned: RunConfig | None, config: RunConfig | None) -> None:
    """Say what is trained, or what Start would train."""
    lines = [] if config is None else [f"This run: {_describe(config)}."]
    if planned is not None and planned != config:
        expected = f"{_expected(planned)} on {embedded_models.device_words()}"
        lines.append(f"Start would train: {_describe(planned)}, {expected}.")
    st.caption("  \n".join(lines))


def _describe(config: RunConfig) -> str:
    return (
        f"{progress_text.network(config.model)} · {config.parameters:,} parameters · "
        f"{config.steps:,} steps of {config.training.batch_size} digits"
    )


@lru_cache(maxsize=64)
def _expected(config: RunConfig) -> str:
    """Return how long a run will take, in words; measured once for each."""
    embedded_models.one_thread()
    return rough_duration(time_estimate.seconds(config, embedded_models.device()))


def _view(
    snapshot: Snapshot | None,
    config: RunConfig,
    looks: Looks | None,
    picture: Bytes,
    words: str,
) -> view.Cell | None:
    """Show the component; return the cell of the confusion matrix that is chosen."""
    frames: view.Frames | None = None
    lights = tuple[view.Light, ...]()
    if snapshot is not None and looks is not None:
        if snapshot.state == "paused" or snapshot.over:
            frames = looks.past(snapshot, picture)
        else:
            frames = looks.live(snapshot, picture)
        lights = looks.lights(snapshot)
    model = config.model
    none = view.Frames.none(
        config.length, model.num_directions * model.output_size, has_c=model.cell == "lstm"
    )
    test = embedded_models.test_digits()
    return view.training(
        _run(snapshot),
        _curves(snapshot),
        frames or none,
        lights,
        view.Probe(picture, _entering(config), words),
        view.Ten(test.images[:10].numpy(), test.labels[:10].numpy()),
        key=keys.TRAINING,
        word=STEP_WORDS[config.time_step],
        judge=progress_text.judge(config),
        state_label=f"hidden state h of {words}",
        on_cell=keys.forget_opened,
    )


def _entering(config: RunConfig) -> NDArray[np.int64]:
    found: NDArray[np.int64] = entering(config.time_step, config.chunk).numpy()
    return found


def _run(snapshot: Snapshot | None) -> view.Run:
    if snapshot is None:
        return view.Run("", words="Press Start: the network begins to learn.")
    share = snapshot.step / snapshot.steps if snapshot.steps else 0.0
    return view.Run(
        snapshot.id,
        snapshot.version,
        snapshot.state,
        snapshot.steps,
        share,
        progress_text.words(snapshot),
    )


def _curves(snapshot: Snapshot | None) -> view.Curves:
    if snapshot is None:
        return view.Curves()
    history, tests = snapshot.history, snapshot.held_out
    return view.Curves(history.step, history.loss, history.accuracy, tests.step, tests.accuracy)


def _printout(snapshot: Snapshot, config: RunConfig, looks: Looks) -> None:
    with st.expander("Print-out, as a notebook would give it"):
        test = embedded_models.test_digits().labels[:10].tolist()
        st.code(progress_text.printout(config, snapshot, looks.ten(), test), language=None)


MEANING = f"""
- **Loss and accuracy** of training are means over a few steps each; the test accuracy is measured
  on the first 500 test digits now and then, on all 10,000 after each epoch.
- **The hidden state** is that of the watched digit: one line per unit, one column per time step.
  **Belief** is what the network would answer if the digit ended there.
- **How far back the gradient reaches**: ‖∂L/∂h_t‖ is how strongly the loss reacts to the hidden
  state after step t, along all paths; for an LSTM ‖∂L/∂c_t‖ as well, since c_t → c_{{t+1}} does not
  pass through h_t. Means over the first {checkpoint_readers.FELT} test digits.
- **Confusion** and accuracy per class count the first {checkpoint_readers.GUESSED:,} test digits.
- **In the link** are all settings, the watched test digit and the run. Close the tab and the run
  goes on for {run_manager.grace_s():g} s; come back by the link within that time and it is still
  there. Who has the link can watch the run and steer it. One run per person; others wait in a
  queue.
"""
