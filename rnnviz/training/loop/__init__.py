"""Training loop: a generator of steps, its optimizer, schedule and evaluation."""
