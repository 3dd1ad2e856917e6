"""Statistics of units: selectivity, order, paths of the hidden state."""
