"""Training: the loop, its evaluation, what is kept of it."""
