"""What `python -m rnnviz bench` runs."""
