"""Single arguments of the library, checked.

Its invariant: what comes out can be used, and what cannot is refused in one sentence.
"""

from collections.abc import Iterable
from datetime import date
from os import PathLike, fspath
from pathlib import Path
from typing import Final

from isopolity.clock import system_clock
from isopolity.matching.assignment.problem import Mode
from isopolity.matching.domain.round import KINDS
from isopolity.matching.entrypoints.library import cells as values
from isopolity.matching.entrypoints.library.tables import shown, whole_number
from isopolity.matching.errors import InvalidInput, InvalidWhatIf

_LARGEST_SEED: Final = 2**53 - 1
"""The greatest whole number that every reader of JSON reads exactly."""


def checked_seed(seed: object) -> int:
    """The seed, if it is one. Raises InvalidInput."""
    return whole_number(seed, "The seed", _LARGEST_SEED)


def checked_mode(mode: object) -> Mode:
    """The mode of that name. Raises InvalidInput."""
    if isinstance(mode, str) and mode in tuple(Mode):
        return Mode(mode)
    raise InvalidInput(f"The mode must be 'quick' or 'exact', not {shown(mode)}.")


def checked_codes(what: str, given: object) -> frozenset[str]:
    """Codes in a list or a text, whether or not they exist. Raises InvalidWhatIf."""
    try:
        return frozenset(map(str, values.codes(given)))
    except ValueError as error:
        raise InvalidWhatIf(f"The {what} {shown(given)}: {error}.") from None


def checked_kinds(given: object) -> tuple[str, ...]:
    """The kinds of pairs. Raises InvalidInput."""
    found = [given] if isinstance(given, str) else list(given) if isinstance(given, Iterable) else []
    if not found or not all(isinstance(each, str) and each in KINDS for each in found):
        raise InvalidInput(f"The kinds must be twinning, sponsorship or both, not {shown(given)}.")
    return tuple(kind for kind in KINDS if kind in found)


def checked_path(given: object) -> str:
    """The path of a file. Raises InvalidInput."""
    if isinstance(given, str | PathLike) and isinstance(path := fspath(given), str) and path and "\0" not in path:
        return str(Path(path))
    raise InvalidInput(f"affinity must be the path of a model file, not {shown(given)}.")


def checked_share(given: object) -> float:
    """A score. Raises InvalidInput."""
    if isinstance(given, int | float) and not isinstance(given, bool) and 0 <= given <= 1:
        return float(given)
    raise InvalidInput(f"The minimum score must be a number from 0 to 1, not {shown(given)}.")


def checked_day(given: object) -> date:
    """A day, by default today. Raises InvalidInput."""
    if given is None:
        return system_clock().date()
    if type(given) is date:
        return given
    raise InvalidInput(f"today must be a date, such as date(2026, 11, 25), not {shown(given)}.")
