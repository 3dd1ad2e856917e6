"""Two to four runs side by side: curves, states and differing predictions."""
