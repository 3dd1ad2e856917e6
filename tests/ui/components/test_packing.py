import numpy as np
import pytest

from rnnviz.ui.components import packing
from tests.apptest import unpack


def test_header_and_arrays_come_out_as_they_went_in():
    arrays = {
        "frame": np.arange(784, dtype=np.uint8).reshape(28, 28),
        "h": np.linspace(-1, 1, 28 * 3, dtype=np.float32).reshape(28, 3).T,  # not contiguous
        "none": np.zeros((0, 10), np.float32),
    }
    header, found = unpack(packing.pack({"sentence": "größer als 1 %"}, arrays))
    assert header == {"sentence": "größer als 1 %"}
    for name, array in arrays.items():
        np.testing.assert_array_equal(found[name], array)


def test_another_dtype_is_refused_by_name():
    with pytest.raises(ValueError, match="belief must be uint8 or float32, got float64"):
        packing.pack({}, {"belief": np.zeros(3)})
