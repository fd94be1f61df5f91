"""Reasons of a twinning that depend on the distance; what a tie does for the network is none."""

from datetime import date
from typing import Any

import pytest

from isopolity.matching.application.candidates.pair_facts import TwinningFacts
from isopolity.matching.application.candidates.parsed_members import city_from
from isopolity.matching.application.wording.pair_reasons import twinning_reasons
from isopolity.matching.application.wording.reason_sentences import sentence_about
from isopolity.matching.domain.scores import fit
from isopolity.matching.domain.side import Reason
from tests.support.matching.service import city, need, offer

TODAY = date(2026, 11, 25)


def reasons(mode: str = "webinar", region: str = "africa", **facts: Any) -> tuple[Reason, ...]:
    """Reasons for Lyon, in Africa, about Graz; each needs what the other offers, in `mode`."""
    wishes: dict[str, Any] = {"needs": (need("sdg.13", mode),), "offers": (offer("sdg.13", mode),), "population": None}
    me, other = city_from(city("lyon", **wishes)), city_from(city("graz", region=region, **wishes))
    known = {"km": None, "my_first_tie": False, "their_first_tie": False, "joins": False} | facts
    met, wanted = fit.matches(me, other, TODAY), fit.matches(other, me, TODAY)
    return twinning_reasons(TwinningFacts(me=me, other=other, met=met, wanted=wanted, **known))


@pytest.mark.parametrize(
    ("km", "mode", "told"),
    [
        (299.0, "webinar", "distance-near"),
        (300.0, "webinar", None),
        (299.0, "study-visit", "distance-near"),
        (300.0, "study-visit", "distance"),
        (None, "webinar", None),
        (None, "study-visit", None),
    ],
)
def test_300_kilometres_are_far_and_an_unknown_distance_is_not_told(
    km: float | None, mode: str, told: str | None
) -> None:
    found = {each.code: each.text for each in reasons(mode, km=km) if each.code.startswith("distance")}
    assert found == ({told: "You lie about 300 km apart."} if told else {})


def test_a_need_or_offer_that_is_met_is_told_of_its_reader_to_anybody() -> None:
    met, wanted, language = reasons()[:3]
    assert met.text.startswith("You are looking for a webinar on ")
    assert sentence_about(met, "Lyon") == met.text.replace("You are", "Lyon is")
    assert sentence_about(wanted, "Lyon").startswith("Graz is looking for a webinar on ")
    assert sentence_about(wanted, "Lyon").endswith("; Lyon offers one.")
    assert sentence_about(language, "Lyon") == language.text


def test_what_a_tie_does_for_the_network_is_told_to_no_side() -> None:
    plain = reasons(region="arab-states")
    assert reasons(region="arab-states", joins=True, my_first_tie=True, their_first_tie=True) == plain
    assert [each.code for each in plain] == ["need-met", "offer-wanted", "common-language"]


@pytest.mark.parametrize(("least_met", "least_wanted"), [(4, 2), (2, 4), (3, 3)])
def test_of_two_exchanges_each_way_the_weaker_second_one_is_left_out(least_met: int, least_wanted: int) -> None:
    mine: dict[str, Any] = {
        "needs": (need("sdg.13", intensity=5), need("cluster.literacy", intensity=least_met)),
        "offers": (offer("sdg.11", intensity=5), offer("cluster.health", intensity=5)),
    }
    theirs: dict[str, Any] = {
        "needs": (need("sdg.11", intensity=5), need("cluster.health", intensity=least_wanted)),
        "offers": (offer("sdg.13", intensity=5), offer("cluster.literacy", intensity=5)),
    }
    me, other = city_from(city("lyon", **mine)), city_from(city("graz", **theirs))
    met, wanted = fit.matches(me, other, TODAY), fit.matches(other, me, TODAY)
    facts = TwinningFacts(
        me=me, other=other, met=met, wanted=wanted, km=None, my_first_tie=False, their_first_tie=False, joins=False
    )
    kept = (
        ["need-met", "offer-wanted", "offer-wanted"]
        if least_met < least_wanted
        else ["need-met"] * 2 + ["offer-wanted"]
    )
    assert [each.code for each in twinning_reasons(facts)][:3] == kept
    assert twinning_reasons(facts)[3].code not in kept


@pytest.mark.parametrize(("languages", "last"), [(("fr",), "no-common-language"), (("en",), "both-learning-cities")])
def test_a_missing_language_takes_the_last_place_and_a_distance_only_one_that_is_left(
    languages: tuple[str, ...], last: str
) -> None:
    wishes: dict[str, Any] = {
        "needs": (need("sdg.13", "study-visit"),),
        "offers": (offer("sdg.13", "study-visit"),),
        "learning_city_since": 2019,
        "population": None,
    }
    me, other = city_from(city("lyon", **wishes)), city_from(city("graz", **wishes | {"languages": languages}))
    met, wanted = fit.matches(me, other, TODAY), fit.matches(other, me, TODAY)
    facts = TwinningFacts(
        me=me, other=other, met=met, wanted=wanted, km=9_000.0, my_first_tie=False, their_first_tie=False, joins=False
    )
    assert [each.code for each in twinning_reasons(facts)][3:] == [last]
