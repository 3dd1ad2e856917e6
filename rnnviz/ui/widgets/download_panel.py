"""Download panel: a folded panel that generates its files when the user opens it.

Not by download buttons that make a file at the press: Streamlit keeps such a file only until two
scripts or fragments of any session have ended, so that while something is trained, or others look
at the same server, the browser may come too late for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode, urljoin

import streamlit as st

from rnnviz.training.export import notebook
from rnnviz.training.store.run_record import StoreError
from rnnviz.ui.session import keys as session_keys
from rnnviz.ui.session import selected_runs
from rnnviz.ui.session.markdown_escape import plain
from rnnviz.ui.widgets.fragment import fragment


@dataclass(frozen=True)
class File:
    """Something to download.

    Attributes:
        name: Name of the file.
        kind: Its MIME type.
        icon: Icon of its button.
        help: What it is.
        content: Makes it; raises a ValueError if that cannot be done.
    """

    name: str
    kind: str
    icon: str
    help: str
    content: Callable[[], str | bytes]


@dataclass(frozen=True)
class Offer:
    """What the panel shows.

    Attributes:
        files: Files, each with a button.
        key: What the buttons' keys begin with.
        link: Title and address of the page that shows what the files are of.
        goes_on: Whether the run is not over, so that the files can be made again.
        notes: Sentences below the buttons.
        code: Title and lines to copy.
        action: Shows a button before those of the files.
    """

    files: Sequence[File]
    key: str
    link: tuple[str, str] = ("", "")
    goes_on: bool = False
    notes: Sequence[str] = ()
    code: tuple[str, str] = ("", "")
    action: Callable[[], None] | None = None


def show(offer: Callable[[], Offer | None]) -> None:
    """Show the folded panel; its files are made when it is opened, and by its own buttons again.

    Args:
        offer: Shows the choices there are, e.g. of a checkpoint, and returns what to show for them;
            None: nothing. May raise a StoreError.
    """

    @fragment()
    def panel() -> None:
        key = session_keys.TAKE_HOME
        box = st.expander("Take it home", icon=":material/download:", key=key, on_change="rerun")
        if box.open:
            with box:
                try:
                    if (found := offer()) is not None:
                        _content(found)
                except StoreError as error:
                    told = plain(str(error))
                    st.info(f"{told[0].upper()}{told[1:]}.", icon=":material/info:")

    panel()


def script_files(name: str, help_: str, content: Callable[[], str]) -> tuple[File, File]:
    """Return a script and its Jupyter notebook as files.

    Args:
        name: Name of the script.
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


def page_link(page: str, values: Mapping[str, str] | None = None) -> str:
    """Return the address of a page, as far as the browser tells it.

    Args:
        page: Its name.
        values: Query parameters; None: those of now.
    """
    address = urljoin(st.context.url or "/", page)
    query = urlencode(selected_runs.link_values() if values is None else values)
    return f"{address}?{query}" if query else address


def _content(offer: Offer) -> None:
    with st.container(horizontal=True, gap="small"):
        if offer.action is not None:
            offer.action()
        faults = [fault for file in offer.files if (fault := _button(file, offer.key))]
        for fault in faults:
            st.info(fault, icon=":material/info:")
        if offer.goes_on:
            st.button(
                "Newest",
                key=f"{offer.key}-newest",
                icon=":material/refresh:",
                help="The run goes on: make these files again with what it has come to",
            )
    for note in offer.notes:
        st.caption(note)
    for (title, lines), language in ((offer.link, None), (offer.code, "python")):
        if lines:
            st.markdown(title)
            st.code(lines, language=language, wrap_lines=language is None)


def _button(file: File, key: str) -> str:
    """Show the button of a file, which is made now; return why it cannot be made, or ""."""
    try:
        content = file.content()
    except ValueError as error:
        return f"{file.name} cannot be made: {plain(str(error))}."
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
    return ""
