"""Pages as Streamlit's own test runner sees them."""

import json
from pathlib import Path

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def open_app():
    """Open a page, with what stands in its link; no exception may have come."""

    def open_(page="home", **link):
        st.cache_data.clear()
        st.cache_resource.clear()
        at = AppTest.from_file(str(ROOT / "rnnviz/ui/router.py"), default_timeout=180)
        if page != "home":
            at.run()  # a page can only be switched to
            at.switch_page(f"../../pages/{page}.py")
        for name, value in link.items():
            at.query_params[name] = value
        at.run()
        assert not at.exception
        return at

    return open_


def unpack(content):
    """Take `packing.pack` apart, as views.js does."""
    size = int.from_bytes(content[:4], "little")
    header = json.loads(content[4 : 4 + size])
    arrays = {}
    for name, entry in header.pop("arrays").items():
        dtype = np.dtype(entry["dtype"])
        start = 4 + size + entry["offset"]
        count = int(np.prod(entry["shape"]))
        arrays[name] = np.frombuffer(content, dtype, count, start).reshape(entry["shape"])
    return header, arrays


def component(at, name):
    """Return what a component was told: header and arrays; None where it is not shown."""
    for element in at.get("bidi_component"):
        if element.proto.component_name == f"rnnviz_{name}":
            return unpack(element.proto.bytes)
    return None
