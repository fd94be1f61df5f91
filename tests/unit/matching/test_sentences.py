"""The reasons read as a coordinator would say them."""

from datetime import date
from typing import Any

from isopolity.contracts.codes import MODES
from isopolity.matching.application import phrases
from isopolity.matching.application.members import city_from, programmes_from, request_from
from isopolity.matching.application.sponsorship_reasons import (
    SponsorshipFacts,
    reasons_for_city,
    reasons_for_partner,
)
from isopolity.matching.application.twinning_reasons import TwinningFacts, twinning_reasons
from isopolity.matching.domain import fit
from isopolity.matching.domain.currency import converted
from isopolity.matching.domain.sponsorship import Target
from tests.support.matching import city, need, offer, partner, programme, request

TODAY = date(2026, 11, 25)


def told(mine: dict[str, Any], theirs: dict[str, Any], **facts: Any) -> list[str]:
    me, other = city_from(city("lyon", **mine)), city_from(city("medellín", **theirs))
    known = {"km": 1240.0, "my_first_tie": False, "their_first_tie": False, "joins": False} | facts
    met, wanted = fit.matches(me, other, TODAY), fit.matches(other, me, TODAY)
    return [each.text for each in twinning_reasons(TwinningFacts(me=me, other=other, met=met, wanted=wanted, **known))]


def test_a_need_met_in_its_own_mode() -> None:
    texts = told(
        {"needs": (need("cluster.literacy", "study-visit"),)}, {"offers": (offer("cluster.literacy", "study-visit"),)}
    )
    assert texts[0] == "You are looking for a study visit on literacy; Medellín offers one and rates itself 4 of 5."
    assert "1,240 km lie between you: plan travel for the study visit on literacy." in texts


def test_an_offer_wanted_in_another_mode() -> None:
    texts = told({"offers": (offer("sdg.13", "training"),)}, {"needs": (need("sdg.13", "expert-mission"),)})
    assert texts[0] == (
        "Medellín is looking for an expert mission on climate action; "
        "you offer training on it and rate yourselves 4 of 5."
    )


def test_sizes_are_told_in_numbers() -> None:
    shared = {"needs": (need("sdg.13"),), "offers": (offer("sdg.13"),)}
    alike = told({**shared, "population": 412_345}, {**shared, "population": 388_900})
    assert any("nearly the same size (412,000 and 389,000 people)" in text for text in alike)
    half = told({**shared, "population": 1_442_000}, {**shared, "population": 693_000})
    assert any("Medellín is smaller (693,000 people to your 1,442,000)" in text for text in half)
    unlike = told({**shared, "population": 41_000}, {**shared, "population": 3_889_000})
    assert any("Medellín is larger (3,889,000 people to your 41,000)" in text for text in unlike)


def test_a_missing_common_language_warns() -> None:
    shared = {"needs": (need("sdg.13"),), "offers": (offer("sdg.13"),)}
    texts = told({**shared, "languages": ("fr",)}, {**shared, "languages": ("es",)})
    assert "You share no working language yet: plan an interpreter for the webinar on climate action." in texts


def test_online_modes_need_no_travel() -> None:
    shared = {"needs": (need("sdg.13"),), "offers": (offer("sdg.13"),)}
    assert any("but the webinar on climate action needs no travel" in text for text in told(shared, shared))


def test_nobody_who_works_online_only_is_told_to_plan_travel() -> None:
    for mode in MODES:
        shared = {"needs": (need("sdg.13", mode),), "offers": (offer("sdg.13", mode),), "online_only": True}
        assert not any("plan travel" in text for text in told(shared, shared))


def test_nothing_in_common_is_no_reason() -> None:
    assert told({}, {}) == []


def test_a_city_that_cannot_host_offers_no_study_visit() -> None:
    texts = told(
        {"needs": (need("cluster.literacy", "study-visit"),)},
        {"offers": (offer("cluster.literacy", "study-visit"),), "can_host": False},
    )
    assert texts == []


def test_a_grant_is_told_in_both_currencies() -> None:
    funder = programmes_from(partner("halcyon", [programme("reading", name="Reading", currency="EUR")]))[0]
    asked = request_from(request("rooms", "lyon", currency="USD", amount_min=23_000, amount_max=46_000))
    facts = SponsorshipFacts(
        programme=funder, target=Target(city_from(city("lyon")), asked), today=TODAY, first_tie=False
    )
    to_city = [reason.text for reason in reasons_for_city(facts)]
    assert to_city[0] == (
        "You ask for support for “Reading rooms”; "
        "“Reading”, a programme of Foundation Halcyon, supports work on literacy."
    )
    assert to_city[1] == (
        "You ask for 23,000 to 46,000 USD (about 20,000 to 40,000 EUR) for work on literacy; "
        "its grants run from 10,000 to 100,000 EUR."
    )
    assert reasons_for_partner(facts)[0].text == (
        "Lyon asks for support for “Reading rooms”, on literacy, which “Reading” supports."
    )


def test_a_sponsor_is_told_that_a_city_without_a_request_has_named_no_amount() -> None:
    funder = programmes_from(partner("halcyon", [programme("reading", name="Reading", countries=("LY",))]))[0]
    lyon = city_from(city("lyon", needs=(need("cluster.literacy", "study-visit"),)))
    facts = SponsorshipFacts(programme=funder, target=Target(lyon, None), today=TODAY, first_tie=True)
    assert [reason.text for reason in reasons_for_partner(facts)] == [
        "Lyon is looking for a study visit on literacy, a subject of “Reading”, which gives funding.",
        "Lyon has not named an amount yet; your grants for literacy run from 10,000 to 100,000 EUR.",
        "“Reading” is meant for the country that Lyon lies in, with literacy among its subjects.",
        "You both work in English, so talks on literacy need no interpreter.",
        "It would be the first tie of the city in this network, through work on literacy.",
    ]


def test_grants_are_told_as_what_they_are() -> None:
    told = [phrases.run_from(low, high, "EUR") for low, high in ((5_000, 9_000), (0, 9_000), (9_000, 9_000))]
    assert told == ["run from 5,000 to 9,000 EUR", "go up to 9,000 EUR", "are 9,000 EUR"]


def test_a_currency_without_a_rate_is_not_converted() -> None:
    assert converted(5, "XAF", "EUR") is None
    assert converted(5, "XAF", "XAF") == 5


def test_codes_that_this_release_does_not_know_are_left_out() -> None:
    read = city_from(city("lyon", needs=(need("sdg.99"), need("sdg.4", "telepathy"), need("sdg.4"))))
    assert [topic.subject for topic in read.needs] == ["sdg.4"]


def test_numbers_are_rounded_for_people() -> None:
    assert [phrases.people(number) for number in (412_345, 1_234, 87)] == ["412,000", "1,200", "87"]
