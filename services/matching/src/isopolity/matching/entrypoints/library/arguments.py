"""Single arguments that `assign` has, checked; those of `Members` alone are in `member_arguments`.

Invariant: a value that is returned can be used; any other is refused in one sentence.
"""

from collections.abc import Sequence
from numbers import Real
from typing import Any, Final

import numpy as np

from isopolity.matching.assignment.problem import Mode
from isopolity.matching.entrypoints.library.tables import is_missing, quoted
from isopolity.matching.errors import InvalidInput

_LARGEST_SEED: Final = 2**53 - 1
"""The greatest whole number that every reader of JSON reads exactly."""
_COLUMNS: Final = 3
"""The default names of the columns for both sides and the score."""


def whole_number(value: object, what: str, most: int) -> int:
    """The whole number from 0 to `most` in `value`, where 2.0 counts as 2. Raises InvalidInput, which names `what`."""
    if isinstance(value, Real) and not isinstance(value, bool | np.bool_) and not is_missing(value):
        number: Any = value
        if 0 <= number <= most and number == int(number):
            return int(number)
    raise InvalidInput(f"{what} must be a whole number from 0 to {most:,}, not {quoted(value)}.")


def checked_seed(seed: object) -> int:
    """The seed, a whole number from 0 to 2**53 - 1. Raises InvalidInput."""
    return whole_number(seed, "The seed", _LARGEST_SEED)


def checked_mode(mode: object) -> Mode:
    """The mode called `mode`, quick or exact. Raises InvalidInput."""
    if isinstance(mode, str) and mode in tuple(Mode):
        return Mode(mode)
    raise InvalidInput(f"The mode must be 'quick' or 'exact', not {quoted(mode)}.")


def checked_columns(given: object) -> Sequence[str]:
    """The names of columns: both sides and the score, then any others that rows have. Raises InvalidInput."""
    names = list(given) if isinstance(given, Sequence) and not isinstance(given, str) else []
    if len(names) >= _COLUMNS and len(set(map(repr, names))) == len(names):
        texts = [each for each in names if isinstance(each, str) and each]
        if len(texts) == len(names):
            return texts
    raise InvalidInput(f"columns must be names, such as ('paper', 'reviewer', 'bid'), not {quoted(given)}.")


def checked_side(given: object, names: Sequence[str], *, two_sides: bool) -> int:
    """The number of a side, 0 or 1, by its column's name. Raises InvalidInput."""
    one, other = names
    if not two_sides:
        raise InvalidInput(f"even needs two sides; give a tuple of two capacities, for column {one} and for {other}.")
    if isinstance(given, str) and given in (one, other):
        return int(given == other)
    raise InvalidInput(
        f"even must be {one!r} or {other!r}, the column whose least gets as much as possible, not {quoted(given)}."
    )


def checked_truth(given: object, name: str) -> bool:
    """The truth value of an argument. Raises InvalidInput."""
    if isinstance(given, bool | np.bool_):
        return bool(given)
    raise InvalidInput(f"{name} must be True or False, not {quoted(given)}.")
