"""A city's own words about its needs and offers: kept when other parts of these change, and until staff has read new
ones.

Invariant: an entry continues at most one earlier entry, and is continued by at most one: of its subject and mode, and
of these rather the one of its title, then of its intensity.
"""

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date
from typing import Any, Final

from isopolity.identity.folded_text import fold
from isopolity.registry.domain.city import Interest
from isopolity.registry.domain.review import says_the_same

INTERESTS: Final = ("needs", "offers")
"""The fields of a city whose entries have words of its own."""
SAID: Final = ("title", "text", "language", "topics")
"""The fields in which a city says more of a need or an offer than its codes do."""


def has_words(interest: Interest) -> bool:
    """Whether the entry has a title or a text."""
    return interest.title is not None or interest.text is not None


def says_more(interest: Interest) -> bool:
    """Whether the entry has any of the fields of `SAID`."""
    return has_words(interest) or interest.language is not None or bool(interest.topics)


_LIKENESSES: Final[Sequence[Callable[[Interest], Hashable]]] = (
    lambda each: each,
    lambda each: (each.subject, each.mode, fold(each.title or "")),
    lambda each: (each.subject, each.mode, each.intensity),
    lambda each: (each.subject, each.mode),
)
"""Parts in which two entries are equal if one continues the other, the surest first."""


def _places(new: Sequence[Interest], old: Sequence[Interest]) -> list[int | None]:
    """For each new entry the place of the old one that it continues."""
    found: list[int | None] = [None] * len(new)
    left = list(range(len(old)))
    for alike in _LIKENESSES:
        for place, each in enumerate(new):
            if found[place] is None:
                found[place] = next((one for one in left if alike(old[one]) == alike(each)), None)
                left = [one for one in left if one != found[place]]
    return found


def continued(new: Sequence[Interest], old: Sequence[Interest]) -> tuple[Sequence[Interest | None], Sequence[Interest]]:
    """For each new entry the old one that it continues, None for one that is new; and the old ones that end."""
    places = _places(new, old)
    ended = [each for place, each in enumerate(old) if place not in places]
    return [None if place is None else old[place] for place in places], ended


def with_silent(
    new: Sequence[Interest], old: Sequence[Interest], silent: Sequence[Collection[str]]
) -> tuple[Interest, ...]:
    """The new entries; the fields of `silent`, a set for each of them, come from the entries that they continue."""
    if not any(silent) or not any(map(says_more, old)):
        return tuple(new)
    before, _ = continued(new, old)
    return tuple(
        each if was is None else replace(each, **{name: getattr(was, name) for name in unsaid})
        for each, was, unsaid in zip(new, before, silent, strict=True)
    )


def with_words_kept(new: Sequence[Interest], old: Sequence[Interest]) -> tuple[Interest, ...]:
    """The new entries; one that says no more than codes keeps what the entry says that it continues."""
    return with_silent(new, old, [() if says_more(each) else SAID for each in new])


def settled(asked: Sequence[Interest], stored: Sequence[Interest]) -> tuple[Interest, ...]:
    """The wanted entries with words that staff has admitted: their own, or those of the entries that they continue."""
    known = {(each.title, each.text) for each in stored}
    before, _ = continued(asked, stored)
    return tuple(
        each if (each.title, each.text) in known or _says_no_more(each, was) else _with_words_of(each, was)
        for each, was in zip(asked, before, strict=True)
    )


def _says_no_more(new: Interest, old: Interest | None) -> bool:
    """Whether each text of the new entry is empty, or says the same as that of the old one."""
    pairs = ((getattr(new, name), None if old is None else getattr(old, name)) for name in ("title", "text"))
    return all(text is None or says_the_same(was, text) for text, was in pairs)


def _with_words_of(interest: Interest, other: Interest | None) -> Interest:
    if other is None:
        return replace(interest, title=None, text=None, language=None)
    return replace(interest, title=other.title, text=other.text, language=other.language)


def with_approved(
    stored: Sequence[Interest], before: Sequence[Interest], wanted: Sequence[Interest]
) -> tuple[Interest, ...]:
    """The stored entries with words that staff approved: of `wanted`, which stood as `before` when they were asked for.

    What changed since, apart from words, stays as it is stored. Entries are found by what they are, since the city
    may have asked before its list took the order of `before`.
    """
    earlier, asked = _places(stored, before), _places(before, wanted)
    places = [None if place is None else asked[place] for place in earlier]
    return tuple(
        each if place is None else _with_words_of(each, wanted[place])
        for each, place in zip(stored, places, strict=True)
    )


def values_of_interests(interests: Iterable[Interest]) -> tuple[Mapping[str, Any], ...]:
    """The entries as JSON values."""
    return tuple(
        asdict(each) | {"valid_until": each.valid_until and each.valid_until.isoformat(), "topics": list(each.topics)}
        for each in interests
    )


def interests_of_values(values: Iterable[Mapping[str, Any]]) -> tuple[Interest, ...]:
    """The entries in JSON values, those of `values_of_interests`."""
    return tuple(
        Interest(
            **{
                **each,
                "valid_until": date.fromisoformat(each["valid_until"]) if each["valid_until"] else None,
                "topics": tuple(each["topics"]),
            }
        )
        for each in values
    )
