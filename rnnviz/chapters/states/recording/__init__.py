"""Recordings and weights of the user's own networks."""
