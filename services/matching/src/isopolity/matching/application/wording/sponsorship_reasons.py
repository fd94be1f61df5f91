"""The reasons why a programme and a city should meet, told to the partner and to the city.

Invariant: a reason says what stands in the programme, in the city's profile or request, or in ties; what a tie would do
for the network is no reason for a side.
"""

from collections.abc import Iterator, Sequence
from itertools import chain, islice
from typing import Final

from isopolity.contracts.codes import told_once
from isopolity.matching.application.candidates.pair_facts import Relation, SponsorshipFacts
from isopolity.matching.application.wording import phrases, reason_sentences
from isopolity.matching.application.wording.reason_sentences import TO_CITY, TO_PARTNER, reason
from isopolity.matching.application.wording.twinning_reasons import MOST_REASONS, no_common_language
from isopolity.matching.domain.proposal import Reason
from isopolity.matching.domain.scores.currency import roughly
from isopolity.matching.domain.scores.programme_eligibility import is_meant_for
from isopolity.matching.domain.scores.target_arrays import SUPPORT_OF_MODE

_TOLD: Final = 2
"""Shared subjects that are told."""


def reasons_for_partner(facts: SponsorshipFacts) -> tuple[Reason, ...]:
    """The sentences for the programme's partner."""
    return _reasons(facts, TO_PARTNER)


def reasons_for_city(facts: SponsorshipFacts) -> tuple[Reason, ...]:
    """The sentences for the city."""
    return _reasons(facts, TO_CITY)


def needs_supported(facts: SponsorshipFacts) -> Sequence[str]:
    """The support that the city would get, told to anybody."""
    return [each.text for each in _what(facts, TO_PARTNER)] if facts.shared else []


def covered(facts: SponsorshipFacts) -> str:
    """The shared subjects, and what the programme supports of them: “on literacy, which “Reading” supports”."""
    subjects, supported = _subjects(facts)
    return reason_sentences.covered(subjects, supported, f"“{facts.programme.name}”")


def rated(facts: SponsorshipFacts) -> str:
    """The amount asked in the programme's currency, in brackets; nothing where that is the same."""
    programme, request = facts.programme, facts.target.request
    if request is None or request.currency == programme.currency:
        return ""
    about = _about(facts)
    if about is None:
        return f" (no reference rate to {programme.currency}: compare before you answer)"
    return f" ({phrases.amounts(*about, programme.currency, about=True)})"


def _reasons(facts: SponsorshipFacts, to: str) -> tuple[Reason, ...]:
    """The supported needs, the grant, what else speaks for the two, then a missing language."""
    if not facts.shared:
        return ()
    programme, city = facts.programme, facts.target.city
    mine, theirs = (city, programme) if to == TO_CITY else (programme, city)
    to_mind = no_common_language(mine.languages, theirs.languages, _other(facts, to))
    rest = chain(_what(facts, to), _grant(facts, to), _besides(facts, to))
    if to_mind is None:
        return tuple(islice(rest, MOST_REASONS))
    return (*islice(rest, MOST_REASONS - 1), to_mind)


def _what(facts: SponsorshipFacts, to: str) -> Iterator[Reason]:
    programme, request, known = facts.programme, facts.target.request, _sides(facts, to)
    if request is not None:
        subjects, supported = _subjects(facts)
        asked = {"request": request.title, "subjects": subjects, "supported": supported}
        yield reason("request-fits", known | asked)
        return
    for subject in told_once(facts.shared)[:_TOLD]:
        need = facts.need_on(subject)
        told = known | {"subject": subject, "mode": need.mode, "supported": facts.supported[subject]}
        support = SUPPORT_OF_MODE[need.mode]
        yield reason("need-fits", told | {"support": support} if support in programme.supports else told)


def _grant(facts: SponsorshipFacts, to: str) -> Iterator[Reason]:
    """The range of grants, where the programme names one, beside the amount that the city asks for."""
    programme, request = facts.programme, facts.target.request
    if programme.grant_max <= 0:
        return
    known = {
        "to": to,
        "least": str(programme.grant_min),
        "most": str(programme.grant_max),
        "currency": programme.currency,
    }
    if to == TO_PARTNER:
        known["other"] = facts.target.city.name
    if request is not None and request.amount_max > 0:
        known |= {
            "asked_least": str(request.amount_min),
            "asked_most": str(request.amount_max),
            "asked_currency": request.currency,
        }
        about = _about(facts)
        if about is not None and request.currency != programme.currency:
            known |= {"about_least": str(about[0]), "about_most": str(about[1])}
    yield reason("grant", known)


def _about(facts: SponsorshipFacts) -> tuple[int, int] | None:
    """The amounts asked, in the programme's currency and rounded; None without a rate."""
    request, currency = facts.target.request, facts.programme.currency
    if request is None:
        return None
    return roughly(request.amount_min, request.amount_max, request.currency, currency)


def _besides(facts: SponsorshipFacts, to: str) -> Iterator[Reason]:
    programme, city, found = facts.programme, facts.target.city, facts.connection
    if found is not None and found.relations == (Relation.SPONSOR, Relation.TWIN):
        code = "partner-of-twin" if to == TO_CITY else "twin-of-partner"
        yield reason(code, {"through": found.through, "other": _other(facts, to)})
    common = phrases.common_language(city.languages, programme.languages)
    if common is not None:
        yield reason("common-language", {"language": common})
    if is_meant_for(programme, city):
        place = {"country": city.country} if programme.countries else {"region": city.region}
        yield reason("place-served", _sides(facts, to) | place)


def _sides(facts: SponsorshipFacts, to: str) -> dict[str, str]:
    return {"to": to, "other": _other(facts, to), "programme": facts.programme.name}


def _other(facts: SponsorshipFacts, to: str) -> str:
    return facts.programme.partner_name if to == TO_CITY else facts.target.city.name


def _subjects(facts: SponsorshipFacts) -> tuple[str, str]:
    """The shared subjects that are told, and by each the programme's own one."""
    told = told_once(facts.shared)[:_TOLD]
    return " ".join(told), " ".join(facts.supported[subject] for subject in told)
