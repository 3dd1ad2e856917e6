"""Counts of MNIST's digits and folds, and the kinds of time step; does not import torch."""

from __future__ import annotations

from typing import Literal

TimeStep = Literal["rows", "columns", "permuted", "pixels"]

TRAINING_DIGITS = 60_000
TEST_DIGITS = 10_000
FOLDS = 12
FOLD_DIGITS = TRAINING_DIGITS // FOLDS
