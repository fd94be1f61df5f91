"""Exchanges: a need of one city and the offer of another that meets it, as a sentence.

Invariant: a sentence is made of a match alone, so it names a need and an offer that stand in the profiles.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from isopolity.contracts.codes import named_as
from isopolity.matching.application.wording import phrases
from isopolity.matching.domain.scores.fit import Match

Named = tuple[str, str]
"""A need or an offer by its subject and its mode."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """One side of a pair in a sentence: “you offer” if it `reads` the sentence, else “Lyon offers”."""

    name: str
    reads: bool = False

    @property
    def first(self) -> str:
        """As the first word: “You”, “Lyon”."""
        return "You" if self.reads else self.name

    @property
    def within(self) -> str:
        """Inside a sentence: “you”, “Lyon”."""
        return "you" if self.reads else self.name

    @property
    def itself(self) -> str:
        """“yourselves”, “itself”."""
        return "yourselves" if self.reads else "itself"

    def verb(self, plural: str, singular: str) -> str:
        """The form that goes with “you” or with a name."""
        return plural if self.reads else singular


def exchange(match: Match, needer: Party, offerer: Party) -> str:
    """“You are looking for a study visit on literacy; Lyon offers one and rates itself 4 of 5.”"""
    need, offer = match.need, match.offer
    return said((need.subject, need.mode), (offer.subject, offer.mode), str(offer.intensity), needer, offerer)


def said(need: Named, offer: Named, level: str, needer: Party, offerer: Party) -> str:
    """The exchange of a need and an offer, each its subject and mode; `level` is the offer's intensity."""
    return phrases.sentence(
        f"{needer.first} {needer.verb('are', 'is')} looking for {phrases.a_mode(need[1])} on "
        f"{phrases.subject(need[0])}; {offerer.within} {offerer.verb('offer', 'offers')} {_offered(need, offer)} and "
        f"{offerer.verb('rate', 'rates')} {offerer.itself} {level} of 5."
    )


def in_brief(met: Sequence[Match], wanted: Sequence[Match], me: Party, other: Party) -> Sequence[str]:
    """The best each way, for a paragraph: “You are looking for … . In turn, Graz is looking for … .”"""
    gained = [f"{me.first} {_brief(match, me, other)}" for match in met[:1]]
    if not gained:
        return [phrases.sentence(f"{other.first} {_brief(match, other, me)}") for match in wanted[:1]]
    given = [f"In turn, {other.within} {_brief(match, other, me)}" for match in wanted[:1]]
    return [phrases.sentence(text) for text in (*gained, *given)]


def told(matches: Sequence[Match], limit: int) -> Sequence[Match]:
    """The `limit` strongest matches, each subject once as a need and once as an offer."""
    found: list[Match] = []
    seen: set[tuple[str, str]] = set()
    for match in matches:
        names = {("need", named_as(match.need.subject)), ("offer", named_as(match.offer.subject))}
        if not names & seen:
            found.append(match)
            seen |= names
        if len(found) == limit:
            break
    return found


def _brief(match: Match, needer: Party, offerer: Party) -> str:
    need, offer = (match.need.subject, match.need.mode), (match.offer.subject, match.offer.mode)
    return (
        f"{needer.verb('are', 'is')} looking for {phrases.a_mode(need[1])} on {phrases.subject(need[0])}, and "
        f"{offerer.within} {offerer.verb('offer', 'offers')} {_offered(need, offer).removesuffix(',')}"
    )


def _offered(need: Named, offer: Named) -> str:
    subject, mode = offer
    if phrases.subject(need[0]) != phrases.subject(subject):
        what = "one" if need[1] == mode and phrases.is_counted(mode) else phrases.a_mode(mode)
        return f"{what} on a related subject, {phrases.subject(subject)},"
    if need[1] != mode:
        return f"{phrases.a_mode(mode)} on it"
    return "one" if phrases.is_counted(mode) else "it"
