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
    return (
        f"{needer.first} {needer.verb('are', 'is')} looking for {phrases.a_mode(need.mode)} on "
        f"{phrases.subject(need.subject)}; {offerer.within} {offerer.verb('offer', 'offers')} {_offered(match)} and "
        f"{offerer.verb('rate', 'rates')} {offerer.itself} {offer.intensity} of 5."
    )


def told(matches: Sequence[Match], limit: int) -> Sequence[Match]:
    """The strongest, each need once."""
    of_needs: dict[tuple[str, str], Match] = {}
    for match in matches:
        of_needs.setdefault((match.need.subject, match.need.mode), match)
        if len(of_needs) == limit:
            break
    return list(of_needs.values())


def meeting(match: Match) -> str:
    """What would happen, named before: “the study visit on literacy”."""
    return f"{phrases.the_mode(match.offer.mode)} on {phrases.subject(match.offer.subject)}"


def _offered(match: Match) -> str:
    need, offer = match.need, match.offer
    if need.subject != offer.subject:
        return f"{phrases.a_mode(offer.mode)} on a related subject, {phrases.subject(offer.subject)},"
    return phrases.one_of(offer.mode) if match.same_mode else f"{phrases.a_mode(offer.mode)} on it"
