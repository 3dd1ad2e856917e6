"""Figures that several pages share: palette, names, SVG, images and text; no Streamlit."""
