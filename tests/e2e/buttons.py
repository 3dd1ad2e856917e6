"""Locators of buttons and sliders on a page."""


def button(page, name, *, exact=True):
    """Find a button; not Streamlit's own Stop, which stands in the header while a script runs."""
    ours = page.locator(':not([kind="header"])')
    return page.get_by_role("button", name=name, exact=exact).and_(ours)


def slider(page, name):
    return page.get_by_role("slider", name=name)
