"""Statistics of one unit: selectivity, top inputs, saturation."""
