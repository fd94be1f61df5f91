"""The one change of one side that would make a pair fit."""

import asyncio

from isopolity.matching.application.workflows.queries.why_none import PairChange, pair_change
from tests.support.matching.instance import surroundings_of
from tests.support.matching.networks import network_of
from tests.support.matching.service import city, need, offer, partner, programme

HEALTH, LITERACY = "cluster.health", "cluster.literacy"
AT_HOME = {"can_travel": False, "can_host": False}
NETWORK = network_of(
    [
        city("lyon", country="FR", needs=(need(LITERACY),), offers=(offer(HEALTH),)),
        city("accra", country="GH", needs=(need(HEALTH),), offers=(offer(LITERACY),)),
        city("nice", country="FR", needs=(need(HEALTH),), offers=(offer(LITERACY),), wants_own_country=True),
        city("oslo", needs=(need(LITERACY, "study-visit", 3),), offers=(offer(HEALTH, "study-visit"),), **AT_HOME),
        city("rome", country="IT", needs=(need("sdg.14"),), offers=(offer("sdg.14"),)),
        partner("halcyon", [programme("sea", name="Sea", subjects=(HEALTH,), regions=("arab-states",))]),
    ],
    ties=[("lyon", "rome")],
)


def changed(one: str, other: str) -> PairChange | None:
    return asyncio.run(pair_change(one, other, surroundings_of(NETWORK)))


def kind(found: PairChange | None) -> str | None:
    assert found is not None
    return found.change.kind if found.change is not None else None


def test_a_pair_that_fits_needs_no_change() -> None:
    assert changed("city/lyon", "city/accra") is None


def test_what_keeps_a_pair_apart_is_lifted_from_the_side_that_asks() -> None:
    found = changed("city/lyon", "city/nice")
    assert kind(found) == "own-country"
    assert found is not None
    assert found.owner.member_id == "lyon"
    assert found.score >= 0.3
    assert kind(changed("city/nice", "city/lyon")) is None


def test_a_journey_that_nobody_makes_is_replaced_by_a_webinar() -> None:
    assert kind(changed("city/oslo", "city/accra")) in {"online", "need", "offer"}


def test_a_programme_serves_a_region_more() -> None:
    assert kind(changed("programme/halcyon/sea", "city/accra")) == "region"
    assert kind(changed("city/accra", "programme/halcyon/sea")) is None


def test_partners_already_are_no_pair_whatever_changes() -> None:
    assert kind(changed("city/lyon", "city/rome")) is None
