"""The parts of a sponsorship's score in words, told to anybody.

Its invariant is that of a twinning's parts: nothing that the profiles, the request and the ties do not hold.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from isopolity.contracts.codes import SUPPORTS
from isopolity.matching.application.wording import phrases
from isopolity.matching.application.wording.sponsorship_reasons import SponsorshipFacts, covered, rated

_WHOLE: Final = 0.99
_IN_PART: Final = 0.15


def sponsorship_part(name: str, value: float, facts: SponsorshipFacts) -> str:
    """The part `name` in a sentence."""
    told = _SENTENCES.get(name)
    return phrases.sentence(told(value, facts) if told else f"{name}: {value:.2f} of 1")


def _subjects(value: float, facts: SponsorshipFacts) -> str:
    programme, city, request = facts.programme.name, facts.target.city.name, facts.target.request
    if not facts.shared:
        return f"“{programme}” supports nothing that {city} is looking for"
    if request is not None:
        return f"{city} asks for support for “{request.title}”, {covered(facts)}"
    return f"{city} is looking for help {covered(facts)}"


def _grant(value: float, facts: SponsorshipFacts) -> str:
    programme, request = facts.programme, facts.target.request
    run = phrases.run_from(programme.grant_min, programme.grant_max, programme.currency)
    if request is None:
        return f"{facts.target.city.name} has named no amount; the grants {run}"
    asked = phrases.amounts(request.amount_min, request.amount_max, request.currency) + rated(facts)
    return f"{facts.target.city.name} asks for {asked}; the grants {run}{_how_it_fits(value)}"


def _how_it_fits(value: float) -> str:
    if value >= _WHOLE:
        return ""
    return (
        ", which fits in part" if value >= _IN_PART else ", which barely fits" if value > 0 else ", which does not fit"
    )


def _support(value: float, facts: SponsorshipFacts) -> str:
    given = phrases.listed([SUPPORTS.get(support, support) for support in facts.programme.supports])
    wanted = facts.target.supports(facts.today)
    if not given:
        return f"“{facts.programme.name}” does not say how it supports"
    helps = "which would help" if set(facts.programme.supports) & set(wanted) else "other help than is wanted"
    return f"“{facts.programme.name}” gives {given}, {helps}"


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
    sides = ((city.name, city.languages), (programme.partner_name, programme.languages))
    unknown = [name for name, languages in sides if not languages]
    if unknown:
        return f"The working languages of {phrases.listed(unknown)} are not known"
    common = phrases.common_language(city.languages, programme.languages)
    return f"Both work in {phrases.language(common)}" if common else "They have no working language in common"


def _network(value: float, facts: SponsorshipFacts) -> str:
    if facts.first_tie:
        return f"It would be the first tie of {facts.target.city.name}"
    if value > 0:
        return "A tie would join two parts of the network that nothing connects yet"
    return "The network connects the two already"


_Told = Callable[[float, SponsorshipFacts], str]
_SENTENCES: Final[Mapping[str, _Told]] = MappingProxyType(
    {
        "subjects": _subjects,
        "grant": _grant,
        "support": _support,
        "focus": _focus,
        "language": _language,
        "network": _network,
    }
)
