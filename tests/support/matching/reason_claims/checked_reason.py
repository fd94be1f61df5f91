"""A reason with the data that it may be about, and the words of the drawn subjects, topics and languages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from isopolity.matching.application.candidates.pair_facts import Connection
from isopolity.matching.domain.member import City, Programme, Request, Topic
from isopolity.matching.domain.side import Reason
from tests.support.matching.strategies import TODAY

NAMES: Final = {
    "sdg.13": "climate action",
    "sdg.4": "quality education",
    "cluster.literacy": "literacy",
    "cluster.health": "learning for health and well-being",
    "sdg.3": "good health and well-being",
}
"""The names of the drawn subjects in sentences."""
TOPICS: Final = {"topic.1480": "adult literacy", "topic.5082": "family education", "topic.1519": "literacy"}
LANGUAGES: Final = {"en": "English", "fr": "French", "sw": "Swahili"}


@dataclass(frozen=True, kw_only=True)
class CheckedReason:
    """A reason with the data that it may be about: `me` reads it about `other`."""

    me: City | Programme
    other: City | Programme
    request: Request | None
    connection: Connection | None
    km: float | None
    gains: tuple[float, float] = (0.0, 0.0)
    """What the reader and the other side would gain, from 0 to 1."""
    hours: float | None = None
    """Their working hours in common."""
    reason: Reason

    def __getitem__(self, name: str) -> str:
        return self.reason.parameters[name]

    @property
    def city(self) -> City:
        found = self.me if isinstance(self.me, City) else self.other
        assert isinstance(found, City)
        return found

    @property
    def programme(self) -> Programme:
        found = self.me if isinstance(self.me, Programme) else self.other
        assert isinstance(found, Programme)
        return found

    @property
    def other_name(self) -> str:
        return self.other.name if isinstance(self.other, City) else self.other.partner_name

    def says(self, *words: str) -> None:
        """Fail unless the sentence has these words, in this order."""
        at = 0
        for word in words:
            assert word in self.reason.text[at:], (word, self.reason.text)
            at = self.reason.text.index(word, at) + len(word)


def stands(
    wishes: Sequence[Topic],
    subject: str,
    mode: str,
    level: str | None = None,
    *,
    words: tuple[str | None, str | None] = (None, None),
    topic: str | None = None,
) -> bool:
    """Whether such a need or offer stands; `words` are its title and, with a title, its language."""
    title, language = words
    return any(
        wish.subject == subject
        and wish.mode == mode
        and (level is None or str(wish.intensity) == level)
        and (wish.valid_until is None or wish.valid_until >= TODAY)
        and (wish.title, wish.language if title else None) == (title, language)
        and (topic is None or topic in wish.topics)
        for wish in wishes
    )


def own_words(known: Mapping[str, str], whose: str) -> tuple[str | None, str | None]:
    title, language = known.get(f"{whose}_title"), known.get(f"{whose}_language")
    assert title or not language
    return title, language
