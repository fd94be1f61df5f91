"""How functions are compiled: with or without a part in counting who holds which array.

A compiled function counts the arrays that it is given, one by one, with a lock each time; in a small function that
takes longer than its work. Who allocates nothing, and returns numbers only, needs none of it.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

from numba import njit

_Function = TypeVar("_Function", bound=Callable[..., object])
_OPTIONS: Final[Mapping[str, Any]] = {"cache": True, "nogil": True}
_UNCOUNTED: Final[Mapping[str, Any]] = {**_OPTIONS, "_nrt": False}
"""`_nrt` is numba's name for its counting; numba's tests use it, its manual doesn't tell."""


def compiled(function: _Function) -> _Function:
    """Compiled on the first call and kept on disk; other threads go on while it runs."""
    made: Any = njit(**_OPTIONS)(function)
    return made  # type: ignore[no-any-return]  # called as before


def borrowing(function: _Function) -> _Function:
    """The same for a function that allocates nothing and returns no array: it counts no references.

    Nor does it call one that is `compiled`, which would be compiled without counting, too.
    """
    made: Any = njit(**_UNCOUNTED)(function)
    return made  # type: ignore[no-any-return]  # called as before
