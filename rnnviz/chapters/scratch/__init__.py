"""Scratch: the same networks written in NumPy, beside PyTorch."""
