"""The parts of a sponsorship's score in words: a sentence for each, and a clause for the one that decides between two.

Invariant: a sentence tells from what its part was computed, and a clause is true of the other city or programme and not
of this one; both by what profiles, the request and ties hold.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from isopolity.contracts.codes import SUPPORTS
from isopolity.matching.application.candidates.pair_facts import SponsorshipFacts
from isopolity.matching.application.wording.pair_reasons import covered, rated
from isopolity.matching.application.wording.twinning_parts import TwoPartners, deciding_clause, network_clause
from isopolity.matching.domain.scores.programme_eligibility import is_meant_for
from isopolity.matching.domain.scores.wants import supports_given
from isopolity.wording import phrases

_WHOLE: Final = 0.99
_IN_PART: Final = 0.15


def sponsorship_part(name: str, value: float, facts: SponsorshipFacts) -> str:
    """The part `name` in a sentence for anybody."""
    part = _SENTENCES.get(name)
    return phrases.sentence(part(value, facts) if part else f"{name}: {value:.2f} of 1")


def _subjects(value: float, facts: SponsorshipFacts) -> str:
    programme, city, request = facts.programme.name, facts.target.city.name, facts.target.request
    if not facts.near:
        return f"“{programme}” supports nothing close to what {city} is looking for"
    if not facts.shared:
        return f"“{programme}” supports what {city} is looking for, but in no form that would help"
    if request is not None:
        return f"{city} asks for support for “{request.title}”, {covered(facts)}"
    return f"{city} is looking for help {covered(facts)}"


def _grant(value: float, facts: SponsorshipFacts) -> str:
    programme, request = facts.programme, facts.target.request
    run = phrases.run_from(programme.grant_min, programme.grant_max, programme.currency)
    if request is None or not facts.target.asks_money:
        return f"{facts.target.city.name} asks for no money"
    if programme.grant_max <= 0:
        return f"“{programme.name}” grants no money"
    asked = phrases.amounts(request.amount_min, request.amount_max, request.currency) + rated(facts)
    return f"{facts.target.city.name} asks for {asked}; the grants {run}{_how_it_fits(value)}"


def _how_it_fits(value: float) -> str:
    if value >= _WHOLE:
        return ""
    return (
        ", which fits in part" if value >= _IN_PART else ", which barely fits" if value > 0 else ", which does not fit"
    )


def _support(value: float, facts: SponsorshipFacts) -> str:
    programme = facts.programme
    if not programme.supports and programme.grant_max <= 0:
        return f"“{programme.name}” does not say how it supports"
    given = phrases.listed([SUPPORTS.get(support, support) for support in supports_given(programme)])
    if value <= 0:
        return f"“{programme.name}” gives {given}, which would not help"
    return f"“{programme.name}” gives {given}, which would help{'' if value >= _WHOLE else ' in part'}"


def _focus(value: float, facts: SponsorshipFacts) -> str:
    programme, city = facts.programme, facts.target.city
    if value == 0:
        return f"“{programme.name}” is not meant for the place that {city.name} lies in"
    if programme.countries:
        return f"“{programme.name}” is meant for the country that {city.name} lies in"
    if programme.regions:
        return f"“{programme.name}” is meant for {phrases.region(city.region)}"
    return f"“{programme.name}” is open to cities anywhere"


def _language(value: float, facts: SponsorshipFacts) -> str:
    programme, city = facts.programme, facts.target.city
    return phrases.working_languages((city.name, city.languages), (programme.partner_name, programme.languages))


def _network(value: float, facts: SponsorshipFacts) -> str:
    if facts.first_tie:
        return f"It would be the first tie of {facts.target.city.name}"
    if value > 0:
        return "A tie would join two parts of the network that nothing connects yet"
    return "The network connects the two already"


_Sentence = Callable[[float, SponsorshipFacts], str]
_SENTENCES: Final[Mapping[str, _Sentence]] = {
    "subjects": _subjects,
    "grant": _grant,
    "support": _support,
    "focus": _focus,
    "language": _language,
    "network": _network,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoSponsorships(TwoPartners[SponsorshipFacts]):
    """Two cities for one programme, or, if `of_city`, two programmes for one city."""

    of_city: bool

    @property
    def me(self) -> str:
        """The name of the side that has the two partners."""
        return self.this.target.city.name if self.of_city else f"“{self.this.programme.name}”"


def sponsorship_clause(part: str, pair: TwoSponsorships) -> str:
    """The clause for a part of the score."""
    return deciding_clause(part, pair, _CLAUSES)


def _subjects_clause(pair: TwoSponsorships) -> str:
    better, worse, much = pair.better, pair.worse, pair.either("less", "more")
    if pair.of_city:
        supported = set(better.programme.subjects) - {*worse.programme.subjects, *worse.shared}
        missing = [subject for subject in better.shared if subject in supported]
        if missing:
            return f"it {pair.either('does not support', 'supports')} {phrases.subject(missing[0])}"
        return f"it supports {much} of what {pair.me} is looking for"
    wanted = {subject for want in worse.target.wants(worse.today) for subject in want.subjects}
    missing = [subject for subject in better.shared if subject not in wanted]
    if missing:
        return f"it is {pair.either('not looking', 'looking')} for help on {phrases.subject(missing[0])}"
    return f"it is looking for {much} of what {pair.me} supports"


def _grant_clause(pair: TwoSponsorships) -> str:
    if not pair.of_city and not pair.worse.target.asks_money:
        return pair.either("it asks for no money", "it says what amount it needs")
    how = pair.either("less well", "better")
    return f"its grants fit the amount {how}" if pair.of_city else f"the amount it asks for fits the grants {how}"


def _support_clause(pair: TwoSponsorships) -> str:
    if pair.of_city:
        return f"it gives {pair.either('other help than', 'the help that')} {pair.me} needs"
    return f"it needs {pair.either('other help than', 'the help that')} {pair.me} gives"


def _focus_clause(pair: TwoSponsorships) -> str:
    better = pair.better
    if not pair.of_city or not is_meant_for(better.programme, better.target.city):
        return f"it is meant for {pair.either('other', 'these')} places"
    place = f"the {'country' if better.programme.countries else 'region'} of {pair.me}"
    return pair.either(f"it is not meant for {place} in particular", f"it is meant for {place} in particular")


def _language_clause(pair: TwoSponsorships) -> str:
    return pair.either(f"it shares no working language with {pair.me}", f"it shares a language with {pair.me}")


_CLAUSES: Final[Mapping[str, Callable[[TwoSponsorships], str]]] = {
    "subjects": _subjects_clause,
    "grant": _grant_clause,
    "support": _support_clause,
    "focus": _focus_clause,
    "language": _language_clause,
    "network": network_clause,
}
