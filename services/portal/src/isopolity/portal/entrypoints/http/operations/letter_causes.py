"""Dead letters by cause: those that one group gave up for the same reason, with the same words, at the same place."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

CAUSE: Final = "cause"
"""The field of a letter, and the choice in a list, that tells its cause."""
_SHOWN: Final = 50
_SHOWN_OF_A_CAUSE: Final = 5
"""Letters of one cause that are shown beside those of others."""
Letter = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Letters that were given up for one cause."""

    letters: Sequence[Letter]
    """The oldest of them."""
    count: int

    @property
    def first(self) -> Letter:
        """The oldest, which tells for all what was wrong."""
        return self.letters[0]


def by_cause(letters: Sequence[Letter], *, alone: bool) -> Sequence[Cause]:
    """The letters by cause, in the order of the oldest of each: some of each, and no more than a page shows.

    With `alone` those of a cause that was chosen are shown without that limit of each. A letter that tells no cause, of
    a service of an earlier release, has one of its own.
    """
    found: dict[tuple[str, str], list[Letter]] = {}
    for letter in letters:
        found.setdefault((letter["service"], letter.get(CAUSE) or letter["id"]), []).append(letter)
    room, causes = _SHOWN, list[Cause]()
    for alike in found.values():
        shown = alike[: room if alone else min(_SHOWN_OF_A_CAUSE, room)]
        if shown:
            causes.append(Cause(letters=shown, count=len(alike)))
        room -= len(shown)
    return causes


def members_in(causes: Sequence[Cause]) -> Iterator[str]:
    """Ids of the members that the letters that are shown are about."""
    for cause in causes:
        for letter in cause.letters:
            yield from letter.get("members", ())
