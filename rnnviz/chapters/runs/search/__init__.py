"""Hyperparameter search over folds of the training digits."""
