"""The Streamlit code of this chapter."""
