"""The parts of a score in words: which sentence a value gets, and what is told of the two candidates of a side.

A part that a score gets is told wherever scores are; the failing test names the next file.
"""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from isopolity.contracts.registry import Need
from isopolity.matching.application.candidates.pair_facts import SponsorshipFacts, TwinningFacts
from isopolity.matching.application.candidates.parsed_members import city_from, programmes_from, request_from
from isopolity.matching.application.wording.explanation_texts import paragraph
from isopolity.matching.application.wording.sponsorship_parts import (
    TwoSponsorships,
    sponsorship_clause,
    sponsorship_part,
)
from isopolity.matching.application.wording.twinning_parts import TwoCities, twinning_clause, twinning_part
from isopolity.matching.domain.scores import fit
from isopolity.matching.domain.scores.target_arrays import Target
from isopolity.matching.domain.scores.weights import SPONSORSHIP_DEFAULTS, TWINNING_DEFAULTS
from isopolity.portal.adapters.templates import environment
from tests.support.matching.service import city, need, offer, partner, programme, request

TODAY = date(2026, 11, 25)
RUNBOOK = Path(__file__).parents[5] / "docs" / "runbook.md"
WEIGHTS = {"twinning": TWINNING_DEFAULTS, "sponsorship": SPONSORSHIP_DEFAULTS}
BARE = ": 0.50 of 1"
"""What a part without a sentence is told as."""


def pair_of(mine: dict[str, Any], theirs: dict[str, Any], *, km: float | None = 900.0) -> TwinningFacts:
    me, other = city_from(city("lyon", **mine)), city_from(city("graz", **theirs))
    met, wanted = fit.matches(me, other, TODAY), fit.matches(other, me, TODAY)
    return TwinningFacts(
        me=me, other=other, met=met, wanted=wanted, km=km, my_first_tie=False, their_first_tie=False, joins=False
    )


def supported(programmes: dict[str, Any], **cities: Any) -> SponsorshipFacts:
    funder = programmes_from(partner("halcyon", [programme("reading", name="Reading", **programmes)]))[0]
    asked = request_from(request("rooms", "lyon"))
    target = Target(city_from(city("lyon", **cities)), asked)
    return SponsorshipFacts(programme=funder, target=target, today=TODAY, first_tie=False)


@pytest.mark.parametrize(("value", "much"), [(0.75, "much"), (0.74, "some"), (0.4, "some"), (0.39, "a little")])
def test_how_much_of_a_need_is_met_is_told_by_the_value(value: float, much: str) -> None:
    facts = pair_of({"needs": (need("sdg.13"),)}, {"offers": (offer("sdg.13"),)})
    told = twinning_part("needs-a", {"needs-a": value}, facts)
    assert told == f"Graz meets {much} of what Lyon is looking for, on climate action."


@pytest.mark.parametrize(
    ("gains", "told"),
    [
        ((0.0, 0.0), "Neither Lyon nor Graz would gain."),
        ((0.5, 0.0), "Only Lyon would gain."),
        ((0.35, 0.5), "Both would gain about equally."),
        ((0.34, 0.5), "Both would gain, Graz more."),
    ],
)
def test_the_balance_is_told_by_what_each_would_gain(gains: tuple[float, float], told: str) -> None:
    values = {"balance": 0.5, "needs-a": gains[0], "needs-b": gains[1]}
    assert twinning_part("balance", values, pair_of({}, {})) == told


@pytest.mark.parametrize(
    ("km", "told"),
    [
        (None, "How far apart they lie is not known."),
        (4.9, "They lie next to each other."),
        (5.0, "They lie 5 km apart."),
    ],
)
def test_cities_within_five_kilometres_lie_next_to_each_other(km: float | None, told: str) -> None:
    assert twinning_part("distance", {"distance": 1.0}, pair_of({}, {}, km=km)) == told


WEBINAR, VISIT = {"needs": (need("sdg.13", mode="webinar"),)}, {"needs": (need("sdg.13", mode="study-visit"),)}
ONLINE, ON_SITE = {"offers": (offer("sdg.13", mode="webinar"),)}, {"offers": (offer("sdg.13", mode="study-visit"),)}


@pytest.mark.parametrize(
    ("hours", "offers", "told"),
    [
        (None, ONLINE, "How many working hours they have in common is not known; that counts for a webinar."),
        (0.0, ONLINE, "They have no working hours in common; that counts for a webinar."),
        (0.5, ONLINE, "They have less than one working hour in common; that counts for a webinar."),
        (1.0, ONLINE, "They have 1 working hour in common; that counts for a webinar."),
        (2.25, ONLINE, "They have about 2 working hours in common; that counts for a webinar."),
        (8.0, ON_SITE, "They have 8 working hours in common; it is not counted."),
        (8.0, {}, "They have 8 working hours in common."),
    ],
)
def test_common_working_hours_are_told_with_what_they_count_for(
    hours: float | None, offers: dict[str, Any], told: str
) -> None:
    facts = replace(pair_of(WEBINAR, offers), common_hours=hours)
    assert twinning_part("hours", {"hours": 0.5}, facts) == told


@pytest.mark.parametrize(
    ("theirs", "offers", "told"),
    [
        (20_000, ON_SITE, "Lyon is 26 times as large, 520,000 people to 20,000; size counts for a study visit."),
        (20_000, ONLINE, "Lyon is 26 times as large, 520,000 people to 20,000; size is not counted."),
        (500_000, ON_SITE, "They are of similar size: 520,000 and 500,000 people."),
    ],
)
def test_a_size_apart_is_told_with_what_it_counts_for(theirs: int, offers: dict[str, Any], told: str) -> None:
    pair = pair_of(VISIT | {"population": 520_000}, offers | {"population": theirs})
    assert twinning_part("size", {"size": 0.5}, pair) == told


@pytest.mark.parametrize(
    ("part", "this", "other", "told"),
    [
        ("size", {"population": 500_000}, {"population": 900_000}, "it is less like Lyon in size"),
        ("size", {"population": 900_000}, {"population": 500_000}, "size counts for more of it"),
        ("language", {"languages": ("fr",)}, {"languages": ("de",)}, "it shares no working language with Lyon"),
        ("language", {"languages": ("de",)}, {"languages": ("fi",)}, "a common language counts for more of it"),
        ("language", {"languages": ("fr",)}, {"languages": ("fr",)}, "a common language counts for more of it"),
        ("hours", {}, {}, "common working hours count for more of it"),
    ],
)
def test_what_the_worse_partner_would_ask_for_is_told_where_nothing_else_differs(
    part: str, this: dict[str, Any], other: dict[str, Any], told: str
) -> None:
    mine = {"population": 520_000, "languages": ("fr",)}
    pair = TwoCities(this=pair_of(mine, this), other=pair_of(mine, other), lower=True, today=TODAY)
    assert twinning_clause(part, pair) == told


def test_fewer_common_hours_are_told() -> None:
    many, few = (replace(pair_of({}, {}), common_hours=hours) for hours in (6.0, 2.0))
    worse = TwoCities(this=many, other=few, lower=True, today=TODAY)
    better = TwoCities(this=few, other=many, lower=False, today=TODAY)
    assert twinning_clause("hours", worse) == "it has fewer working hours in common with Lyon"
    assert twinning_clause("hours", better) == "it has more working hours in common with Lyon"


@pytest.mark.parametrize(
    ("value", "often"), [(0.5, "often"), (0.49, "now and then"), (0.1, "now and then"), (0.09, "seldom")]
)
def test_how_often_cities_such_as_these_twin_is_told_by_the_value(value: float, often: str) -> None:
    told = twinning_part("affinity", {"affinity": value}, pair_of({}, {}))
    assert told == f"Cities such as these have {often} twinned before."


LEARNING, FILM = {"learning_city_since": 2019}, {"creative_field": "film"}


@pytest.mark.parametrize(
    ("mine", "this", "other", "told"),
    [
        (LEARNING, {}, LEARNING, "it is a UNESCO Learning City too"),
        (LEARNING, LEARNING, LEARNING, "it has more in common with Lyon"),
        (FILM, {}, FILM, "it is a UNESCO Creative City of Film too"),
        (FILM, FILM, FILM, "it has more in common with Lyon"),
        ({}, {}, FILM | LEARNING, "it has more in common with Lyon"),
    ],
)
def test_a_partner_that_has_more_in_common_is_told_what(
    mine: dict[str, Any], this: dict[str, Any], other: dict[str, Any], told: str
) -> None:
    pair = TwoCities(this=pair_of(mine, this), other=pair_of(mine, other), lower=False, today=TODAY)
    assert twinning_clause("setting", pair) == told


@pytest.mark.parametrize(
    ("value", "how"),
    [
        (0.99, ""),
        (0.98, ", which fits in part"),
        (0.15, ", which fits in part"),
        (0.14, ", which barely fits"),
        (0.01, ", which barely fits"),
        (0.0, ", which does not fit"),
    ],
)
def test_how_an_amount_fits_is_told_by_the_value(value: float, how: str) -> None:
    told = sponsorship_part("grant", value, supported({}))
    assert told.endswith(f"; the grants run from 10,000 to 100,000 EUR{how}.")


@pytest.mark.parametrize(
    ("named", "value", "told"),
    [
        ({"countries": ("LY",)}, 0.0, "“Reading” is not meant for the place that Lyon lies in."),
        ({"countries": ("LY",)}, 1.0, "“Reading” is meant for the country that Lyon lies in."),
        ({"regions": ("africa",)}, 0.8, "“Reading” is meant for Africa."),
        ({}, 0.5, "“Reading” is open to cities anywhere."),
    ],
)
def test_where_a_programme_is_meant_for_is_told(named: dict[str, Any], value: float, told: str) -> None:
    assert sponsorship_part("focus", value, supported(named)) == told


@pytest.mark.parametrize(
    ("named", "of_city", "told"),
    [
        ({"countries": ("LY",)}, True, "it is meant for the country of Lyon in particular"),
        ({"countries": ("LY",)}, False, "it is meant for these places"),
        ({}, True, "it is meant for these places"),
    ],
)
def test_a_programme_that_names_the_citys_country_is_meant_for_it_in_particular(
    named: dict[str, Any], of_city: bool, told: str
) -> None:
    pair = TwoSponsorships(this=supported({}), other=supported(named), lower=False, of_city=of_city)
    assert sponsorship_clause("focus", pair) == told


@pytest.mark.parametrize(
    ("part", "least"),
    [("focus", 0.7), ("setting", 0.6), ("network", 0.3), ("size", 0.95), ("language", 0.8), ("distance", 0.9)],
)
def test_a_part_is_told_from_its_least_value_on(part: str, least: float) -> None:
    parts = {"language": (0.5, "Language."), part: (least, "Told.")}
    assert paragraph((), ["What."], None, parts, no_language=False) == "What. Told."
    parts[part] = (least - 0.01, "Told.")
    assert paragraph((), ["What."], None, parts, no_language=False) == "What."


WAGES = ("topic.12216",)


def wishing(programmes: dict[str, Any], *needs: Need) -> SponsorshipFacts:
    """The facts about a programme and a city that has made no request."""
    facts = supported(programmes, needs=needs)
    return replace(facts, target=Target(facts.target.city, None))


@pytest.mark.parametrize("subjects", [(), ("cluster.literacy",)])
def test_what_meets_by_topics_alone_is_told_by_topics(subjects: tuple[str, ...]) -> None:
    facts = wishing({"subjects": subjects, "topics": WAGES}, need("sdg.13").model_copy(update={"topics": WAGES}))
    told = "Lyon is looking for help on wages, which “Reading” supports."
    assert sponsorship_part("subjects", 0.5, facts) == told


def test_another_programme_supports_a_subject_only_if_it_names_it() -> None:
    ours = {"topics": WAGES}
    wish, other = (need(subject).model_copy(update={"topics": WAGES}) for subject in ("sdg.8", "sdg.13"))
    bare, by_topic = wishing({"subjects": ("sdg.4",)}, wish, other), wishing(ours, wish, other)
    pair = TwoSponsorships(this=bare, other=by_topic, lower=False, of_city=True)
    assert sponsorship_clause("subjects", pair) == "it supports more of what Lyon is looking for"


def test_another_city_looks_for_no_help_on_a_subject_only_if_it_names_no_such_need() -> None:
    named, plain = need("cluster.literacy").model_copy(update={"topics": WAGES}), need("cluster.literacy")
    other = wishing({"topics": ("topic.308",)}, named)
    this = wishing({"topics": ("topic.308",)}, plain)
    pair = TwoSponsorships(this=this, other=other, lower=True, of_city=False)
    assert sponsorship_clause("subjects", pair) == "it is looking for less of what “Reading” supports"


def test_far_topics_are_not_told_as_near_where_words_are_in_common() -> None:
    words = {"title": "Fair pay for teachers", "language": "en"}
    mine = need("sdg.8").model_copy(update=words | {"topics": WAGES})
    theirs = offer("sdg.8").model_copy(update=words | {"topics": ("topic.15964",)})
    me, other = (
        city_from(city(name, **stated))
        for name, stated in (("lyon", {"needs": (mine,)}), ("graz", {"offers": (theirs,)}))
    )
    (match,) = fit.matches(me, other, TODAY)
    assert match.topics is None


def test_a_grant_is_told_whatever_its_value_and_what_is_one_sided_too() -> None:
    parts = {"language": (0.0, "No language."), "grant": (0.0, "Grant."), "balance": (0.1, "One-sided.")}
    told = paragraph((), ["What."], "Path.", parts, no_language=True)
    assert told == "What. One-sided. Path. Grant. No language."
    told = paragraph((), ["What.", "In turn."], None, parts, no_language=True)
    assert told == "What. In turn. Grant. No language."
    told = paragraph(["Against."], ["What."], "Path.", parts, no_language=True)
    assert told == "Against. What. One-sided."


def test_each_part_has_a_sentence_of_its_own() -> None:
    values, pair, support = dict.fromkeys(TWINNING_DEFAULTS, 0.5), pair_of({}, {}), supported({})
    told = {name: twinning_part(name, values, pair) for name in TWINNING_DEFAULTS}
    assert [name for name, text in told.items() if BARE in text] == [], "write it in wording/twinning_parts.py"
    told = {name: sponsorship_part(name, 0.5, support) for name in SPONSORSHIP_DEFAULTS}
    assert [name for name, text in told.items() if BARE in text] == [], "write it in wording/sponsorship_parts.py"


@pytest.mark.parametrize("kind", WEIGHTS)
def test_the_runbook_names_each_weight(kind: str) -> None:
    named = re.search(rf"^\[{kind}\] +# (.*)$", RUNBOOK.read_text(encoding="utf-8"), re.MULTILINE)
    assert named is not None
    assert named[1].split(", ") == list(WEIGHTS[kind]), "write it in docs/runbook.md"


@pytest.mark.parametrize("kind", WEIGHTS)
def test_staff_reads_each_weight_in_words(kind: str) -> None:
    words = environment("en").get_template("office/settings/words.html").module.__dict__["part"]
    asked = {f"{kind}-{name.removesuffix('-a')}" for name in WEIGHTS[kind] if name != "needs-b"}
    assert {name for name in asked if words(name) == name} == set(), "write it in office/settings/words.html"
