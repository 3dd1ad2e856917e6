"""Benchmarks that `python -m rnnviz bench` runs."""
