"""Command `rnnviz app`: Streamlit's server with the app, started from any folder."""

from __future__ import annotations

import runpy
import sys
from collections.abc import Sequence
from importlib.util import find_spec

from rnnviz.ui.app.app_files import APP

WITHOUT_STREAMLIT = "rnnviz: the app needs Streamlit: pip install -U streamlit\n"


def run(options: Sequence[str]) -> int:
    """Run the server in this process until it ends; return the exit code.

    The settings in `.streamlit/config.toml` beside `app.py` apply, since Streamlit reads the ones
    in its main script's folder after those of the user and of the current folder.

    Args:
        options: Options of `streamlit run`, e.g. ("--server.port", "8502"); they override settings.

    Raises:
        SystemExit: When the server ends, or if it does not know an option.
    """
    if find_spec("streamlit") is None:
        sys.stderr.write(WITHOUT_STREAMLIT)
        return 2
    sys.argv = ["streamlit", "run", str(APP), *options]
    runpy.run_module("streamlit", run_name="__main__")  # `python -m streamlit`, in this process
    return 0
