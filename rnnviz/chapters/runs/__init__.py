"""Runs: the saved runs, their comparison, races and searches."""
