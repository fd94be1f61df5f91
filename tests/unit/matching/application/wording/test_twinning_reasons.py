"""Reasons of a twinning that depend on the distance and on the network."""

from datetime import date
from typing import Any

import pytest

from isopolity.matching.application.candidates.pair_facts import TwinningFacts
from isopolity.matching.application.candidates.parsed_members import city_from
from isopolity.matching.application.wording.twinning_reasons import twinning_reasons
from isopolity.matching.domain.scores import fit
from tests.support.matching.service import city, need, offer

TODAY = date(2026, 11, 25)


def reasons(mode: str = "webinar", region: str = "africa", **facts: Any) -> list[str]:
    """Sentences for Lyon, in Africa, about Graz; each needs what the other offers, in `mode`."""
    wishes: dict[str, Any] = {"needs": (need("sdg.13", mode),), "offers": (offer("sdg.13", mode),), "population": None}
    me, other = city_from(city("lyon", **wishes)), city_from(city("graz", region=region, **wishes))
    known = {"km": None, "my_first_tie": False, "their_first_tie": False, "joins": False} | facts
    met, wanted = fit.matches(me, other, TODAY), fit.matches(other, me, TODAY)
    return [each.text for each in twinning_reasons(TwinningFacts(me=me, other=other, met=met, wanted=wanted, **known))]


@pytest.mark.parametrize(
    ("km", "mode", "told"),
    [
        (299.0, "webinar", ["Only 299 km lie between you, close enough to meet over the webinar on climate action."]),
        (300.0, "webinar", ["300 km lie between you, but the webinar on climate action needs no travel."]),
        (299.0, "study-visit", ["Only 299 km lie between you, a short way for the study visit on climate action."]),
        (300.0, "study-visit", ["300 km lie between you: plan travel for the study visit on climate action."]),
        (None, "webinar", []),
        (None, "study-visit", []),
    ],
)
def test_300_kilometres_are_far_and_an_unknown_distance_is_not_told(
    km: float | None, mode: str, told: list[str]
) -> None:
    assert [text for text in reasons(mode, km=km) if "km" in text] == told


def test_two_parts_of_the_network_are_told_to_be_joined_within_a_region() -> None:
    joined = "Through climate action you would join two parts of the network that nothing connects yet."
    assert joined in reasons(joins=True)
    assert joined not in reasons(joins=False)
    elsewhere = reasons(region="arab-states", joins=True)
    assert joined not in elsewhere
    assert "With work on climate action you would link Africa to the Arab States." in elsewhere
