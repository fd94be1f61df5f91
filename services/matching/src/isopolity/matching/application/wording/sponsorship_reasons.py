"""The reasons why a programme and a city should meet, told to the partner and to the city.

Invariant: every sentence names a subject that the programme supports and the city looks for, or a related one.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from isopolity.contracts.codes import SUPPORTS
from isopolity.matching.application.candidates.pair_facts import SponsorshipFacts
from isopolity.matching.application.wording import phrases
from isopolity.matching.application.wording.connections import introduced_by_a_twin
from isopolity.matching.domain.member import Programme, Topic
from isopolity.matching.domain.proposal import Reason
from isopolity.matching.domain.scores.currency import converted
from isopolity.matching.domain.scores.programme_eligibility import is_meant_for
from isopolity.matching.domain.scores.target_arrays import SUPPORT_OF_MODE

_TOLD: Final = 2
"""Shared subjects that are told."""
_TOLD_BESIDES: Final = 3
"""Other reasons that are told."""


def reasons_for_partner(facts: SponsorshipFacts) -> tuple[Reason, ...]:
    """The sentences for the programme's partner."""
    if not facts.shared:
        return ()
    return (*_what_partner(facts), *_grant(facts, to_city=False), *_besides(facts, to_city=False))


def reasons_for_city(facts: SponsorshipFacts) -> tuple[Reason, ...]:
    """The sentences for the city."""
    if not facts.shared:
        return ()
    return (*_what_city(facts), *_grant(facts, to_city=True), *_besides(facts, to_city=True))


def needs_supported(facts: SponsorshipFacts) -> Sequence[str]:
    """The support that the city would get, told to anybody."""
    return [reason.text for reason in _what_partner(facts)] if facts.shared else []


def covered(facts: SponsorshipFacts) -> str:
    """The shared subjects, and what the programme supports of them: “on literacy, which “Reading” supports”."""
    told = facts.shared[:_TOLD]
    if [facts.supported[subject] for subject in told] == list(told):
        return f"{phrases.on_subjects(told)}, which “{facts.programme.name}” supports"
    return f"{phrases.on_subjects(told)}; “{facts.programme.name}” supports {_work(facts)}"


def _work(facts: SponsorshipFacts) -> str:
    """The programme's side of the shared subjects: “work on literacy”, “related work, on quality education”."""
    told = facts.shared[:_TOLD]
    own = list(dict.fromkeys(facts.supported[subject] for subject in told))
    return f"{'work' if set(own) & set(told) else 'related work,'} {phrases.on_subjects(own)}"


def _what_partner(facts: SponsorshipFacts) -> Iterator[Reason]:
    city, programme, request = facts.target.city, facts.programme, facts.target.request
    if request is not None:
        text = f"{city.name} asks for support for “{request.title}”, {covered(facts)}."
        yield _reason("request-fits", text, facts.shared[0], request=request.title)
        return
    for subject in facts.shared[:_TOLD]:
        need, own = facts.need_on(subject), facts.supported[subject]
        wanted = f"{city.name} is looking for {phrases.a_mode(need.mode)} on {phrases.subject(subject)}"
        if own == subject:
            text = f"{wanted}, a subject of “{programme.name}”{_with_support(programme, need, ', which gives')}."
        else:
            related = f"“{programme.name}” supports a related subject, {phrases.subject(own)}"
            text = f"{wanted}; {related}{_with_support(programme, need, ', and gives')}."
        yield _reason("need-fits", text, subject, mode=need.mode)


def _what_city(facts: SponsorshipFacts) -> Iterator[Reason]:
    programme, request = facts.programme, facts.target.request
    name = f"“{programme.name}”, a programme of {programme.partner_name},"
    if request is not None:
        text = f"You ask for support for “{request.title}”; {name} supports {_work(facts)}."
        yield _reason("request-fits", text, facts.shared[0], request=request.title)
        return
    for position, subject in enumerate(facts.shared[:_TOLD]):
        need, theirs = facts.need_on(subject), facts.supported[subject]
        who, too = (name, "") if position == 0 else (f"“{programme.name}”", " too")
        if theirs == subject:
            what = f"supports that{too}{_with_support(programme, need, ' and gives')}"
        else:
            related = f"supports a related subject{too}, {phrases.subject(theirs)}"
            what = f"{related}{_with_support(programme, need, ', and gives')}"
        wanted = f"You are looking for {phrases.a_mode(need.mode)} on {phrases.subject(subject)}"
        yield _reason("need-fits", f"{wanted}; {who} {what}.", subject, mode=need.mode)


def _with_support(programme: Programme, need: Topic, gives: str) -> str:
    support = SUPPORT_OF_MODE[need.mode]
    return f"{gives} {SUPPORTS[support]}" if support in programme.supports else ""


def _grant(facts: SponsorshipFacts, *, to_city: bool) -> Iterator[Reason]:
    programme, request, subject = facts.programme, facts.target.request, facts.shared[0]
    given = phrases.amounts(programme.grant_min, programme.grant_max, programme.currency)
    run = phrases.run_from(programme.grant_min, programme.grant_max, programme.currency)
    about, own = phrases.subject(subject), phrases.subject(facts.supported[subject])
    if request is None:
        open_yet = "You have" if to_city else f"{facts.target.city.name} has"
        text = f"{open_yet} not named an amount yet; {'its' if to_city else 'your'} grants for {own} {run}."
        yield _reason("grant", text, subject, given=given)
        return
    asked = phrases.amounts(request.amount_min, request.amount_max, request.currency) + rated(facts)
    if to_city:
        text = f"You ask for {asked} for work on {about}; its grants {run}."
    else:
        text = f"The city asks for {asked} for work on {about}; your grants {run}."
    yield _reason("grant", text, subject, given=given, asked=asked)


def rated(facts: SponsorshipFacts) -> str:
    """The amount asked in the programme's currency, in brackets; nothing where that is the same."""
    programme, request = facts.programme, facts.target.request
    if request is None or request.currency == programme.currency:
        return ""
    low = converted(request.amount_min, request.currency, programme.currency)
    high = converted(request.amount_max, request.currency, programme.currency)
    if low is None or high is None:
        return f" (no reference rate to {programme.currency}: compare before you answer)"
    return f" (about {phrases.amounts(round(low, -2), round(high, -2), programme.currency)})"


def _besides(facts: SponsorshipFacts, *, to_city: bool) -> Sequence[Reason]:
    """The weightiest of the rest."""
    found = [*_tie(facts, to_city=to_city), *_rest(facts, to_city=to_city)]
    return found[:_TOLD_BESIDES]


def _tie(facts: SponsorshipFacts, *, to_city: bool) -> Iterator[Reason]:
    found, subject = facts.connection, facts.shared[0]
    text = None if found is None else introduced_by_a_twin(found, phrases.subject(subject), to_city=to_city)
    if found is not None and text is not None:
        yield _reason("common-tie", text, subject, through=found.through)


def _rest(facts: SponsorshipFacts, *, to_city: bool) -> Iterator[Reason]:
    programme, city, subject = facts.programme, facts.target.city, facts.shared[0]
    about, own = phrases.subject(subject), phrases.subject(facts.supported[subject])
    if is_meant_for(programme, city):
        whose = "your country" if to_city else f"the country that {city.name} lies in"
        place = whose if programme.countries else phrases.region(city.region)
        text = f"“{programme.name}” is meant for {place}, with {own} among its subjects."
        yield _reason("place-served", text, subject, region=city.region)
    if city.languages and programme.languages:
        mine, theirs = (city, programme) if to_city else (programme, city)
        common = phrases.common_language(mine.languages, theirs.languages)
        if common is not None:
            text = f"You both work in {phrases.language(common)}, so talks on {about} need no interpreter."
            yield _reason("common-language", text, subject, language=common)
        else:
            text = f"You share no working language yet: plan an interpreter for talks on {about}."
            yield _reason("no-common-language", text, subject)
    if facts.first_tie:
        tie = "your first tie" if to_city else "the first tie of the city"
        text = f"It would be {tie} in this network, through work on {about}."
        yield _reason("first-tie", text, subject)


def _reason(code: str, text: str, subject: str, **parameters: str) -> Reason:
    return Reason(code=code, text=phrases.sentence(text), parameters={"subject": subject, **parameters})
