"""What makes one sponsorship score less, or more, than another: a clause about “it”, the other city or programme.

Its invariant is that of the clauses of twinnings: true of the other one and not of this one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from isopolity.matching.application.wording import phrases
from isopolity.matching.application.wording.sponsorship_reasons import SponsorshipFacts, is_meant_for


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoSponsorships:
    """Two cities for one programme, or, if `of_city`, two programmes for one city."""

    this: SponsorshipFacts
    other: SponsorshipFacts
    lower: bool
    """Whether the other one scores less by the part told."""
    of_city: bool

    @property
    def better(self) -> SponsorshipFacts:
        """The one that scores more by the part told."""
        return self.this if self.lower else self.other

    @property
    def worse(self) -> SponsorshipFacts:
        """The one that scores less by it."""
        return self.other if self.lower else self.this

    @property
    def me(self) -> str:
        """The name of the side that has the two partners."""
        return self.this.target.city.name if self.of_city else f"“{self.this.programme.name}”"

    def either(self, less: str, more: str) -> str:
        """The words for a lower or a higher score."""
        return less if self.lower else more


def sponsorship_clause(part: str, pair: TwoSponsorships) -> str:
    """The clause for a part of the score."""
    told = _CLAUSES.get(part)
    return told(pair) if told else pair.either("it fits less well", "it fits better")


def _subjects(pair: TwoSponsorships) -> str:
    missing = [subject for subject in pair.better.shared if subject not in pair.worse.shared]
    much = pair.either("less", "more")
    if pair.of_city:
        if missing:
            return f"it {pair.either('does not support', 'supports')} {phrases.subject(missing[0])}"
        return f"it supports {much} of what {pair.me} is looking for"
    if missing:
        return f"it is {pair.either('not looking', 'looking')} for help on {phrases.subject(missing[0])}"
    return f"it is looking for {much} of what {pair.me} supports"


def _grant(pair: TwoSponsorships) -> str:
    if not pair.of_city and pair.worse.target.request is None:
        return pair.either("it has named no amount", "it says what amount it needs")
    how = pair.either("less well", "better")
    return f"its grants fit the amount {how}" if pair.of_city else f"the amount it asks for fits the grants {how}"


def _support(pair: TwoSponsorships) -> str:
    if pair.of_city:
        return f"it gives {pair.either('other help than', 'the help that')} {pair.me} needs"
    return f"it needs {pair.either('other help than', 'the help that')} {pair.me} gives"


def _focus(pair: TwoSponsorships) -> str:
    better = pair.better
    if not pair.of_city or not is_meant_for(better.programme, better.target.city):
        return f"it is meant for {pair.either('other', 'these')} places"
    place = f"the {'country' if better.programme.countries else 'region'} of {pair.me}"
    return pair.either(f"it is not meant for {place} in particular", f"it is meant for {place} in particular")


def _language(pair: TwoSponsorships) -> str:
    return pair.either(f"it shares no working language with {pair.me}", f"it shares a language with {pair.me}")


def _network(pair: TwoSponsorships) -> str:
    return f"the tie would add {pair.either('less', 'more')} to the network"


_CLAUSES: Final[Mapping[str, Callable[[TwoSponsorships], str]]] = MappingProxyType(
    {
        "subjects": _subjects,
        "grant": _grant,
        "support": _support,
        "focus": _focus,
        "language": _language,
        "network": _network,
    }
)
