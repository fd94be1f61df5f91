"""A need that an offer of the other side meets: the parameters of its reason, and its sentences for staff.

A need and an offer are named by their own titles, else by mode and subject, or by the topic on which the two meet.
Invariant: an exchange is made of a match alone, so it names a need and an offer that stand in the profiles; a city's
rating of itself is given only where the city shows its ratings.
"""

from collections.abc import Mapping, Sequence

from isopolity.matching.domain.member import Topic
from isopolity.matching.domain.scores.fit import Match
from isopolity.wording import phrases
from isopolity.wording.exchanges import Party, exchange_sentence
from isopolity.wording.exchanges import offers as clause_of_offer
from isopolity.wording.exchanges import wanted as clause_of_need
from isopolity.wording.voices import ENGLISH


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
    return exchange_sentence(ENGLISH, parameters_of(match, rated=rated), needer, offerer)


def in_brief(met: Sequence[Match], wanted: Sequence[Match], me: Party, other: Party) -> Sequence[str]:
    """The best each way, for a paragraph: “You are looking for … . In turn, Graz is looking for … .”"""
    gained = [_brief(match, me, other) for match in met[:1]]
    if not gained:
        return [phrases.sentence(_brief(match, other, me)) for match in wanted[:1]]
    given = [f"In turn, {other.within}{_brief(match, other, me).removeprefix(other.first)}" for match in wanted[:1]]
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


def _brief(match: Match, needer: Party, offerer: Party) -> str:
    known = parameters_of(match, rated=False)
    return f"{clause_of_need(ENGLISH, known, needer)}, and {clause_of_offer(ENGLISH, known, offerer)}"


def _name(wish: Topic, topic: str | None) -> str:
    return wish.title or topic or wish.subject
