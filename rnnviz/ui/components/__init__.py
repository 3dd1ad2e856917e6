"""What Streamlit has no element for: the drawing pad and the player of a reading."""
