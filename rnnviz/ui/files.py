"""Files to take home, in a folded panel that makes them when it is opened.

Not by download buttons that make a file at the press: Streamlit keeps such a file only until two
scripts or fragments of any session have ended, so that while something is trained, or others look
at the same server, the browser may come too late for it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from rnnviz.training.checkpoint import CheckpointError
from rnnviz.training.run_files import StoreError
from rnnviz.ui.plain_words import plain


@dataclass(frozen=True)
class File:
    """Something to download.

    Attributes:
        name: Of the file.
        kind: Its MIME type.
        icon: Of its button.
        help: What it is.
        content: Makes it, with what is known then; raises a StoreError or a CheckpointError.
    """

    name: str
    kind: str
    icon: str
    help: str
    content: Callable[[], str | bytes]


def folded(key: str, content: Callable[[], None]) -> None:
    """Show a folded panel; what is in it is made when it is opened, and by its own buttons anew.

    Args:
        key: Of the panel, in the session.
        content: Shows what is in it.
    """

    @st.fragment
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
        except (StoreError, CheckpointError) as error:
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
