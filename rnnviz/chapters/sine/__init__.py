"""Sine: a signal read in segments, with the hidden state passed or reset."""
