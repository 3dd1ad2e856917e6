"""State map: hidden-state paths on fixed principal axes."""
