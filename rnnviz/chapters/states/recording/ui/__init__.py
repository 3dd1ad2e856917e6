"""The Streamlit code of this part."""
