"""Health checks of a training run."""
