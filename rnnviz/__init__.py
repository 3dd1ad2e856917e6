"""rnnviz: see how a recurrent network reads."""
