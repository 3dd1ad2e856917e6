"""Readings taken back out of an HTML document, as its page does it."""

import base64
import html
import json
import re
import zlib

from tests.apptest import unpack

MOST_BYTES = 2_000_000


def places(document):
    """Return what a document holds of its layers and directions."""
    pattern = r'<script type="application/json" id="readings">(.*?)</script>'
    return json.loads(re.search(pattern, document.html, re.DOTALL)[1])


def readings(document):
    """Return header and arrays of each layer and direction that is in a document."""
    return {
        (one["layer"], one["direction"]): unpack(zlib.decompress(base64.b64decode(one["data"])))
        for one in places(document)
        if one["data"]
    }


def note(document):
    """Return what a document says of what it does not hold."""
    return html.unescape(re.search(r'<p id="note">(.*?)</p>', document.html)[1])
