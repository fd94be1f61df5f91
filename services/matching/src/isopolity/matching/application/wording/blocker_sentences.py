"""The reasons why a pair is not proposed, in sentences.

Invariant: what could tell something about an answer, about capacity or about staff's rules has one sentence, “not
proposed at present”, whatever the cause.
"""

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Final

from isopolity.matching.application.candidates.candidate import Candidate, TwinningCandidate
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.candidates.pair_status import visible_blockers
from isopolity.matching.application.ports.repositories import ClosedPairs
from isopolity.matching.application.wording import phrases

_OF_CITIES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "tied-already": "{a} and {b} are partners already.",
        "own-country": "{a} and {b} lie in the same country, and do not both want a partner there.",
        "subjects": "Neither offers what the other is looking for, nor anything related.",
        "out-of-reach": "What one could offer the other needs a journey that one of them cannot make or host.",
    }
)
_OF_PROGRAMMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "tied-already": "{a} is a partner of {b} already.",
        "subjects": "“{programme}” supports nothing that {b} is looking for, nor anything related.",
        "region": "“{programme}” is not meant for the region that {b} lies in.",
        "country": "“{programme}” is not meant for the country that {b} lies in.",
        "population": "“{programme}” is meant for cities of another size than {b}.",
        "period": "“{programme}” takes no applications now.",
        "amount": "What {b} asks for is outside the grants of “{programme}”.",
    }
)
NOT_AT_PRESENT: Final = "{a} and {b} are not proposed to each other at present."

_NO_CONTACT: Final = "{name} cannot be mailed: it has no contact."
_UNCONFIRMED: Final = "{name} cannot be mailed: no contact has confirmed its address yet."
_PAUSES: Final = "{name} wants no new proposals at present."


def pair_blocker(code: str, candidate: Candidate) -> str:
    """The sentence for the code of a blocker of this pair."""
    if isinstance(candidate, TwinningCandidate):
        text = _OF_CITIES.get(code, NOT_AT_PRESENT).format(a=candidate.city_a.name, b=candidate.city_b.name)
    else:
        programme = candidate.programme
        sentence = _OF_PROGRAMMES.get(code, NOT_AT_PRESENT)
        text = sentence.format(a=programme.partner_name, b=candidate.city.name, programme=programme.name)
    return phrases.sentence(text)


def unmailable(name: str, *, has_contact: bool) -> str:
    """The sentence for a member that cannot be mailed: for its own eyes or staff's, since contacts are not public."""
    return phrases.sentence((_UNCONFIRMED if has_contact else _NO_CONTACT).format(name=name))


def pauses(name: str) -> str:
    """The sentence for a member that pauses: for staff's eyes, since other members are not told."""
    return phrases.sentence(_PAUSES.format(name=name))


def exclusion(candidate: Candidate, market: Market, closed: Collection[str]) -> str | None:
    """The rule that excludes a pair whatever staff wants, in a few words; None if none does.

    `closed` are the keys of pairs that are not to be proposed.
    """
    for member in candidate.members:
        if member.member_id in market.unmailable:
            has_contact = member.member_id in market.unconfirmed
            return unmailable(market.names[member.member_id], has_contact=has_contact).rstrip(".")
        if member.member_id in market.paused:
            return pauses(market.names[member.member_id]).rstrip(".")
    closed_pairs = ClosedPairs(closed=closed, proposed=())
    found = visible_blockers(market, candidate, market.capacities.keys(), closed_pairs)
    return pair_blocker(found[0], candidate).rstrip(".") if found else None
