"""Contacts as people write them in lists: names and addresses in one cell or two, several of them in one.

Invariant: an address is found by its own form alone (`MailAddress` then judges it), and a name goes with an address
only if both stand together, or if there are as many names as addresses. `email.utils` reads headers, in which a comma
ends a person; “Dupont, Marie <marie@bonn.de>” is one in a list.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from isopolity.identity.addresses import address_key

NAME: Final = "contact_name"
ADDRESS: Final = "contact_email"
_INVISIBLE: Final = dict.fromkeys(map(ord, "\u200b\u200e\u200f\u2060\ufeff"))
_LONGEST: Final = 1_000
_ROUND_AT: Final = re.compile(r"[^\S\r\n]*@[^\S\r\n]*")
_MAILTO: Final = re.compile("mailto:", re.IGNORECASE)
_LINES: Final = re.compile(r"[;|\r\n]+")
_APART: Final = '\\s<>()\\[\\]{},;:|"\u201c\u201d\u201e\u00ab\u00bb'
_ADDRESS: Final = re.compile(f"[^{_APART}@]+@[^{_APART}@]+")
_BRACKETS: Final = re.compile(r"[<(\[]\s*[>)\]]|[<(\[]\s*$|^\s*[>)\]]")
_BROKEN: Final = re.compile(r"<|@|[\[(]\s*(?:at|à|arroba)\s*[\])]", re.IGNORECASE)
"""What a name without an address has only if its address is broken."""
_WHOLE: Final = re.compile(r"\(([^()]*)\)")
_ROUND_NAMES: Final = " \t,;:/|\"'\u2018\u2019\u201c\u201d\u201e\u00ab\u00bb-\u2013\u2014"
_ROUND_ADDRESSES: Final = "'\u2018\u2019."
_SEVERAL: Final = (
    "Write each name beside its address, as in “Ada Lovelace <ada@bonn.de>; Bo <bo@bonn.de>”: it is not clear whose "
    "the addresses are."
)
_NO_ADDRESS: Final = "Write the address in full, as in “Ada Lovelace <ada@bonn.de>”."


class Unclear(Exception):
    """An address is broken, or it cannot be told which name belongs to which; the message says what to write."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A person of a list. The name is empty if none stands with the address."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Mentions:
    """The people of a row, and the names without any address."""

    people: Sequence[Mention]
    without_address: Sequence[str]


def people_in(cells: Mapping[str, Any]) -> Mentions:
    """The people in the cells for name and address of a row. Raises Unclear."""
    names, addresses = (_clean(cells.get(column)) for column in (NAME, ADDRESS))
    by_name, left = _mentions(names)
    by_address, further = _mentions(addresses)
    if addresses and not by_address:
        by_address, further = [Mention("", addresses)], []  # which the model refuses
    if any(map(_BROKEN.search, (*left, *further))):
        raise Unclear(_NO_ADDRESS)
    nameless = [each for each in by_address if not each.name]
    if left and nameless:
        if len(nameless) == 1:
            left = [", ".join(left)]
        if len(left) != len(nameless):
            raise Unclear(_SEVERAL)
        of_address = {each.address: name for each, name in zip(nameless, left, strict=True)}
        by_address, left = [Mention(each.name or of_address[each.address], each.address) for each in by_address], []
    people: dict[str, Mention] = {}
    for each in (*by_address, *by_name):
        key = address_key(each.address)
        people[key] = each if key not in people or not people[key].name else people[key]
    return Mentions(list(people.values()), [*left, *further])


def _clean(cell: Any) -> str:
    return "" if cell is None else _ROUND_AT.sub("@", str(cell).translate(_INVISIBLE)).strip()


def _mentions(text: str) -> tuple[list[Mention], list[str]]:
    """The people of a cell and its names without an address; a name may stand on the line above its address."""
    if len(text) > _LONGEST or "@" not in text:
        return [], [name for each in _LINES.split(text) if (name := _name(each))]
    people: list[Mention] = []
    names: list[str] = []
    for segment in _LINES.split(_MAILTO.sub("", text)):
        found = list(_ADDRESS.finditer(segment))
        if not found:
            names += [name] if (name := _name(segment)) else []
            continue
        of_segment = _of_segment(segment, found)
        if names and not of_segment[0].name:
            of_segment[0], names = Mention(", ".join(names), of_segment[0].address), []
        people += of_segment
    return people, names


def _of_segment(segment: str, found: Sequence[re.Match[str]]) -> list[Mention]:
    """The people in a piece of a cell: each name stands before its address, or round the only one."""
    ends = [0, *(match.end() for match in found)]
    texts = [segment[end : match.start()] for end, match in zip(ends, found, strict=False)]
    rest = segment[ends[-1] :]
    if len(found) == 1:
        texts = [f"{texts[0]} {rest}"]
    elif _name(rest):
        raise Unclear(_SEVERAL)
    return [Mention(_name(text), match[0].strip(_ROUND_ADDRESSES)) for text, match in zip(texts, found, strict=True)]


def _name(text: str) -> str:
    """The name in a text, without the brackets and quotation marks of an address."""
    text = " ".join(_BRACKETS.sub(" ", text).split()).strip(_ROUND_NAMES)
    whole = _WHOLE.fullmatch(text)
    return whole[1].strip() if whole else text
