"""Helpers for Streamlit's AppTest: press a button, wait for a state, read text and components."""

import json
import time

import numpy as np


def press(at, key):
    """Press a button and let the page answer."""
    at.button(key=key).click().run()
    assert not at.exception
    return at


def until(at, is_so, timeout_s=180.0):
    """Look again, as the ticking fragment does, until something is so."""
    end = time.monotonic() + timeout_s
    while not is_so(at):
        assert time.monotonic() < end, said(at)
        time.sleep(0.05)
        at.run()
        assert not at.exception
    return at


def said(at):
    """Return all sentences of the page."""
    parts = (*at.markdown, *at.caption, *at.info, *at.warning, *at.error, *at.success)
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
