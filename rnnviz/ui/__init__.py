"""Streamlit code that several pages share: widgets, session state, server caches, components."""
