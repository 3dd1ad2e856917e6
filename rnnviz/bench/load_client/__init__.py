"""Load client: tabs without a browser that speak Streamlit's websocket, for `bench load`."""
