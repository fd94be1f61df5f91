"""The reasons why two cities, or a programme and a city, should meet, for either side.

Invariant: a reason says what stands in the profiles, in the programme, in the request, or in ties; what a tie would do
for the network is no reason for a side.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Final

from isopolity.matching.application.candidates.pair_facts import Relation, SponsorshipFacts, TwinningFacts
from isopolity.matching.application.wording.cautions import (
    cautions,
    cautions_about_support,
    lesser_cautions,
    sides_of_support,
)
from isopolity.matching.application.wording.exchange_sentences import distinct_matches, own_words, parameters_of
from isopolity.matching.application.wording.reason_sentences import reason
from isopolity.matching.domain.member import City, Topic
from isopolity.matching.domain.scores.fit import Match
from isopolity.matching.domain.scores.programme_eligibility import is_meant_for
from isopolity.matching.domain.side import Reason
from isopolity.wording import phrases, supports
from isopolity.wording.supports import TO_CITY, TO_PARTNER
from isopolity.wording.voices import ENGLISH

MOST_REASONS: Final = 4
"""The most reasons that speak for a pair; one fewer where there are cautions."""
_EXCHANGES: Final = 3
"""The most needs and offers among them."""
_MOST_OF_EACH: Final = 2
Wishes = tuple[Topic, ...]
"""Some needs of one city, or some of its offers."""


def twinning_reasons(facts: TwinningFacts) -> tuple[Reason, ...]:
    """The reasons that `facts.me` reads: needs and offers first, then other reasons for the two, then cautions.

    All cautions are among them; without any, one lesser caution where there is room.
    """
    if not facts.met and not facts.wanted:
        return ()
    met, wanted = _exchanges(facts)
    minded = cautions(facts)
    left = MOST_REASONS - len(met) - len(wanted)
    speaking = list(islice(_holding(_FOR, facts), left - 1 if minded else left))
    minded = minded or lesser_cautions(facts, [*met, *wanted])[: min(1, left - len(speaking))]
    return (
        *(_exchange("need-met", match, facts.other.name, facts.other) for match in met),
        *(_exchange("offer-wanted", match, facts.other.name, facts.me) for match in wanted),
        *speaking,
        *minded,
    )


def named_exchanges(facts: TwinningFacts) -> tuple[tuple[Wishes, Wishes], tuple[Wishes, Wishes]]:
    """The needs and the offers of `facts.me` that the reasons of either side name, and those of the other city."""
    (met, wanted), (wanted_there, met_there) = _exchanges(facts), _exchanges(facts.turned)
    met, wanted = [*met, *met_there], [*wanted, *wanted_there]
    return (
        (_once(match.need for match in met), _once(match.offer for match in wanted)),
        (_once(match.need for match in wanted), _once(match.offer for match in met)),
    )


def _once(wishes: Iterable[Topic]) -> Wishes:
    return tuple(dict.fromkeys(wishes))


def _exchanges(facts: TwinningFacts) -> tuple[Sequence[Match], Sequence[Match]]:
    """The matches that the reasons name, each way; of two each way the weaker second one is left out."""
    met, wanted = distinct_matches(facts.met, _MOST_OF_EACH), distinct_matches(facts.wanted, _MOST_OF_EACH)
    if len(met) + len(wanted) <= _EXCHANGES:
        return met, wanted
    return (met, wanted[:1]) if met[1].strength >= wanted[1].strength else (met[:1], wanted)


def _holding(reasons: Sequence["_Reason"], facts: TwinningFacts) -> Iterator[Reason]:
    return (found for each in reasons if (found := each(facts)) is not None)


def _exchange(code: str, match: Match, other: str, offerer: City) -> Reason:
    return reason(code, {"other": other, **parameters_of(match, rated=offerer.shows_ratings)})


def _common_tie(facts: TwinningFacts) -> Reason | None:
    found = facts.connection
    match found.relations if found else None:
        case [Relation.TWIN, Relation.TWIN]:
            code = "common-twin"
        case [Relation.SPONSORED, Relation.SPONSOR]:
            code = "common-partner"
        case _:
            return None
    return None if found is None else reason(code, {"through": found.through})


def _same_creative_field(facts: TwinningFacts) -> Reason | None:
    field = facts.me.creative_field
    return reason("same-creative-field", {"field": field}) if field and field == facts.other.creative_field else None


def _both_learning_cities(facts: TwinningFacts) -> Reason | None:
    mine, theirs = facts.me.learning_city_since, facts.other.learning_city_since
    if not mine or not theirs:
        return None
    return reason("both-learning-cities", {"mine": str(mine), "theirs": str(theirs), "other": facts.other.name})


def _size(facts: TwinningFacts) -> Reason | None:
    mine, theirs = facts.me.population, facts.other.population
    return reason("size", {"mine": str(mine), "theirs": str(theirs)}) if facts.are_sizes_alike else None


def _common_language(facts: TwinningFacts) -> Reason | None:
    common = phrases.common_language(facts.me.languages, facts.other.languages)
    return None if common is None else reason("common-language", {"language": common})


def _near(facts: TwinningFacts) -> Reason | None:
    return reason("distance-near", {"km": f"{facts.km:.0f}"}) if facts.is_near else None


_Reason = Callable[[TwinningFacts], Reason | None]
_FOR: Final[Sequence[_Reason]] = (
    _common_tie,
    _same_creative_field,
    _common_language,
    _near,
    _size,
    _both_learning_cities,
)
"""Reasons for a pair besides needs and offers, the most telling first."""
_MOST_SUBJECTS: Final = 2
"""The most shared subjects that the reasons name."""


def needs_supported(facts: SponsorshipFacts) -> Sequence[str]:
    """The support that the city would get, in sentences for anybody."""
    return [each.text for each in _what(facts, TO_PARTNER)] if facts.shared else []


def named_needs(facts: SponsorshipFacts) -> Wishes:
    """The needs of the city that the reasons name, each title or topic once; none where it has made a request."""
    if facts.target.request is not None:
        return ()
    found: dict[str, Topic] = {}
    for subject in facts.shared[:_MOST_SUBJECTS]:
        need = facts.need_on(subject)
        found.setdefault(need.title or _topics(facts, subject).get("topic", subject), need)
    return tuple(found.values())


def covered(facts: SponsorshipFacts) -> str:
    """What the programme supports of the topics or subjects asked for: “on literacy, which “Reading” supports”."""
    return supports.covered(ENGLISH, {"programme": facts.programme.name, **_asked(facts)})


def rated(facts: SponsorshipFacts) -> str:
    """The amount asked in the programme's currency, in brackets; nothing where that is the same."""
    programme, request = facts.programme, facts.target.request
    if request is None or request.currency == programme.currency:
        return ""
    about = facts.asked_about
    if about is None:
        return f" (no reference rate to {programme.currency}: compare before you answer)"
    return f" ({phrases.amounts(*about, programme.currency, about=True)})"


def sponsorship_reasons(facts: SponsorshipFacts, to: str) -> tuple[Reason, ...]:
    """The reasons that the side `to` reads, TO_PARTNER or TO_CITY: supported needs, the grant, others, all cautions."""
    if not facts.shared:
        return ()
    minded = cautions_about_support(facts, to)
    speaking = chain(_what(facts, to), _grant(facts, to), _besides(facts, to))
    return (*islice(speaking, MOST_REASONS - min(1, len(minded))), *minded)


def _what(facts: SponsorshipFacts, to: str) -> Iterator[Reason]:
    programme, request, known = facts.programme, facts.target.request, sides_of_support(facts, to)
    if request is not None:
        asked = {"request": request.title, **_asked(facts)}
        if request.language:
            asked["request_language"] = request.language
        yield reason("request-fits", known | asked)
        return
    for need in named_needs(facts):
        named = known | {"subject": need.subject, "mode": need.mode, "supported": facts.supported[need.subject]}
        named |= {**own_words("need", need), **_topics(facts, need.subject)}
        support = facts.helped[need.subject].support
        yield reason("need-fits", named | {"support": support} if support in programme.supports else named)


def _topics(facts: SponsorshipFacts, subject: str) -> dict[str, str]:
    """The topics that meet on a subject of `helped`, as parameters; empty if none meet."""
    met = facts.helped[subject].topics
    if met is None:
        return {}
    return {"topic": met.need} if met.are_same else {"topic": met.need, "offer_topic": met.offer}


def _grant(facts: SponsorshipFacts, to: str) -> Iterator[Reason]:
    """The grants beside the amount that the city asks for."""
    programme, request = facts.programme, facts.target.request
    if programme.grant_max <= 0 or request is None or not facts.target.asks_money:
        return
    known = {
        "to": to,
        "least": str(programme.grant_min),
        "most": str(programme.grant_max),
        "currency": programme.currency,
    }
    if to == TO_PARTNER:
        known["other"] = facts.target.city.name
    known |= {
        "asked_least": str(request.amount_min),
        "asked_most": str(request.amount_max),
        "asked_currency": request.currency,
    }
    about = facts.asked_about
    if about is not None and request.currency != programme.currency:
        known |= {"about_least": str(about[0]), "about_most": str(about[1])}
    yield reason("grant", known)


def _besides(facts: SponsorshipFacts, to: str) -> Iterator[Reason]:
    programme, city, found = facts.programme, facts.target.city, facts.connection
    if found is not None and found.relations == (Relation.SPONSOR, Relation.TWIN):
        code = "partner-of-twin" if to == TO_CITY else "twin-of-partner"
        yield reason(code, {"through": found.through, "other": sides_of_support(facts, to)["other"]})
    common = phrases.common_language(city.languages, programme.languages)
    if common is not None:
        yield reason("common-language", {"language": common})
    if is_meant_for(programme, city):
        place = {"country": city.country} if programme.countries else {"region": city.region}
        yield reason("place-served", sides_of_support(facts, to) | place)


def _asked(facts: SponsorshipFacts) -> dict[str, str]:
    """The shared subjects that the reasons name, the programme's subject for each, and the topics of the first one."""
    named = facts.shared[:_MOST_SUBJECTS]
    supported = " ".join(facts.supported[subject] for subject in named)
    return {"subjects": " ".join(named), "supported": supported, **_topics(facts, named[0])}
