"""States: the units and gates inside one trained network."""
