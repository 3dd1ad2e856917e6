"""View of the shapes in one training step, as in the notebooks, and of `print(model)`."""

from __future__ import annotations

from functools import cache

import streamlit as st
import torch

from rnnviz.chapters.train import step_walkthrough
from rnnviz.core.models import SequenceClassifier
from rnnviz.data import mnist
from rnnviz.training.loop.loop import seeded_model
from rnnviz.training.tasks import checkpoint_readers
from rnnviz.training.tasks.build import Weights
from rnnviz.training.tasks.digits import RunConfig
from rnnviz.ui.server import embedded_models, run_manager

TITLE = "What happens in one step"


@cache
def _training_digits() -> mnist.Digits:
    return mnist.load(train=True)


def show(planned: RunConfig | None) -> None:
    """Show the tensors of the step that was just done, or of the first one before a run."""
    with st.expander(TITLE):
        snapshot, config = run_manager.current(), run_manager.config()
        if snapshot is not None and config is not None and snapshot.weights is not None:
            if not (snapshot.over or snapshot.state == "paused"):
                st.info("Pause the run, or let it finish, to see the tensors of its last step.")
                return
            step, weights = max(snapshot.step, 1), snapshot.weights
            words = f"The batch of step {step:,} of this run, read with the weights after it."
            table = _table_of_run(snapshot.id, snapshot.weights_step, step, config, weights)
        elif planned is not None:
            config, table = planned, _table_of_first(planned)
            words = (
                "The first batch of the run that Start would train, read with its first weights."
            )
        else:
            st.info("First mend the settings.")
            return
        st.markdown(words + _changed(config))
        st.markdown(table)


@st.cache_data(max_entries=64, show_spinner=False)
def _table_of_first(config: RunConfig) -> str:
    training = config.training
    model = seeded_model(config.model, training.seed, training.forget_bias)
    return _table(config, model, 1)


@st.cache_data(max_entries=64, show_spinner=False)
def _table_of_run(
    run_id: str, weights_step: int, step: int, _config: RunConfig, _weights: Weights
) -> str:
    model = checkpoint_readers.model_of(_config, _weights, torch.device("cpu"))
    return _table(_config, model, step)


def _changed(config: RunConfig) -> str:
    if config.augmentation == "none":
        return ""
    return f" The digits are shown as they are before they are {config.augmentation}."


def _table(config: RunConfig, model: SequenceClassifier, step: int) -> str:
    embedded_models.one_thread()
    lines = step_walkthrough.lines(config, model, _training_digits(), step)
    head = (
        "| line of the notebook | shape | from its middle | what to notice |\n|---|---|---|---|\n"
    )
    rows = (
        f"| `{line.code}` | {line.letters} = **{line.shape}** | `{line.numbers}` | {line.says} |"
        for line in lines
    )
    return head + "\n".join(rows)


def show_model(planned: RunConfig | None) -> None:
    """Show the model that Start would train as `print(model)` does."""
    with st.expander("The model, as print(model) shows it"):
        if planned is None:
            st.info("First mend the settings.")
            return
        with torch.device("meta"):  # to be printed, not to be run
            model = seeded_model(planned.model, 0)
        st.code(repr(model), language=None)
        st.markdown(
            f"{planned.parameters:,} parameters, {4 * planned.parameters / 1e6:.2f} MB; "
            f"a batch keeps {planned.states:,} states for its gradients."
        )
