"""Views as one self-contained HTML each, for notebooks and files; no Streamlit."""
