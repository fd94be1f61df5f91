"""The sentence of a need that an offer of the other side meets, made of the parameters of its reason alone.

A need and an offer are named by their own titles, quoted as written, else by mode and subject, or by the topic on which
the two meet. Invariant: an exchange is made of a match alone, so it names a need and an offer that stand in the
profiles; a city's rating of itself is given only where the city shows its ratings.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from isopolity.matching.application.wording import phrases
from isopolity.matching.domain.member import Topic
from isopolity.matching.domain.scores.fit import Match

Parameters = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """One side of a pair in a sentence: “you offer” if it `reads` the sentence, else “Lyon offers”."""

    name: str
    reads: bool = False

    @property
    def first(self) -> str:
        """The name as the first word of a sentence: “You”, “Lyon”."""
        return "You" if self.reads else self.name

    @property
    def within(self) -> str:
        """Inside a sentence: “you”, “Lyon”."""
        return "you" if self.reads else self.name

    @property
    def again(self) -> str:
        """Where it was just named: “you”, “it”."""
        return "you" if self.reads else "it"

    @property
    def itself(self) -> str:
        """“yourselves”, “itself”."""
        return "yourselves" if self.reads else "itself"

    def verb(self, plural: str, singular: str) -> str:
        """The form that goes with “you” or with a name."""
        return plural if self.reads else singular


YOU: Final = Party(name="", reads=True)


def parameters_of(match: Match, *, rated: bool) -> dict[str, str]:
    """The parameters of an exchange; if `rated`, with `level`, the intensity of the offer."""
    need, offer = match.need, match.offer
    known = {"subject": need.subject, "need_mode": need.mode, "offer_mode": offer.mode}
    if not match.same_subject:
        known["offer_subject"] = offer.subject
    if match.topics is not None:
        known["topic"] = match.topics.need
        if not match.topics.are_same:
            known["offer_topic"] = match.topics.offer
    level = {"level": str(offer.intensity)} if rated else {}
    return {**known, **own_words("need", need), **own_words("offer", offer), **level}


def own_words(whose: str, wish: Topic) -> Mapping[str, str]:
    """The title of a need or an offer and its language, where it has them, as parameters."""
    words = {"title": wish.title, "language": wish.language if wish.title else None}
    return {f"{whose}_{name}": text for name, text in words.items() if text}


def exchange(match: Match, needer: Party, offerer: Party, *, rated: bool = False) -> str:
    """“Graz is looking for a study visit on literacy; Lyon offers one.”; if `rated`, with the offer's intensity."""
    return exchange_sentence(parameters_of(match, rated=rated), needer, offerer)


def exchange_sentence(known: Parameters, needer: Party, offerer: Party) -> str:
    """The exchange of these parameters, which `parameters_of` makes, in a sentence."""
    rated = _rated(known["level"], offerer) if "level" in known else ""
    return phrases.sentence(f"{needer.first} {_wanted(known, needer)}; {_offers(known, offerer)}{rated}")


def in_brief(met: Sequence[Match], wanted: Sequence[Match], me: Party, other: Party) -> Sequence[str]:
    """The best each way, for a paragraph: “You are looking for … . In turn, Graz is looking for … .”"""
    gained = [f"{me.first} {_brief(match, me, other)}" for match in met[:1]]
    if not gained:
        return [phrases.sentence(f"{other.first} {_brief(match, other, me)}") for match in wanted[:1]]
    given = [f"In turn, {other.within} {_brief(match, other, me)}" for match in wanted[:1]]
    return [phrases.sentence(text) for text in (*gained, *given)]


def distinct_matches(matches: Sequence[Match], limit: int) -> Sequence[Match]:
    """The `limit` strongest matches, each need and each offer once, by the name that its sentence gives it."""
    found: list[Match] = []
    seen: set[tuple[str, str]] = set()
    for match in matches:
        needed, offered = (None, None) if match.topics is None else match.topics[:2]
        names = {("need", _name(match.need, needed)), ("offer", _name(match.offer, offered))}
        if not names & seen:
            found.append(match)
            seen |= names
        if len(found) == limit:
            break
    return found


def looked_for(mode: str, title: str | None, theme: str, party: Party) -> str:
    """A need of a party, as the words after its name: “look for “Evening classes” (a webinar)”.

    Without a title, by its theme: “are looking for a webinar on literacy”.
    """
    if title:
        return f"{party.verb('look', 'looks')} for “{title}” ({phrases.a_mode(mode)})"
    return f"{party.verb('are', 'is')} looking for {phrases.a_mode(mode)} on {theme}"


class Theme(NamedTuple):
    """The topic or the subject on which a need and an offer meet, as each side names it."""

    kind: str
    """`topic` or `subject`."""
    near: str
    """The word for two of this kind that are near each other."""
    needed: str
    offered: str

    @classmethod
    def of(cls, known: Parameters, offered: str) -> "Theme":
        """The topics of the parameters, or else the subjects; `offered` is the subject of what is offered."""
        if "topic" in known:
            return cls.of_topics(known)
        return cls("subject", "related", phrases.subject(known["subject"]), phrases.subject(offered))

    @classmethod
    def of_topics(cls, known: Parameters) -> "Theme":
        """The topics of the parameters."""
        topic = known["topic"]
        return cls("topic", "near", phrases.topic(topic), phrases.topic(known.get("offer_topic", topic)))

    @property
    def is_same(self) -> bool:
        """Whether both sides call it by one name."""
        return self.needed == self.offered

    def other(self, *, is_named: bool) -> str:
        """The offered theme where it is not the needed one: “a near topic, family education”.

        If the sentence has not named what is needed, “a near topic: family education, near to adult literacy”.
        """
        if is_named:
            return f"a {self.near} {self.kind}, {self.offered}"
        return f"a {self.near} {self.kind}: {self.offered}, {self.near} to {self.needed}"


def _theme(known: Parameters) -> Theme:
    return Theme.of(known, known.get("offer_subject", known["subject"]))


def _wanted(known: Parameters, needer: Party) -> str:
    return looked_for(known["need_mode"], known.get("need_title"), _theme(known).needed, needer)


def _offers(known: Parameters, offerer: Party) -> str:
    return f"{offerer.within} {offerer.verb('offer', 'offers')} {_offered(known)}"


def _offered(known: Parameters) -> str:
    mode, title = known["offer_mode"], known.get("offer_title")
    is_same_mode = mode == known["need_mode"]
    if title:
        how = "" if is_same_mode else f" ({phrases.a_mode(mode)})"
        return f"“{title}”{how}, {_on(known)}"
    if "need_title" not in known and _theme(known).is_same:
        one = "one" if phrases.is_counted(mode) else "it"
        return one if is_same_mode else f"{phrases.a_mode(mode)} on it"
    what = "one" if is_same_mode and phrases.is_counted(mode) else phrases.a_mode(mode)
    return f"{what} {_on(known)}"


def _on(known: Parameters) -> str:
    """On what the two meet; what is needed is named where the sentence has not named it yet."""
    theme, is_named = _theme(known), "need_title" not in known
    if theme.is_same:
        return f"on the same {theme.kind}" if is_named else f"on the same {theme.kind}: {theme.needed}"
    return f"on {theme.other(is_named=is_named)}"


def _rated(level: str, offerer: Party) -> str:
    return f"; {offerer.again} {offerer.verb('rate', 'rates')} {offerer.itself} {level} of 5"


def _brief(match: Match, needer: Party, offerer: Party) -> str:
    known = parameters_of(match, rated=False)
    return f"{_wanted(known, needer)}, and {_offers(known, offerer)}"


def _name(wish: Topic, topic: str | None) -> str:
    return wish.title or topic or wish.subject
