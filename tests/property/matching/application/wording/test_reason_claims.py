"""What a reason claims is looked up in the two profiles again, and its sentence is said again from its parameters."""

import json
from collections.abc import Mapping, Sequence
from math import prod
from typing import Any, Final

from hypothesis import given
from hypothesis import strategies as st

from isopolity.contracts.matching import TO_MIND
from isopolity.matching.application.candidates.pair_facts import Connection, Relation, SponsorshipFacts, TwinningFacts
from isopolity.matching.application.wording.pair_reasons import sponsorship_reasons, twinning_reasons
from isopolity.matching.domain.member import City, Programme, Request
from isopolity.matching.domain.scores import fit
from isopolity.matching.domain.scores.fit import Match
from isopolity.matching.domain.scores.target_arrays import Target
from isopolity.matching.domain.side import Reason
from isopolity.wording.reasons import say
from isopolity.wording.supports import TO_CITY, TO_PARTNER
from tests.support.examples import examples
from tests.support.matching.reason_claims.checked_reason import NAMES, CheckedReason
from tests.support.matching.reason_claims.claims import CLAIMS
from tests.support.matching.strategies import TODAY, cities, programmes, requests

EXCHANGES: Final = {"need-met", "offer-wanted", "request-fits", "need-fits"}
TWIN, SPONSOR, SPONSORED = Relation.TWIN, Relation.SPONSOR, Relation.SPONSORED
connections = st.sampled_from(
    [
        None,
        *(
            Connection(names=("Here", "Pisa", "There"), relations=relations)
            for relations in ((TWIN, TWIN), (SPONSORED, SPONSOR), (SPONSOR, TWIN), (TWIN, SPONSORED))
        ),
        Connection(names=("Here", "Pisa", "Graz", "There"), relations=(TWIN, TWIN, TWIN)),
    ]
)


@examples(300)
@given(cities("c0"), cities("c1"), st.none() | st.floats(0, 20_000), connections, st.none() | st.floats(0, 8))
def test_what_two_cities_are_told_stands_in_their_profiles(
    me: City, other: City, km: float | None, connection: Connection | None, hours: float | None
) -> None:
    facts = TwinningFacts(
        me=me,
        other=other,
        met=fit.matches(me, other, TODAY),
        wanted=fit.matches(other, me, TODAY),
        km=km,
        my_first_tie=True,
        their_first_tie=False,
        joins=True,
        connection=connection,
        common_hours=hours,
    )
    for one, two, seen in ((me, other, facts), (other, me, facts.turned)):
        reasons = twinning_reasons(seen)
        assert bool(reasons) == bool(facts.met or facts.wanted)
        gains = (gain(seen.met), gain(seen.wanted))
        hold(reasons, me=one, other=two, request=None, connection=connection, km=km, gains=gains, hours=hours)
        unlike = (
            one.population
            and two.population
            and max(one.population, two.population) >= 20 * min(one.population, two.population)
        )
        codes = {reason.code for reason in reasons}
        assert not reasons or bool(unlike) <= ("other-size" in codes)
        assert not reasons or (min(gains) < max(gains) / 3) <= ("one-sided" in codes)


def gain(matches: Sequence[Match]) -> float:
    """What the matches are worth together."""
    return 1 - prod(1 - match.strength for match in matches)


@examples(300)
@given(programmes(), cities("c0"), st.one_of(st.none(), requests()), connections)
def test_what_a_partner_and_a_city_are_told_stands_in_their_profiles(
    programme: Programme, city: City, request: Request | None, connection: Connection | None
) -> None:
    facts = SponsorshipFacts(
        programme=programme, target=Target(city, request), today=TODAY, first_tie=True, connection=connection
    )
    for one, two, reasons in (
        (programme, city, sponsorship_reasons(facts, TO_PARTNER)),
        (city, programme, sponsorship_reasons(facts, TO_CITY)),
    ):
        assert bool(reasons) == bool(facts.shared)
        hold(reasons, me=one, other=two, request=request, connection=connection, km=None)


def hold(reasons: Sequence[Reason], **known: Any) -> None:
    """Few reasons, needs and offers first; each claim stands, and its sentence can be said from its parameters."""
    codes = [reason.code for reason in reasons]
    minded = sum(code in TO_MIND for code in codes)
    assert len(reasons) - minded + min(1, minded) <= 4
    assert sorted(codes, key=lambda code: (code not in EXCHANGES, code in TO_MIND)) == codes
    assert len({reason.text for reason in reasons}) == len(reasons)
    for reason in reasons:
        assert say(reason.code, json.loads(json.dumps(reason.parameters))) == reason.text
        CLAIMS[reason.code](CheckedReason(reason=reason, **known))
    for code in EXCHANGES & set(codes):
        of_code = [reason for reason in reasons if reason.code == code and "subject" in reason.parameters]
        named = [name_of(reason.parameters) for reason in of_code]
        assert len(set(named)) == len(named)


def name_of(known: Mapping[str, str]) -> str:
    """What a sentence calls a need by: its title, its topic, or else its subject."""
    return known.get("need_title") or known.get("topic") or NAMES[known["subject"]]
