"""Helpers for Streamlit's AppTest: press a button, wait for a state, read text and components."""

import json
import time

import numpy as np


def press(at, key):
    """Press a button and let the page answer."""
    at.button(key=key).click().run()
    assert not at.exception
    return at


def opened(script, *args, link=(), **given):
    """Open a script with what stands in its link; no exception may have come."""
    import streamlit as st
    from streamlit.testing.v1 import AppTest

    st.cache_data.clear()
    st.cache_resource.clear()
    at = AppTest.from_function(script, args=args, kwargs=given, default_timeout=180)
    for key, value in dict(link).items():
        at.query_params[key] = value
    at.run()
    assert not at.exception
    return at


def labelled(elements, label):
    """Return the first element with a label."""
    return next(element for element in elements if element.label == label)


def asked(at, key):
    """Return the value of a query parameter, which AppTest gives alone or in a list."""
    found = at.query_params[key]
    return found if isinstance(found, str) else found[0]


def group_of(at, kind):
    """Return the group of runs that the link names."""
    from rnnviz.training.store.group_record import load_group
    from rnnviz.ui.server import run_manager

    return load_group(run_manager.store(), asked(at, f"{kind}_runs"))


def until(at, is_so, timeout_s=180.0):
    """Look again, as the ticking fragment does, until something is so."""
    end = time.monotonic() + timeout_s
    while not is_so(at):
        assert time.monotonic() < end, words(at)
        time.sleep(0.05)
        at.run()
        assert not at.exception
    return at


def words(at):
    """Return all sentences of the page."""
    notes = (*at.info, *at.warning, *at.error, *at.success)
    parts = (*at.header, *at.subheader, *at.markdown, *at.caption, *notes)
    return " ".join(part.value for part in parts)


def charts(at):
    """Return what each chart was told."""
    return [json.loads(chart.proto.spec) for chart in at.get("echarts_chart")]


def unpack(content):
    """Take `packing.pack` apart, as component_view.js does."""
    size = int.from_bytes(content[:4], "little")
    header = json.loads(content[4 : 4 + size])
    arrays = {}
    for name, entry in header.pop("arrays").items():
        dtype = np.dtype(entry["dtype"])
        start = 4 + size + entry["offset"]
        count = int(np.prod(entry["shape"]))
        arrays[name] = np.frombuffer(content, dtype, count, start).reshape(entry["shape"])
    return header, arrays


def components(at, name):
    """Return what each component of a name was told: header and arrays."""
    protos = [element.proto for element in at.get("bidi_component")]
    return [unpack(proto.bytes) for proto in protos if proto.component_name == f"rnnviz_{name}"]


def component(at, name):
    """Return what a component was told: header and arrays; None where it is not shown."""
    return next(iter(components(at, name)), None)
