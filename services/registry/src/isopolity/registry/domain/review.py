"""The fields of a changed entry that take effect at once, and those that are held back for staff.

Invariants: a change is compared with what staff admitted, never with an earlier change, so that many small changes
cannot add up to another meaning. A change takes effect at once only if it stays within what was admitted, except for
corrected typing errors. For these, numbers, symbols such as % or €, short words and the number of words must be equal,
so no “not” comes or goes. Web addresses must be equal to the letter.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, TypeVar
from unicodedata import normalize

EntryT = TypeVar("EntryT")
Values = Sequence[Any]
Stands = Mapping[tuple[str, ...], Callable[[Values, Values], bool]]
"""By group of fields, the rule whether a change from their admitted to their wanted values takes effect at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """The kinds of changes that staff reviews before others see them."""

    programmes: bool = True
    words: bool = False
    """The member's own words about itself, about its needs and offers, and in its requests."""
    requests: bool = False
    """Requests of cities: new ones, and changes."""

    @property
    def any_of_requests(self) -> bool:
        """Whether staff reviews new requests, which have words of their own, and some of their changes."""
        return self.requests or self.words


def held_back(stands: Stands, admitted: object, changed: object) -> tuple[str, ...]:
    """The fields of the change that wait for staff; the fields of a group wait together."""
    waiting = (names for names, is_fine in stands.items() if not is_fine(_of(admitted, names), _of(changed, names)))
    return tuple(name for names in waiting for name in names)


def standing(stands: Stands, admitted: EntryT, changed: EntryT) -> EntryT:
    """The entry as others see it: with the changes that take effect at once, and the rest as staff admitted it."""
    held = held_back(stands, admitted, changed)
    found: EntryT = replace(changed, **dict(zip(held, _of(admitted, held), strict=True)))  # type: ignore[type-var]  # a dataclass
    return found


def asks_the_same(stands: Stands, admitted: object, one: object, other: object) -> bool:
    """Whether both changes ask staff for the same values of the same fields."""
    held = held_back(stands, admitted, one)
    return held == held_back(stands, admitted, other) and _of(one, held) == _of(other, held)


def _of(entry: object, names: Sequence[str]) -> Values:
    return [getattr(entry, name) for name in names]


def _is_worded_alike(admitted: Values, changed: Values) -> bool:
    return all(map(is_slip, admitted, changed))


def _says_the_same(admitted: Values, changed: Values) -> bool:
    return all(map(says_the_same, admitted, changed))


def _is_equal(admitted: Values, changed: Values) -> bool:
    return admitted == changed


def _asks_no_more(admitted: Values, changed: Values) -> bool:
    """Whether the range of amounts lies within the admitted one, in the same currency."""
    (least, most, currency), (new_least, new_most, new_currency) = admitted, changed
    return bool(currency == new_currency and least <= new_least and new_most <= most)


def _is_no_more(admitted: Values, changed: Values) -> bool:
    """Whether budget and range of grants lie within the admitted ones, in the same currency."""
    (budget, least, most, currency), (new_budget, new_least, new_most, new_currency) = admitted, changed
    return bool(currency == new_currency and new_budget <= budget and least <= new_least and new_most <= most)


def _is_part(admitted: Sequence[Collection[str]], changed: Sequence[Collection[str]]) -> bool:
    """Whether each list is a subset of the admitted one, and empty only if that was empty."""
    pairs = zip(admitted, changed, strict=True)
    return all(set(new) <= set(old) and bool(new) == bool(old) for old, new in pairs)


def _serves_no_more(admitted: Sequence[Collection[str]], changed: Sequence[Collection[str]]) -> bool:
    """Whether each list is a subset of the admitted one; an empty list means all."""
    pairs = zip(admitted, changed, strict=True)
    return all(not old or (bool(new) and set(new) <= set(old)) for old, new in pairs)


def _is_within(admitted: Values, changed: Values) -> bool:
    """Whether the range of inhabitants lies within the admitted one; None means no bound."""
    (least, most), (new_least, new_most) = admitted, changed
    from_below = least is None or (new_least is not None and new_least >= least)
    return bool(from_below and (most is None or (new_most is not None and new_most <= most)))


PROGRAMME: Final[Stands] = {
    ("name",): _is_worded_alike,
    ("purpose",): _is_worded_alike,
    ("eligibility",): _is_worded_alike,
    ("budget", "grant_min", "grant_max", "currency"): _is_no_more,
    ("subjects",): _is_part,
    ("topics",): _is_part,
    ("supports",): _is_part,
    ("regions", "countries"): _serves_no_more,
    ("population_min", "population_max"): _is_within,
}
"""The partner alone decides about opening and closing days, the number of cities, and the language of its words."""

REQUEST: Final[Stands] = {
    ("title",): _is_worded_alike,
    ("description",): _is_worded_alike,
    ("amount_min", "amount_max", "currency"): _asks_no_more,
    ("beneficiaries",): _is_equal,
    ("payee",): _says_the_same,
    ("subjects",): _is_part,
    ("topics",): _is_part,
}
"""A changed letter can name another payee, so it waits. The city alone decides about the period."""

WORDS_OF_REQUEST: Final[Stands] = {names: REQUEST[names] for names in (("title",), ("description",), ("payee",))}
"""The fields of a request that wait where staff reviews own words and not requests as such."""


_TOKENS: Final = re.compile("[^\\W\\d_]+|\\d+|[^\\w\\s.,;:!?'\"()\\[\\]\u00ab\u00bb\u2013\u2014\u2018-\u201f\u2026-]")
"""Words, numbers and symbols; punctuation and spaces are ignored."""
_ADDRESS: Final = re.compile(r"\S*(?:://|\w[.\u3002\uff0e\uff61@]\w*[^\W\d_])\S*")
"""Text that programs may read as an address, such as two words with a full stop and no space between them."""
_MARKS: Final = ".,;:!?'\"()[]\u00ab\u00bb\u2018\u2019\u201c\u201d\u201e"
"""Punctuation around an address that is not part of it."""
_SHORTEST: Final = 5
"""The fewest letters of a word in which one may differ; in shorter words it often makes another word."""
_SLIPS: Final = 2
"""The most words of a text that may differ."""


def says_the_same(admitted: str | None, changed: str | None) -> bool:
    """Whether the texts differ in punctuation and capitals only; the relation is transitive."""
    if admitted is None or changed is None:
        return admitted == changed
    return _tokens(admitted) == _tokens(changed) and _addresses(admitted) == _addresses(changed)


def is_slip(admitted: str | None, changed: str | None) -> bool:
    """Whether the texts differ only in punctuation, capitals, and one letter in each of at most two long words.

    One letter after the first is added, left out or replaced, or two neighbours are swapped. Only scripts with capitals
    count: in others one letter is often a word.
    """
    if admitted is None or changed is None:
        return admitted == changed
    old, new = _tokens(admitted), _tokens(changed)
    if len(old) != len(new) or _addresses(admitted) != _addresses(changed):
        return False
    differing = [pair for pair in zip(old, new, strict=True) if pair[0] != pair[1]]
    return len(differing) <= _SLIPS and all(_is_misspelt(*pair) for pair in differing)


def _tokens(text: str) -> list[str]:
    return _TOKENS.findall(normalize("NFC", text).casefold())


def _addresses(text: str) -> list[str]:
    return [found.strip(_MARKS) for found in _ADDRESS.findall(normalize("NFC", text))]


def _is_misspelt(old: str, new: str) -> bool:
    if min(len(old), len(new)) < _SHORTEST or not (_has_capitals(old) and _has_capitals(new)):
        return False
    pairs = enumerate(zip(old, new, strict=False))
    start = next((place for place, (a, b) in pairs if a != b), min(len(old), len(new)))
    a, b = old[start:], new[start:]
    is_one = a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])
    return start > 0 and is_one


def _has_capitals(word: str) -> bool:
    return all(letter.upper() != letter for letter in word)
