"""List of saved runs."""
