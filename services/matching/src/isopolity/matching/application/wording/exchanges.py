"""Exchanges: a need of one city and the offer of another that meets it, as a sentence.

Invariant: a sentence is made of a match alone, so it names a need and an offer that stand in the profiles.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from isopolity.matching.application.wording import phrases
from isopolity.matching.domain.scores.fit import Match


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
    return phrases.sentence(
        f"{needer.first} {needer.verb('are', 'is')} looking for {phrases.a_mode(need.mode)} on "
        f"{phrases.subject(need.subject)}; {offerer.within} {offerer.verb('offer', 'offers')} {_offered(match)} and "
        f"{offerer.verb('rate', 'rates')} {offerer.itself} {offer.intensity} of 5."
    )


def in_brief(met: Sequence[Match], wanted: Sequence[Match], me: Party, other: Party) -> Sequence[str]:
    """The best each way, for a paragraph: “You are looking for … . In turn, Graz is looking for … .”"""
    gained = [f"{me.first} {_brief(match, me, other)}" for match in met[:1]]
    if not gained:
        return [phrases.sentence(f"{other.first} {_brief(match, other, me)}") for match in wanted[:1]]
    given = [f"In turn, {other.within} {_brief(match, other, me)}" for match in wanted[:1]]
    return [phrases.sentence(text) for text in (*gained, *given)]


def told(matches: Sequence[Match], limit: int) -> Sequence[Match]:
    """The `limit` strongest matches, each need and each offer once."""
    found: list[Match] = []
    seen: set[tuple[str, str, str]] = set()
    for match in matches:
        names = {("need", match.need.subject, match.need.mode), ("offer", match.offer.subject, match.offer.mode)}
        if not names & seen:
            found.append(match)
            seen |= names
        if len(found) == limit:
            break
    return found


def meeting(match: Match) -> str:
    """The meeting that was named before: “the study visit on literacy”."""
    return f"{phrases.the_mode(match.offer.mode)} on {phrases.subject(match.offer.subject)}"


def _brief(match: Match, needer: Party, offerer: Party) -> str:
    need = match.need
    return (
        f"{needer.verb('are', 'is')} looking for {phrases.a_mode(need.mode)} on {phrases.subject(need.subject)}, and "
        f"{offerer.within} {offerer.verb('offer', 'offers')} {_offered(match).removesuffix(',')}"
    )


def _offered(match: Match) -> str:
    offer = match.offer
    if not match.same_subject:
        what = "one" if match.same_mode and phrases.is_counted(offer.mode) else phrases.a_mode(offer.mode)
        return f"{what} on a related subject, {phrases.subject(offer.subject)},"
    if not match.same_mode:
        return f"{phrases.a_mode(offer.mode)} on it"
    return "one" if phrases.is_counted(offer.mode) else "it"
