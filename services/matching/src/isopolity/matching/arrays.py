"""Types of numpy arrays by the type of their entries, which matching names only here; and a test for membership."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Floats32 = NDArray[np.float32]
Integers = NDArray[np.int64]
Integers32 = NDArray[np.int32]
Integers16 = NDArray[np.int16]
Integers8 = NDArray[np.int8]
Unsigned64 = NDArray[np.uint64]
Unsigned16 = NDArray[np.uint16]
Unsigned8 = NDArray[np.uint8]
Booleans = NDArray[np.bool_]


def are_among(values: Integers, ascending: Integers) -> Booleans:
    """Whether each of `values` is in `ascending`; NumPy's `isin` reads both whole, even for a single value."""
    if not len(ascending):
        return np.zeros(len(values), bool)
    place = np.minimum(np.searchsorted(ascending, values), len(ascending) - 1)
    return np.asarray(ascending[place] == values, bool)
