"""The Streamlit code that the views of this chapter share."""
