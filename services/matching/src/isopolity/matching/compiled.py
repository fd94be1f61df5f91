"""Decorators that compile functions, with or without counting references to their array arguments.

A compiled function counts references to each array argument, with a lock each time; in a small function that takes
longer than its work. A function that allocates nothing and returns only numbers does not need it.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

from numba import njit

_Function = TypeVar("_Function", bound=Callable[..., object])
_OPTIONS: Final[Mapping[str, Any]] = {"cache": True, "nogil": True}
_UNCOUNTED: Final[Mapping[str, Any]] = {**_OPTIONS, "_nrt": False}
"""`_nrt` switches off numba's counting of references; numba's tests use it, its manual does not mention it."""


def compiled(function: _Function) -> _Function:
    """The function compiled on its first call and cached on disk; other Python threads run meanwhile."""
    made: Any = njit(**_OPTIONS)(function)
    return made  # type: ignore[no-any-return]  # called as before


def borrowing(function: _Function) -> _Function:
    """The function compiled without counting references; it must allocate nothing and return no array.

    It must not call a function that is `compiled`, because that would then also be compiled without counting.
    """
    made: Any = njit(**_UNCOUNTED)(function)
    return made  # type: ignore[no-any-return]  # called as before
