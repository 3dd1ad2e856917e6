"""View of an encoder-decoder that spells digits or reverses words, with teacher forcing or not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from rnnviz.chapters.characters import backward_in_loop, seq2seq, text, text_training
from rnnviz.chapters.characters.config import TextConfig
from rnnviz.chapters.characters.models import EncoderDecoder
from rnnviz.chapters.characters.ui import keys, run_panel
from rnnviz.chapters.characters.vocabulary import Line, Vocabulary
from rnnviz.training.jobs.side_by_side import Part, Standing
from rnnviz.ui.widgets import group_networks, setting_controls
from rnnviz.ui.widgets.setting_kinds import Choice, Number, Value
from rnnviz.ui.widgets.training_settings import CELLS

KIND = "writer"
TASKS: Mapping[str, tuple[Line, ...]] = {
    "a digit's spelling": seq2seq.SPELLING,
    "a word reversed": seq2seq.REVERSAL,
}
ASKED = {
    "a digit's spelling": (keys.ASKED_DIGIT, "7"),
    "a word reversed": (keys.ASKED_WORD, "memory"),
}
TASK = Choice(
    "writes", "What is written", "a digit's spelling", tuple(TASKS), "One to many, or many to many."
)
MORE = (
    Choice("writer_cell", "Cell", "GRU", tuple(CELLS), "Of encoder and decoder."),
    Choice("writer_hidden", "Hidden size", "64", ("16", "32", "64", "128"), "Units of each."),
    Number("writer_epochs", "Epochs", 150, 1, 600, "Each is one step on all lines."),
    Choice("writer_lr", "Learning rate", "0.01", run_panel.RATES, "Of Adam."),
    Number("writer_seed", "Seed", 0, 0, 999, "Of the first weights."),
)
WARM = Choice(
    "writer_temperature",
    "Temperature of the sample",
    "1",
    ("0.2", "0.5", "0.8", "1", "1.5", "2"),
    "Logits are divided by it before a character is drawn.",
)
DRAW = Number(keys.WRITER_DRAW, "Draw", 0, 0, 999, "Another draw, another sample.")


def show() -> None:
    """Show the lesson with all its controls, and again while it trains."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        with st.container(width=260):
            task = str(setting_controls.show(TASK))
        values = setting_controls.more(MORE)
    planned = setting_controls.planned(lambda: plan(TASKS[task], values))
    left, middle, right = st.columns([2, 2, 1], gap="medium", vertical_alignment="bottom")
    with left:
        key, first = ASKED[task]
        asked = st.text_input(
            "Ask for one of your own", first, key=key, bind="query-params", max_chars=20
        )
    with middle:
        warm = float(setting_controls.show(WARM))
    with right:
        draw = int(setting_controls.show(DRAW))
    run_panel.live(
        KIND, planned, "two networks", lambda found: _picture(planned, found, asked, warm, draw)
    )
    with st.expander("The lines that run"):
        st.code(backward_in_loop.shown(EncoderDecoder), height=420)
    with st.expander("Why? What teacher forcing is"):
        st.markdown(MEANING)


def plan(lines: tuple[Line, ...], values: Mapping[str, Value]) -> list[TextConfig]:
    """Return two networks, with teacher forcing and without."""
    return [
        text_training.config_of(
            "writer",
            lines,
            cell=CELLS[str(values["writer_cell"])],
            embedding_size=16,
            hidden_size=int(values["writer_hidden"]),
            epochs=int(values["writer_epochs"]),
            batch_size=len(lines),
            lr=float(values["writer_lr"]),
            clip_norm=1.0,
            seed=int(values["writer_seed"]),
            teacher_forcing=forcing,
        )
        for forcing in (True, False)
    ]


def _picture(
    planned: Sequence[TextConfig], found: Standing | None, asked: str, warm: float, draw: int
) -> None:
    trained = run_panel.configs_of(found)
    first = next(iter([*trained, *planned]), None)
    if first is None:
        return
    parts = [part for part in (found.parts if found else ()) if part.snapshot is not None]
    shares = {
        run_panel.name(config): float(part.snapshot.held_out.accuracy[-1])
        for part, config in zip(parts, trained, strict=False)
        if part.snapshot is not None and len(part.snapshot.held_out.accuracy)
    }
    rest = seq2seq.unseen(first.pairs)
    each = [_answers(part, rest, asked, warm, draw) for part in parts]
    answers = [one for one in each if one is not None]
    st.markdown(f"**{text.written_right(shares, len(first.pairs))}**")
    if rest and answers:
        st.markdown(f"**{_generalised(answers, first.pairs, rest)}**")
    left, right = st.columns([3, 2], gap="medium")
    with left:
        _table(answers, first.pairs, rest, asked, warm)
    with right:
        named = {run_panel.name(config): p for p, config in zip(parts, trained, strict=False)}
        run_panel.loss_chart(named, first.steps, keys.WRITER_LOSS)


@dataclass(frozen=True)
class _Answers:
    """What one network writes: of what is asked, of words that it never saw, of its lines."""

    name: str
    greedy: list[str]
    sampled: list[str]


def _answers(
    part: Part, rest: Sequence[Line], asked: str, warm: float, draw: int
) -> _Answers | None:
    config, newest = part.config, group_networks.newest(part)
    if newest is None or not isinstance(config, TextConfig):
        return None
    vocabulary, model = text_training.alphabet(config), newest[1]
    assert isinstance(model, EncoderDecoder)
    sources = [source for source, _ in (*rest, *config.pairs)]
    greedy, sampled = (
        _written(model, vocabulary, [asked], heat, seed)
        + _written(model, vocabulary, sources, heat, seed)
        for heat, seed in ((0.0, 0), (warm, draw))
    )
    return _Answers(run_panel.name(config), greedy, sampled)


def _generalised(answers: Sequence[_Answers], lines: Sequence[Line], rest: Sequence[Line]) -> str:
    """Say how words that were not learnt are written, beside those that were."""
    learnt = [target for _, target in lines]
    others = [target for _, target in rest]
    trained = {one.name: seq2seq.right(one.greedy[1 + len(rest) :], learnt) for one in answers}
    unseen = {one.name: seq2seq.right(one.greedy[1 : 1 + len(rest)], others) for one in answers}
    return text.unseen_right(trained, unseen)


def _table(
    answers: Sequence[_Answers],
    lines: Sequence[Line],
    rest: Sequence[Line],
    asked: str,
    warm: float,
) -> None:
    every = (*rest, *lines)
    columns: dict[str, list[str]] = {
        "goes in": [asked, *(source for source, _ in every)],
        "wanted": [dict(every).get(asked, "–"), *(target for _, target in every)],
    }
    if rest:
        seen = "yes" if asked in dict(lines) else "no"
        columns["trained on"] = [seen, *["no"] * len(rest), *["yes"] * len(lines)]
    for one in answers:
        columns[f"{one.name}, greedy"] = one.greedy
        columns[f"{one.name}, at {warm:g}"] = one.sampled
    st.dataframe(columns, hide_index=True, height=420, alt="What goes in, and what is written")


def _written(
    model: EncoderDecoder, vocabulary: Vocabulary, sources: Sequence[str], warm: float, draw: int
) -> list[str]:
    try:
        found = seq2seq.write_all(model, vocabulary, sources, temperature=warm, seed=draw)
    except ValueError as error:
        return [f"({error})" for _ in sources]
    return [one.text if one.ended else f"{one.text}…" for one in found]


MEANING = f"""
- One network reads, its last state goes to another that writes character by character until it
  writes an end mark, or {seq2seq.LONGEST} characters. From one digit: **one to many**; from a word:
  **many to many**, of any lengths.
- **Teacher forcing**: while it learns, the right character before goes in, whatever it has written.
  Without, its own goes in, also a wrong one, as it must be at the end.
- **Wholly right** is counted as it must work in earnest: its own characters go in, greedily.
- The first row is what you ask for; of letters that it never saw it knows nothing.
- {len(seq2seq.UNSEEN)} words to reverse are **never trained on**: they tell whether it can reverse,
  or knows by heart. A character counts if it stands in its place.
"""
