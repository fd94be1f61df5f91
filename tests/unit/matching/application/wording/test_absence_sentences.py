"""The sentences on why there is none: each code has one, for one partner and several, said to a member and of it."""

import re

import pytest

from isopolity.matching.application.candidates.absence.best_change import BestChange, Prospect
from isopolity.matching.application.candidates.absence.changes import Change
from isopolity.matching.application.candidates.absence.public_round import TOO_WEAK, BlockerCounts, Got
from isopolity.matching.application.candidates.pair_status import scored_pair
from isopolity.matching.application.wording import blocker_sentences, round_sentences
from isopolity.matching.domain.scores.blockers import NOT_AT_PRESENT, PRIVATE, Blocker
from tests.support.matching.networks import market_of
from tests.support.matching.service import city, partner, programme

MARKET = market_of([city("bonn"), city("lyon"), partner("halcyon", [programme("reading", name="Reading")])])
LYON, READING = MARKET.city("lyon"), MARKET.programmes[0]
CITIES_ALONE = {Blocker.OWN_COUNTRY, Blocker.OUT_OF_REACH}
PROGRAMMES_ALONE = {
    Blocker.REGION,
    Blocker.COUNTRY,
    Blocker.POPULATION,
    Blocker.PERIOD,
    Blocker.AMOUNT,
    Blocker.NO_MONEY_ASKED,
}
"""Blockers between two cities only, or of programmes only; a new one that is neither needs sentences of both kinds."""
PUBLIC = [each for each in Blocker if each not in {*PRIVATE, Blocker.SAME_CITY}]
BETWEEN_CITIES = [each for each in PUBLIC if each not in PROGRAMMES_ALONE]
BY_PROGRAMMES = [each for each in PUBLIC if each not in CITIES_ALONE]
OF_CITIES = (*BETWEEN_CITIES, TOO_WEAK)
OF_PROGRAMMES = (*(each for each in BY_PROGRAMMES if each is not Blocker.PERIOD), TOO_WEAK)
"""The codes that can rule partners out; a closed programme is no possible partner."""
NOW = Prospect(cities=3, programmes=1, got=Got(1, 500_000))
CHANGES: dict[str, tuple[dict[str, str | int], str]] = {
    "topic": (
        {"side": "need", "subject": "cluster.literacy", "mode": "webinar", "topic": "topic.1480"},
        "you named the topic “adult literacy” for your need on literacy",
    ),
    "need": (
        {"subject": "cluster.literacy", "mode": "webinar"},
        "what you look for on literacy could also be a webinar",
    ),
    "offer": ({"subject": "sdg.4", "mode": "training"}, "you also offered training on quality education"),
    "online": ({}, "you also worked online"),
    "language": ({"language": "pt-BR"}, "you also worked in Portuguese"),
    "own-country": ({}, "you also wanted partners in your own country"),
    "region": ({"region": "arab-states"}, "“Reading” also served the Arab States"),
    "country": ({"country": "KE"}, "“Reading” also served Kenya"),
    "support": ({"support": "expertise"}, "“Reading” also gave expertise"),
    "grant-max": ({"now": 30_000, "then": 48_000, "currency": "EUR"}, "“Reading” granted up to 48,000 EUR, not 30,000"),
    "grant-min": ({"now": 9_000, "then": 500, "currency": "EUR"}, "“Reading” granted from 500 EUR on, not 9,000"),
    "size": ({}, "“Reading” supported cities of any size"),
}


@pytest.mark.parametrize("to_it", [True, False])
@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize(
    ("codes", "are_programmes", "its"),
    [(OF_CITIES, False, None), (OF_PROGRAMMES, True, None), (OF_PROGRAMMES, False, READING)],
    ids=["cities", "programmes", "of a programme"],
)
def test_each_rule_has_its_sentence(
    codes: tuple[str, ...], are_programmes: bool, its: None, count: int, to_it: bool
) -> None:
    counts = BlockerCounts(kind="twinning", are_programmes=are_programmes, partners=9, fitting=1, ruled_out=())
    told = [blocker_sentences.ruled_out(code, count, counts, 0.35, its, to_it=to_it) for code in codes]
    assert len(set(told)) == len(codes)
    for sentence in told:
        assert re.match(rf"{count} (city|programme|cities|programmes) \w.*\w”?\.$", sentence), sentence
        assert "{" not in sentence
        assert to_it or not re.search(r"\byour?\b", sentence)


@pytest.mark.parametrize(("codes", "other"), [(BETWEEN_CITIES, "city/bonn"), (BY_PROGRAMMES, READING.holder)])
def test_each_rule_has_its_sentence_for_one_pair(codes: list[Blocker], other: str) -> None:
    pair = scored_pair(MARKET, other, "city/lyon")
    told = {code: blocker_sentences.pair_blocker(code, pair) for code in (*codes, NOT_AT_PRESENT)}
    unsaid = [code for code in codes if told[code] == told[NOT_AT_PRESENT]]
    assert not unsaid, "write it in matching/application/wording/blocker_sentences.py, or name it as of one kind here"
    assert len({*told.values()}) == len(told)


@pytest.mark.parametrize("code", CHANGES)
def test_each_change_has_its_clause(code: str) -> None:
    words, clause = CHANGES[code]
    its = READING if "“Reading”" in clause else None
    change = Change(kind=code, member=LYON, words=words)
    then = Prospect(cities=5, programmes=1, got=Got(2, 1_200_000))
    told = blocker_sentences.change_sentence(
        BestChange(now=NOW, tried=9, change=change, then=then), "Lyon", its, to_it=True
    )
    who = "it" if its else "you"
    gets = f"{who} would get 2 proposals instead of 1"
    assert told == f"If {clause}, 2 more cities would fit; in a new round with public profiles alone {gets}."


@pytest.mark.parametrize(
    ("then", "told"),
    [
        (
            Prospect(cities=3, programmes=1, got=Got(1, 700_000)),
            "get 1 proposal as now, with a score of 0.70 instead of 0.50",
        ),
        (
            Prospect(cities=4, programmes=2, got=Got(1, 501_000)),
            "1 more city and 1 more programme would fit; in a new round",
        ),
        (Prospect(cities=4, programmes=1, got=Got(1, 501_000)), "would get as many proposals as now"),
    ],
)
def test_a_change_that_brings_no_more_proposals_tells_what_it_brings(then: Prospect, told: str) -> None:
    change = Change(kind="online", member=LYON, words={})
    found = BestChange(now=NOW, tried=9, change=change, then=then)
    assert told in blocker_sentences.change_sentence(found, "Lyon", None, to_it=False)


def test_who_gets_none_all_the_same_reads_so() -> None:
    none = Got(0, 0)
    change = Change(kind="online", member=LYON, words={})
    found = BestChange(
        now=Prospect(cities=0, programmes=0, got=none),
        tried=9,
        change=change,
        then=Prospect(cities=2, programmes=0, got=none),
    )
    assert blocker_sentences.change_sentence(found, "Lyon", None, to_it=False) == (
        "If Lyon also worked online, 2 more cities would fit; in a new round with public profiles alone it would "
        "still get none, because others fit better."
    )


@pytest.mark.parametrize(
    ("score", "rise", "is_exact", "end"),
    [
        (0.5, None, True, "what is pinned or published leaves no room for them."),
        (0.5, 0.0, True, "a choice that is worth as much has them."),
        (0.5, 0.0, False, "how much they lack could not be proved."),
        (0.5, 0.12, True, "their score would have to rise by 0.12 at least."),
        (0.5, 0.00005, True, "their score would have to rise by 0.0001 at least."),
        (0.5, 0.0012, True, "their score would have to rise by 0.0012 at least."),
        (0.95, 0.12, True, "their score would have to rise by 0.12 at least, which is more than it can."),
    ],
)
def test_what_a_pair_lacks_is_told(score: float, rise: float | None, is_exact: bool, end: str) -> None:
    names = {f"city/{i}": f"City {i}" for i in range(7)}
    taken = [("city/1", f"city/{i}") for i in range(2, 7)]
    told = round_sentences.missed(("city/0", "city/1"), score, rise, taken, names, is_exact=is_exact)
    start = f"City 0 and City 1 score {score:.2f}; City 1 is paired with City 2, City 3, City 4 and 2 more instead; "
    assert told == start + end
