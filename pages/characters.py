"""What comes after h, e, l, l?"""

from __future__ import annotations

import streamlit as st

from rnnviz.ui import controls, hello, language, own_pairs, state, table_lesson, writing

st.title("What comes after h, e, l, l?")
notes = st.container()
shown = controls.view(
    ("hello", "My text", "Next character", "Table", "Spelling and reversal"), state.VIEW
)
if shown == "My text":
    own_pairs.show()
elif shown == "Next character":
    language.show()
elif shown == "Table":
    table_lesson.show()
elif shown == "Spelling and reversal":
    writing.show()
else:
    hello.show()
with notes:
    controls.notes()
