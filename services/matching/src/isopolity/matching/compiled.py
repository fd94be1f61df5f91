"""Kernels: functions that numba compiles, or that Python interprets as they stand.

Both ways run the same function on the same integers, so that they give the same result (ADR 0091). To compile all
kernels takes a minute, to interpret a small problem a second. So a problem is interpreted if it is small and its
kernels are not compiled yet (`worth_compiling`), or if numba is not installed. `warm_up` compiles them all.

A compiled function counts references to each array argument, with a lock each time; in a small function that takes
longer than its work. A function that allocates nothing and returns only numbers does not need it (`borrowing`).
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cached_property, update_wrapper
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, TypeVar

_Function = TypeVar("_Function", bound=Callable[..., object])
_OPTIONS: Final[Mapping[str, Any]] = {"cache": True, "nogil": True}
_UNCOUNTED: Final[Mapping[str, Any]] = {**_OPTIONS, "_nrt": False}
"""`_nrt` switches off numba's counting of references; numba's tests use it, its manual does not mention it."""


def _is_installed(package: str) -> bool:
    try:
        return find_spec(package) is not None
    except ModuleNotFoundError:  # from a finder that forbids it
        return False


HAS_COMPILER: Final = _is_installed("numba")
_interprets: Final[ContextVar[bool | None]] = ContextVar("interprets", default=None)
"""Whether kernels are interpreted here; None if nobody has decided, in which case they are compiled if possible."""


class Kernel:
    """A function that is compiled on its first call, unless the context interprets; compiled code calls it, too."""

    def __init__(self, function: Callable[..., object], options: Mapping[str, Any]) -> None:
        update_wrapper(self, function)
        self.function: Any = function
        self._is_compiled = False
        self._options = options

    def __call__(self, *arguments: object) -> object:
        return (self.function if is_interpreting() else self.dispatcher)(*arguments)

    @cached_property
    def dispatcher(self) -> Any:
        """The function as numba compiles it, loaded late because numba itself takes long to load."""
        from numba import njit

        return njit(**self._options)(self.function)

    @property
    def _numba_type_(self) -> Any:
        """The type by which numba knows this kernel in the code of another."""
        return self.dispatcher._numba_type_

    @property
    def is_compiled(self) -> bool:
        """Whether this process or the disk has compiled code of the function as it is."""
        self._is_compiled = self._is_compiled or bool(self.dispatcher.signatures) or self._is_on_disk()
        return self._is_compiled

    def _is_on_disk(self) -> bool:
        code = self.function.__code__
        source, folder = Path(code.co_filename), Path(self.dispatcher.stats.cache_path)
        kept = folder.glob(f"{source.stem}.{self.function.__qualname__}-{code.co_firstlineno}.*.nbi")
        return any(each.stat().st_mtime >= source.stat().st_mtime for each in kept)


KERNELS: Final[list[Kernel]] = []
"""The kernels of all modules that are loaded."""


def kernel(**options: object) -> Callable[[_Function], _Function]:
    """A decorator that makes a function a kernel with these options of numba besides the usual ones."""

    def made(function: _Function) -> _Function:
        KERNELS.append(Kernel(function, {**_OPTIONS, **options}))
        return KERNELS[-1]  # type: ignore[return-value]  # called as before

    return made


def compiled(function: _Function) -> _Function:
    """The function compiled on its first call and cached on disk; other Python threads run meanwhile."""
    return kernel()(function)


def borrowing(function: _Function) -> _Function:
    """The function compiled without counting references; it must allocate nothing and return no array.

    It must not call a function that is `compiled`, because that would then also be compiled without counting.
    """
    return kernel(**_UNCOUNTED)(function)


def is_interpreting() -> bool:
    """Whether kernels that are called now are interpreted."""
    return bool(_interprets.get()) or not HAS_COMPILER


@contextmanager
def compiling(wanted: bool = True) -> Iterator[None]:
    """Compile all kernels that are called in this context, whatever a problem's size; or interpret all of them."""
    before = _interprets.set(not wanted)
    try:
        yield
    finally:
        _interprets.reset(before)


@contextmanager
def worth_compiling(is_large: Callable[[], bool]) -> Iterator[None]:
    """Interpret kernels in this context if they are not compiled yet and the work is not large.

    An outer context has the last word.
    """
    if _interprets.get() is not None or not HAS_COMPILER:
        yield
        return
    with compiling(is_large() or all(each.is_compiled for each in KERNELS)):
        yield
