"""Single cells of a member's row, made what a contract reads: texts split into lists, numpy's numbers into Python's.

Its invariant: an empty cell is None, in whatever words a frame says so.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from difflib import get_close_matches
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from isopolity.matching.entrypoints.library.tables import is_missing, shown

_TOPIC: Final = ("subject", "intensity", "mode", "valid_until")
_LARGEST: Final = 10**15
_FORM: Final = "write each entry as subject:intensity:mode, such as sdg.4:3:webinar"


def value(cell: object) -> Any:
    """A cell that holds one thing. Raises ValueError, in words that follow a name."""
    if type(cell) is str:
        return _text(cell)
    if is_missing(cell):
        return None
    if isinstance(cell, np.datetime64):
        return cell.astype("datetime64[us]").item()
    plain = cell.item() if isinstance(cell, np.generic) else cell
    if isinstance(plain, str):
        return _text(plain)
    if isinstance(plain, bool | date):
        return plain
    if isinstance(plain, int | float):
        if not -_LARGEST <= plain <= _LARGEST:
            raise ValueError("give a number that is nearer to 0")
        return plain
    raise ValueError("give a text, a number or a date")


def codes(cell: object) -> tuple[Any, ...]:
    """A cell that holds a list of codes: a list, or a text with | between them. Raises ValueError."""
    return tuple(dict.fromkeys(found for each in _listed(cell) if (found := value(each)) is not None))


def topics(cell: object) -> tuple[Mapping[str, Any], ...]:
    """A cell of needs or offers: mappings, or texts subject:intensity:mode[:valid until]. Raises ValueError."""
    return tuple(_topic(each) for each in _listed(cell) if not is_missing(each))


def known(code: str, there: Iterable[str], what: str) -> None:
    """Raise ValueError, with what may be meant, unless there is such a code."""
    codes = list(there)
    if code not in codes:
        alike = get_close_matches(code, codes, 2, 0.5)
        hint = f"did you mean {' or '.join(map(repr, alike))}?" if alike else f"the codes are {', '.join(codes)}."
        raise ValueError(f"there is no {what} {shown(code)}; {hint}")


def _listed(cell: object) -> Sequence[Any]:
    if isinstance(cell, str):
        return [part.strip() for part in cell.split("|") if part.strip()]
    if isinstance(cell, Iterable) and not isinstance(cell, bytes | Mapping):
        return list(cell)
    if is_missing(cell):
        return ()
    raise ValueError("give a list, or a text with | between the entries")


def _topic(entry: object) -> Mapping[str, Any]:
    if isinstance(entry, str):
        return _written(entry)
    if isinstance(entry, Mapping):
        unknown = sorted(str(name) for name in entry if name not in _TOPIC)
        if unknown:
            raise ValueError(f"there is no {unknown[0]!r} in a need or offer; its fields are {', '.join(_TOPIC)}")
        return _filled({str(name): value(each) for name, each in entry.items()})
    if isinstance(entry, Sequence | np.ndarray) and 3 <= len(entry) <= len(_TOPIC):
        return _filled({name: value(each) for name, each in zip(_TOPIC, entry, strict=False)})
    raise ValueError(_FORM)


@lru_cache(maxsize=10_000)  # thousands of cities write the same some hundred entries
def _written(entry: str) -> Mapping[str, Any]:
    parts = entry.split(":")
    if not 3 <= len(parts) <= len(_TOPIC):
        raise ValueError(_FORM)
    return MappingProxyType(_filled({name: value(part) for name, part in zip(_TOPIC, parts, strict=False)}))


def _filled(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: each for name, each in fields.items() if each is not None}


def _text(text: str) -> str | None:
    try:
        text.isascii() or text.encode()
    except UnicodeEncodeError:
        raise ValueError("take out what is no character: half of a surrogate pair") from None
    return " ".join(text.split()) or None
