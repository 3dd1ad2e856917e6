"""View "Search": plan, start and stop a search, with its charts, and open its runs."""

from __future__ import annotations

from functools import partial

import streamlit as st

from rnnviz.chapters.runs.search import charts as figures
from rnnviz.chapters.runs.search import text, trial_table
from rnnviz.chapters.runs.search.plan import SearchPlan
from rnnviz.chapters.runs.search.trials import SearchError, SearchSnapshot, Trial
from rnnviz.chapters.runs.search.ui import form, server
from rnnviz.chapters.runs.search.ui.form import name, words
from rnnviz.chapters.runs.ui import keys
from rnnviz.ui.app.app_files import PAGES
from rnnviz.ui.figures import palette
from rnnviz.ui.session import selected_runs
from rnnviz.ui.widgets import controls, run_buttons
from rnnviz.ui.widgets.fragment import fragment
from rnnviz.ui.widgets.run_buttons import Commands

AXIS_PX = 105  # that the words of an axis need beside the next one
# On a narrow screen the axes keep their distance, and the figure is moved under a finger. plotly's
# axes are black, and its words have a white edge, on a dark page too.
WIDE = """
.st-key-search_lines {{ overflow-x: auto; }}
.st-key-search_lines [data-testid="stElementContainer"],
.st-key-search_lines [data-testid="stPlotlyChart"] {{ min-width: {least}px; }}
.st-key-search_lines .axis :is(path, line) {{ stroke: #808495 !important; }}
.st-key-search_lines text {{ text-shadow: none !important; }}
"""
BEST = -1  # whichever trial that is; a choice is known by its words, so these never change
STATES = {"done": "", "running": "under way", "refused": "refused", "failed": "failed"}


def show() -> None:
    """Show the form, the search that is shown, and that again while it goes on."""
    notes = st.container()
    snapshot = server.current()
    tick_s = server.tick_s(snapshot)
    with st.expander("What to search", expanded=snapshot is None, icon=":material/tune:"):
        planned = form.plan()
    if planned is not None:
        try:
            st.caption(form.summary(planned))
        except SearchError as error:  # Optuna is not installed
            planned = None
            st.error(f"{str(error)[:1].upper()}{str(error)[1:]}.", icon=":material/block:")

    @fragment(key=keys.LIVE_SEARCH, run_every=tick_s)
    def live() -> None:
        _show(planned, tick_s)

    live()
    st.caption(text.TEST)
    with notes:
        controls.notes()


def _show(planned: SearchPlan | None, tick_s: float | None) -> None:
    snapshot = server.current()
    if server.tick_s(snapshot) != tick_s:
        st.rerun()
    _buttons(planned, snapshot)
    if snapshot is None:
        return
    st.caption(f"This search: {form.describe(snapshot.plan)}.")
    st.progress(snapshot.share, text.progress(snapshot))
    if snapshot.note:
        st.warning(f"The search stopped: {snapshot.note}.", icon=":material/info:")
    ranked = snapshot.ranked()
    verdict = trial_table.verdict(ranked)
    told = text.sentence(verdict, name, words, so_far=snapshot.going)
    st.markdown(f"**{told}**")
    _open(snapshot)
    if ranked:
        _figures(snapshot)
    if snapshot.trials:
        _table(snapshot)


def _buttons(planned: SearchPlan | None, snapshot: SearchSnapshot | None) -> None:
    search_id = snapshot.id if snapshot is not None else ""
    commands = Commands(
        partial(server.start, planned),
        partial(server.pause, search_id),
        partial(server.resume, search_id),
        partial(server.step, search_id, snapshot.steps if snapshot is not None else {}),
        partial(server.stop, search_id),
    )
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        can_start = planned is not None
        run_buttons.show("search_", snapshot, commands, can_start=can_start, what="the trials")


def _open(snapshot: SearchSnapshot) -> None:
    """Let the person open a trial's run on the Train page, the best one first."""
    under_way = [trial for trial in snapshot.trials if not trial.over and trial.runs]
    listed = [*snapshot.ranked(), *under_way]
    if not listed:
        return
    trials = {BEST: listed[0], **{trial.number: trial for trial in listed[1:]}}
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        number = st.selectbox(
            "Trial",
            list(trials),
            key=keys.SEARCH_TRIAL,
            format_func=lambda number: (
                "the best" if number == BEST else _called(trials.get(number))
            ),
            help="The best one first, whichever it is by now",
            width=420,
        )
        chosen = trials.get(BEST if number is None else number, listed[0])
        fold = 1
        if len(chosen.runs) > 1:
            fold = st.selectbox(
                "Fold", range(1, len(chosen.runs) + 1), key=keys.SEARCH_RUN, width=100
            )
        if st.button(
            "Open on Train", key="open_search_run", icon=":material/open_in_new:",
            help="Its curves, its hidden state and its confusions, as of any other run",
        ):  # fmt: skip
            run_id = chosen.runs[min(fold or 1, len(chosen.runs)) - 1]
            selected_runs.show_run(run_id)
            st.switch_page(PAGES / "train.py", query_params={"run": run_id})


def _called(trial: Trial | None) -> str:
    if trial is None:
        return ""
    share = f"{100 * trial.accuracy:.1f} %" if trial.accuracy is not None else "under way"
    return f"{share} · {text.values_in_words(trial.values, name, words)}"


def _figures(snapshot: SearchSnapshot) -> None:
    space, colours = snapshot.plan.space, _palette()
    axes, points = trial_table.axes(space), trial_table.fit(snapshot.trials, space)
    if axes is not None and len(points) > 1:
        st.subheader(f"Fit and overfit against {name(axes[0]).lower()}")
        figure = figures.fit_overfit(points, *axes, name, words, colours)
        st.plotly_chart(figure, key="search_fit", config={"displayModeBar": False})
        st.caption(FIT)
    if len(space.settings) > 1:
        st.subheader("Each trial a line")
        figure = figures.parallel(snapshot.trials, space, name, words, colours)
        st.html(f"<style>{WIDE.format(least=AXIS_PX * (len(space.settings) + 1))}</style>")
        with st.container(key="search_lines"):
            st.plotly_chart(figure, key="search_parallel", config={"displayModeBar": False})
        st.caption("Drag along an axis to keep only some of its values; drag its name to move it.")


def _palette() -> palette.Palette:
    return palette.DARK if st.context.theme.type == "dark" else palette.LIGHT


def _table(snapshot: SearchSnapshot) -> None:
    """Show the trials, the best first, then what is under way, failed or was refused."""
    rest = [trial for trial in snapshot.trials if trial.state != "done"]
    trials = [*snapshot.ranked(), *rest]
    st.subheader("Trials, the best first")
    st.dataframe(
        {
            **{
                name(key): [words(key, trial.values[key]) for trial in trials]
                for key in snapshot.plan.space.settings
            },
            "Held out, %": [_percent(trial.accuracy) for trial in trials],
            "Folds": [", ".join(f"{100 * share:.1f}" for share in t.held_out) for t in trials],
            "Learnt, %": [_percent(trial.train_accuracy) for trial in trials],
            "Trial": [trial.number + 1 for trial in trials],
            "Seconds": [round(trial.took_s, 1) for trial in trials],
            "Note": [": ".join(filter(None, (STATES[t.state], t.note))) for t in trials],
        },
        hide_index=True,
        placeholder="",
    )


def _percent(share: float | None) -> float | None:
    return None if share is None else round(100 * share, 2)


FIT = (
    "Where both are low, the network is too small, or learns too slowly, to fit. Where the learnt "
    "digits are read far better than those held out, it knows them by heart: that distance is the "
    "overfit. Whiskers reach from the lowest to the highest fold."
)
