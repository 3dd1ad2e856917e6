"""HTML documents in Chromium: opened from a file or in a frame, without a network."""

from __future__ import annotations


class Opened:
    """A page and what it asked for and complained of."""

    def __init__(self, page):
        self.page, self.requests, self.errors = page, [], []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("console", lambda m: self.errors.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def open(self, path):
        """Open a file and return the page."""
        self.page.goto(path.as_uri())
        return self.page


def number(words):
    """Read a number as the view writes it."""
    return float(words.replace("−", "-"))


def panels(view):
    """What stands above each panel, by its name."""
    shown = view.locator("figure:not([data-panel=belief])").all()
    return {c.get_attribute("data-panel"): number(c.locator("output").inner_text()) for c in shown}


def place(view):
    """Time step and unit of the cursor, from 1."""
    row, unit = view.locator(".axis output").all_inner_texts()
    return int(row.split()[0]), int(unit)
