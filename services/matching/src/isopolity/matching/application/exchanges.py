"""What one city could give another, as a sentence: the need, and the offer that meets it.

Its invariant: a sentence is made of a match alone, so it names a need and an offer that stand in the profiles.
"""

from collections.abc import Sequence

from isopolity.matching.application import phrases
from isopolity.matching.application.voices import Party
from isopolity.matching.domain.fit import Match


def exchange(match: Match, needer: Party, offerer: Party) -> str:
    """“You are looking for a study visit on literacy; Lyon offers one and rates itself 4 of 5.”"""
    need, offer = match.need, match.offer
    return phrases.sentence(
        f"{needer.first} {needer.verb('are', 'is')} looking for {phrases.a_mode(need.mode)} on "
        f"{phrases.subject(need.subject)}; {offerer.within} {offerer.verb('offer', 'offers')} {_offered(match)} and "
        f"{offerer.verb('rate', 'rates')} {offerer.itself} {offer.intensity} of 5."
    )


def told(matches: Sequence[Match], limit: int) -> Sequence[Match]:
    """The strongest, each need and each offer once."""
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
    """What would happen, named before: “the study visit on literacy”."""
    return f"{phrases.the_mode(match.offer.mode)} on {phrases.subject(match.offer.subject)}"


def _offered(match: Match) -> str:
    need, offer = match.need, match.offer
    if need.subject != offer.subject:
        return f"{phrases.a_mode(offer.mode)} on a related subject, {phrases.subject(offer.subject)},"
    return phrases.one_of(offer.mode) if match.same_mode else f"{phrases.a_mode(offer.mode)} on it"
