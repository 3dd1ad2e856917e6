"""Shapes of tensors and weights, slices, proofs and code to copy."""
