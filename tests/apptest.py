"""A page in Streamlit's own test runner: pressed, looked at again, and what it says."""

import json
import time


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
