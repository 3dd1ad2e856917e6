"""What the laws of the package `rnnviz.scratch` share: sizes, seeds, and how near is the same."""

from hypothesis import settings
from hypothesis import strategies as st

always_the_same = settings(max_examples=50)
EXACT = {"rtol": 1e-9, "atol": 1e-9}
sizes = st.integers(1, 4)
seeds = st.integers(0, 2**32 - 1)
