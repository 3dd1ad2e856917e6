"""From results to figures and sentences."""
