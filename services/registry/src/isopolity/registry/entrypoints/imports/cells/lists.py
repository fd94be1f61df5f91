r"""Lists in one cell: entries are separated by `|`, which is written `\|` within an entry, or as people separate them.

Invariant: a text that is a code or a name as a whole is one entry, whatever it contains.
"""

import re
from collections.abc import Callable, Sequence
from typing import Final

_PART: Final = re.compile(r"((?:\\[\\|;]|[^|])*)(\|?)", re.DOTALL)
_ESCAPED: Final = re.compile(r"\\([\\|;])")
_LINES: Final = re.compile(r"[;\r\n]+")
_MARKS: Final = re.compile("[,;/&+\u2022\u00b7\u060c\u061b\u3001\r\n]")
_WORDS: Final = re.compile(r"(?:^|\s+)(?:and|et|und|y|e|и|و|en|og|och|ja|ve|i)\s+|\u548c", re.IGNORECASE)


def parts(cell: str, most: int) -> list[str]:
    """The entries of a list; everything after the first `most` is one piece."""
    if "\\" not in cell:
        return [part.strip() for part in cell.split("|", most)]
    found: list[str] = []
    place = 0
    while len(found) < most and (match := _PART.match(cell, place)) is not None:
        found.append(_ESCAPED.sub(r"\1", match[1]).strip())
        place = match.end()
        if not match[2]:
            return found
    return [*found, cell[place:].strip()]


def joined(entry: str) -> str:
    """An entry as it stands in a list, from which `parts` reads it again."""
    return entry.replace("\\", "\\\\").replace("|", "\\|")


def texts(cell: str, most: int) -> list[str]:
    """The entries of a list of texts, which may also stand on lines of their own or between semicolons."""
    if "|" in cell or "\\" in cell or not _LINES.search(cell):
        return parts(cell, most)
    return [piece for piece in map(str.strip, _LINES.split(cell, maxsplit=most)) if piece]


def pieces(part: str, is_known: Callable[[str], bool]) -> Sequence[str]:
    """The codes or names in an entry: between commas, slashes and the like, then between words such as “and”."""
    return [piece for some in _split(part, _MARKS, is_known) for piece in _split(some, _WORDS, is_known)]


def _split(text: str, between: re.Pattern[str], is_known: Callable[[str], bool]) -> Sequence[str]:
    """The pieces of `text` if one of them is known and `text` is not; else `text`."""
    if not between.search(text) or is_known(text):
        return [text]
    found = [piece for piece in map(str.strip, between.split(text)) if piece]
    return found if any(map(is_known, found)) else [text]
