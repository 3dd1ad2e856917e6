"""Characters page: networks that read and generate text, one character per step."""

from __future__ import annotations

import streamlit as st

from rnnviz.chapters.characters.ui import (
    hello_view,
    language_model_view,
    pairs_view,
    seq2seq_view,
    word_table_view,
)
from rnnviz.ui.session import keys as session_keys
from rnnviz.ui.widgets import controls

st.title("What comes after h, e, l, l?")
notes = st.container()
shown = controls.view(
    ("hello", "My text", "Next character", "Table", "Spelling and reversal"), session_keys.VIEW
)
if shown == "My text":
    pairs_view.show()
elif shown == "Next character":
    language_model_view.show()
elif shown == "Table":
    word_table_view.show()
elif shown == "Spelling and reversal":
    seq2seq_view.show()
else:
    hello_view.show()
with notes:
    controls.notes()
