"""Memory of a network: gradients through time, attributions, early stopping."""
