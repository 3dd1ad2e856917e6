"""Download panel: a folded panel that generates its files when the user opens it.

Not by download buttons that make a file at the press: Streamlit keeps such a file only until two
scripts or fragments of any session have ended, so that while something is trained, or others look
at the same server, the browser may come too late for it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from rnnviz.training.export import notebook
from rnnviz.training.jobs.protocol import Snapshot
from rnnviz.training.store.checkpoint import CheckpointError
from rnnviz.training.store.run_record import StoreError
from rnnviz.ui.figures.numbers import counted
from rnnviz.ui.session.markdown_escape import plain
from rnnviz.ui.widgets.fragment import fragment
from rnnviz.ui.widgets.model_choice import ModelError

WEIGHTLESS = "There are no weights yet: they come with the first checkpoint of this run."
LOADING = """from safetensors.torch import load_file
from train import build

model = build()
model.load_state_dict(load_file("weights.safetensors"))"""


@dataclass(frozen=True)
class File:
    """Something to download.

    Attributes:
        name: Of the file.
        kind: Its MIME type.
        icon: Of its button.
        help: What it is.
        content: Makes it, with what is known then; raises a StoreError, a
            CheckpointError or a ModelError.
    """

    name: str
    kind: str
    icon: str
    help: str
    content: Callable[[], str | bytes]


def script_files(name: str, help_: str, content: Callable[[], str]) -> tuple[File, File]:
    """Return a script and its Jupyter notebook as files.

    Args:
        name: Of the script.
        help_: What it is.
        content: Makes its source.
    """
    return (
        File(name, "text/x-python", "code", help_, content),
        File(
            notebook.file_name(name),
            notebook.KIND,
            "menu_book",
            f"{name} as a Jupyter notebook: the same code in cells, with text between them",
            lambda: notebook.notebook(content(), name),
        ),
    )


def folded(key: str, content: Callable[[], None]) -> None:
    """Show a folded panel; what is in it is made when it is opened, and by its own buttons anew.

    Args:
        key: Of the panel, in the session.
        content: Shows what is in it.
    """

    @fragment()
    def panel() -> None:
        box = st.expander("Take it home", icon=":material/download:", key=key, on_change="rerun")
        if box.open:
            with box:
                content()

    panel()


def offer(files: Sequence[File], key: str) -> None:
    """Show a button for each file, which is made now; one that cannot be made is said.

    Args:
        files: What there is.
        key: What the buttons' keys begin with.
    """
    faults = []
    for file in files:
        try:
            content = file.content()
        except (StoreError, CheckpointError, ModelError) as error:
            faults.append(f"{file.name} cannot be made: {plain(str(error))}.")
            continue
        st.download_button(
            file.name,
            content,
            file.name,
            file.kind,
            key=f"{key}-{file.name}",
            help=file.help,
            on_click="ignore",
            icon=f":material/{file.icon}:",
        )
    for fault in faults:
        st.info(fault, icon=":material/info:")


def renew(key: str) -> None:
    """Offer to make the files anew, of a run that goes on."""
    st.button(
        "Newest",
        key=f"{key}-newest",
        icon=":material/refresh:",
        help="The run goes on: make these files anew with what it has come to",
    )


def weights_caption(snapshot: Snapshot, step: int | None) -> None:
    """Say that a run has no weights yet, or from which step they are while it goes on."""
    if step is None:
        st.caption(WEIGHTLESS)
    elif not snapshot.over:
        told = counted(step, "step")
        st.caption(f"The run goes on: these are its weights after {told}. Newest makes all anew.")
