"""What a city says of its needs and offers in its own words, when other parts of them change.

Invariant: an entry continues at most one earlier entry, and is continued by at most one: of its subject and mode, and
of these rather the one of its title, then of its intensity.
"""

from collections.abc import Callable, Collection, Hashable, Sequence
from dataclasses import replace
from typing import Final

from isopolity.identity.folded_text import fold
from isopolity.registry.domain.city import Interest

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
"""What two entries have in common if one continues the other, the surest first."""


def continued(new: Sequence[Interest], old: Sequence[Interest]) -> tuple[Sequence[Interest | None], Sequence[Interest]]:
    """For each new entry the old one that it continues, None for one that is new; and the old ones that end."""
    found: list[Interest | None] = [None] * len(new)
    left = list(old)
    for alike in _LIKENESSES:
        for place, each in enumerate(new):
            if found[place] is None:
                same = next((number for number, one in enumerate(left) if alike(one) == alike(each)), None)
                found[place] = None if same is None else left.pop(same)
    return found, left


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
