"""Shapes: the shape of every tensor of a call, and which slice of it to use."""
