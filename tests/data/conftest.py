"""Fixtures shared by the tests of the data."""

import pytest


@pytest.fixture(scope="module")
def digits(training_digits):
    return training_digits[:600]
