"""Inspection of a trained network: traces, gradients, attributions, Jacobians."""
