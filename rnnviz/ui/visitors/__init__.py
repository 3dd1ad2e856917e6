"""Tabs without a screen that speak Streamlit's websocket, for `python -m rnnviz bench load`."""
