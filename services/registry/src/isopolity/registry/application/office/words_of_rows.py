"""Needs and offers in words that a file leaves open, and needs and offers in a city's own words that it would replace.

Invariant: words that are open hold back that need only; and what a city has said in its own words stays, unless
somebody chose otherwise for its row.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Protocol

from isopolity.contracts.codes import MODES, SUBJECTS
from isopolity.identity.folded_text import name_key
from isopolity.registry.domain.city import CityProfile, Interest
from isopolity.registry.domain.errors import NotPossible
from isopolity.registry.domain.own_words import INTERESTS, continued, says_more

MOST_OPEN: Final = 200
"""The most different words that are listed as open."""
MOST_KEPT: Final = 200
"""The most rows whose replaced needs or offers are listed."""
_MOST_OF_CITY: Final = 60
_MOST_LISTED: Final = 12


class Open(Protocol):
    """Words of a cell that leave a subject or a mode open."""

    @property
    def text(self) -> str: ...
    @property
    def lacks(self) -> Sequence[str]: ...
    @property
    def subjects(self) -> Sequence[str]: ...
    @property
    def modes(self) -> Sequence[str]: ...
    @property
    def topics(self) -> Sequence[str]: ...


def words_key(text: str) -> str:
    """The key by which words are the same, except for case, accents and punctuation."""
    return name_key(text) or text


@dataclass(slots=True)
class WordsOfRows:
    """What the rows of an import leave open or would replace; written by its outcome."""

    replaced: Collection[int] = ()
    """The lines whose needs and offers replace what the city said itself."""
    open: int = 0
    """How many needs and offers are left out since their words are open."""
    kept: int = 0
    """How many rows would replace needs or offers in a city's own words."""
    kept_first: list[Mapping[str, Any]] = field(default_factory=list)
    """The first of them, each with what is stored and what its cells say."""
    _open: dict[str, dict[str, Any]] = field(default_factory=dict)

    def note_open(self, line: int, found: Sequence[Open]) -> None:
        """Count words that are open, alike ones together."""
        self.open += len(found)
        for each in found:
            key = words_key(each.text)
            group = self._open.get(key)
            if group is None and len(self._open) < MOST_OPEN:
                names = ("text", "lacks", "subjects", "modes", "topics")
                group = {name: _plain(getattr(each, name)) for name in names}
                self._open[key] = group | {"rows": 1, "first_line": line}
            elif group is not None:
                group["rows"] += 1

    @property
    def open_first(self) -> list[Mapping[str, Any]]:
        """The open words, alike ones once with the number of their needs and offers, the most frequent first."""
        return sorted(self._open.values(), key=lambda each: (-each["rows"], each["first_line"]))

    def sentences(self) -> list[str]:
        """The sentence on the city's own words that stay, for an import without a page."""
        if not self.kept:
            return []
        first = self.kept_first[0]
        return [
            f"What a city says of its needs and offers in its own words stays beside what {self.kept} rows say, as in "
            f"line {first['line']}; import a file of needs-and-offers to replace it."
        ]

    def kept_beside(self, line: int, new: CityProfile, old: CityProfile, is_open: Collection[str]) -> CityProfile:
        """The profile of a row with the stored needs and offers that it does not replace.

        These are those in the city's own words, unless somebody chose that the row replaces them; and all of a side
        of `is_open`, of which the row has words that are open. Raises NotPossible for more than a city may have.
        """
        sides: dict[str, tuple[Interest, ...]] = {}
        lost: dict[str, Sequence[Interest]] = {}
        for side in INTERESTS:
            now, was = getattr(new, side), getattr(old, side)
            _, ended = continued(now, was)
            if own := [each for each in ended if says_more(each)]:
                lost[side] = own
            stays = [each for each in ended if side in is_open or (says_more(each) and line not in self.replaced)]
            if len(now) + len(stays) > _MOST_OF_CITY:
                raise NotPossible(f"It would have more than {_MOST_OF_CITY} {side} with those in its own words.")
            sides[side] = _in_stored_order((*now, *stays), was)
        if lost:
            self._note_kept(line, new, old, lost)
        return replace(new, needs=sides["needs"], offers=sides["offers"])

    def _note_kept(self, line: int, new: CityProfile, old: CityProfile, lost: Mapping[str, Sequence[Interest]]) -> None:
        self.kept += 1
        if len(self.kept_first) < MOST_KEPT:
            self.kept_first.append(
                {
                    "line": line,
                    "name": old.name,
                    "is_replaced": line in self.replaced,
                    "before": [_said(each) for side in lost for each in lost[side]][:_MOST_LISTED],
                    "after": [_said(each) for side in lost for each in getattr(new, side)][:_MOST_LISTED],
                }
            )


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _in_stored_order(new: tuple[Interest, ...], old: tuple[Interest, ...]) -> tuple[Interest, ...]:
    """The stored entries where the new ones are the same in another order."""
    return old if len(new) == len(old) and all(each in old for each in new) else new


def _said(interest: Interest) -> str:
    """A need or an offer in a line: what the city says, or its subject; and its mode."""
    own = interest.title or interest.text or SUBJECTS.get(interest.subject, interest.subject)
    return f"{own} ({MODES.get(interest.mode, interest.mode)})"
