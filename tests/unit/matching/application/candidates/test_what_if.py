"""Suggestions as they would be if a member looked for something else."""

import asyncio
from collections.abc import Sequence

import pytest

from isopolity.contracts.registry import CityState, PartnerState
from isopolity.matching.application.candidates.what_if import WhatIf
from isopolity.matching.application.ports.repositories import ClosedPairs
from isopolity.matching.application.workflows.queries.pair_fit import Suggestion, suggestions
from isopolity.matching.domain.member import Topic
from isopolity.matching.errors import InvalidWhatIf
from tests.support.matching.instance import surroundings_of
from tests.support.matching.networks import network_of, taken_by
from tests.support.matching.service import city, need, offer, partner, programme, request

GIVES = (offer("cluster.literacy"), offer("sdg.13"))
WANTS = (need("cluster.literacy"), need("sdg.13"))
MEMBERS: Sequence[CityState | PartnerState] = (
    city("lyon", country="FR", region="europe-north-america", needs=WANTS, offers=(offer("cluster.health"),)),
    city("accra", country="GH", needs=(need("cluster.health"),), offers=GIVES[:1]),
    city("cairo", country="EG", region="arab-states", needs=(need("cluster.health"),), offers=GIVES[1:]),
    partner("halcyon", [programme("reading", name="Reading", budget=30_000)]),
)


def topic(subject: str) -> Topic:
    return Topic(**dict(need(subject)))


def suggested(member_id: str, what_if: WhatIf, limit: int = 10) -> Sequence[Suggestion]:
    network = network_of(MEMBERS, [request("rooms", "accra", amount_min=40_000, amount_max=60_000)])
    closed_pairs = ClosedPairs(closed=frozenset(), proposed=frozenset())
    return asyncio.run(suggestions(member_id, closed_pairs, taken_by({}), limit, surroundings_of(network), what_if))


def names(member_id: str, what_if: WhatIf, limit: int = 10) -> set[str]:
    return {each.other.name for each in suggested(member_id, what_if, limit)}


def test_nothing_supposed_changes_nothing() -> None:
    assert names("lyon", WhatIf()) == {"Accra", "Cairo", "Foundation Halcyon"}
    assert len(names("lyon", WhatIf(), limit=1)) == 1


def test_a_city_may_look_in_some_regions_only() -> None:
    assert names("lyon", WhatIf(regions=frozenset({"arab-states"}))) == {"Cairo"}


def test_a_city_may_look_for_some_subjects_only() -> None:
    found = {each.other.name: each for each in suggested("lyon", WhatIf(subjects=frozenset({"sdg.13"})))}
    assert "Foundation Halcyon" not in found
    assert "literacy" not in " ".join(reason.text for each in found.values() for reason in each.own.reasons)
    gained = {name: next(part.value for part in each.parts if part.name == "balance") for name, each in found.items()}
    assert gained["Cairo"] > gained.get("Accra", 0.0)


def test_a_city_may_look_for_and_offer_something_else() -> None:
    assert names("lyon", WhatIf(needs=(), offers=())) == set()
    for subject, best in (("sdg.13", "Cairo"), ("cluster.literacy", "Accra")):
        assert suggested("lyon", WhatIf(needs=(topic(subject),)))[0].other.name == best
    assert names("lyon", WhatIf(needs=(topic("sdg.13"),), offers=(topic("cluster.health"),))) >= {"Cairo"}


def test_a_city_may_work_in_some_ways_only() -> None:
    (mode,) = {each.mode for each in WANTS}
    assert names("lyon", WhatIf(modes=frozenset({mode}))) >= {"Accra", "Cairo"}
    other = "pilot" if mode != "pilot" else "webinar"
    assert not {"Accra", "Cairo"} & names("lyon", WhatIf(modes=frozenset({other})))
    with pytest.raises(InvalidWhatIf, match="modes out"):
        names("halcyon", WhatIf(modes=frozenset({mode})))


def test_what_a_city_states_already_changes_nothing_when_it_is_supposed() -> None:
    lyon = next(each for each in MEMBERS if isinstance(each, CityState) and each.city_id == "lyon")
    needs, offers = (tuple(Topic(**dict(each)) for each in interests) for interests in (lyon.needs, lyon.offers))
    assert suggested("lyon", WhatIf(needs=needs, offers=offers)) == suggested("lyon", WhatIf())


def test_a_subject_that_nobody_has_stated_may_be_supposed() -> None:
    """Its neighbours count: quality education and literacy belong together."""
    assert "Accra" in names("lyon", WhatIf(needs=(topic("sdg.4"),)))
    assert names("lyon", WhatIf()) == {"Accra", "Cairo", "Foundation Halcyon"}, "the market stays as it is"


def test_a_partner_may_suppose_another_budget_region_and_subject() -> None:
    def asked(what_if: WhatIf) -> set[str | None]:
        return {each.other.request_title for each in suggested("halcyon", what_if)}

    assert "Reading rooms" not in asked(WhatIf())
    assert "Reading rooms" in asked(WhatIf(budget=1_000_000))
    assert names("halcyon", WhatIf(regions=frozenset({"europe-north-america"}))) == {"Lyon"}
    assert names("halcyon", WhatIf(subjects=frozenset({"cluster.health"}))) == {"Accra", "Cairo"}


def test_a_budget_below_a_programmes_smallest_grant_gets_one_sentence() -> None:
    with pytest.raises(InvalidWhatIf) as caught:
        suggested("halcyon", WhatIf(budget=9_999))
    assert str(caught.value) == (
        "A budget of 9,999 is less than the smallest grant of “Reading”, 10,000 EUR; give more."
    )


@pytest.mark.parametrize(
    ("supposed", "text"),
    [
        ({"regions": frozenset({"mars"})}, "There is no region 'mars'; the regions are africa, arab-states, "),
        ({"subjects": frozenset({"sdg.99"})}, "There is no subject 'sdg.99'; the subjects are area.cohesion, "),
        ({"needs": (Topic(subject="sdg.99", intensity=3, mode="training"),)}, "There is no subject 'sdg.99'; "),
        ({"offers": (Topic(subject="sdg.1", intensity=3, mode="talk"),)}, "There is no mode 'talk'; the modes are "),
        ({"needs": (Topic(subject="sdg.1", intensity=6, mode="training"),)}, "Give each need and offer an intensity"),
        ({"budget": 0}, "The budget is 0; give a positive amount, or leave it out."),
        ({"budget": 5}, "A city has no budget; leave it out."),
    ],
)
def test_what_cannot_be_supposed_gets_one_sentence(supposed: dict[str, object], text: str) -> None:
    with pytest.raises(InvalidWhatIf) as caught:
        suggested("lyon", WhatIf(**supposed))  # type: ignore[arg-type]  # that is the test
    assert str(caught.value).startswith(text)


def test_a_partner_states_no_needs() -> None:
    with pytest.raises(InvalidWhatIf, match="A partner states no needs or offers"):
        suggested("halcyon", WhatIf(needs=()))
