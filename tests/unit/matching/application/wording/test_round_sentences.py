"""The gains of a round, as its staff reads them."""

import json
import re
from pathlib import Path
from typing import Final

import networkx as nx

from isopolity.contracts.matching import TO_MIND
from isopolity.matching.application.candidates.parsed_members import city_from
from isopolity.matching.application.wording.round_sentences import gain_sentences
from isopolity.matching.domain.gains import NewTie, gains
from isopolity.wording.reasons import SENTENCES, say
from tests.support.matching.service import city

CITIES = [
    city_from(city(city_id, country=country, region=region))
    for city_id, country, region in (
        ("lyon", "FR", "europe-north-america"),
        ("graz", "AT", "europe-north-america"),
        ("cairo", "EG", "arab-states"),
        ("accra", "GH", "africa"),
    )
]


def told(*new: NewTie) -> list[str]:
    ties = nx.MultiGraph()
    ties.add_edge("lyon", "graz", kind="twinning")
    return list(gain_sentences(gains(CITIES, ties, new)))


def test_a_round_is_told_by_what_it_gains() -> None:
    assert told(NewTie(a="graz", b="cairo"), NewTie(a="halcyon", b="accra", programme="programme/halcyon/reading")) == [
        "1 twinning and 1 sponsorship proposed, to 3 cities of 4.",
        "Africa: 1; Arab States: 1; Europe and North America: 1.",
        "2 cities get their first tie; none would be left without.",
        "The largest group of cities that ties connect grows from 2 to 3; of 100 pairs of cities, 50 would be "
        "connected, instead of 17.",
        "For the first time, twinnings link the Arab States with Europe and North America.",
        "1 pair of countries would be linked that no twinning links yet.",
        "1 programme would find a city to support.",
    ]


def test_what_is_not_gained_is_not_told() -> None:
    assert told(NewTie(a="lyon", b="graz")) == [
        "1 twinning proposed, to 2 cities of 4.",
        "Europe and North America: 2.",
    ]
    assert told() == ["The round proposes nothing."]


PAGE: Final = (Path(__file__).parents[5] / "docs" / "reasons.md").read_text(encoding="utf-8")
ROWS: Final = re.findall(r"^\| `([a-z-]+)` \| `(.+?)` \| (.+) \|$", PAGE, re.MULTILINE)


def test_each_row_says_what_its_parameters_say() -> None:
    assert {code for code, _, _ in ROWS} == set(SENTENCES)
    for code, parameters, sentence in ROWS:
        assert say(code, json.loads(parameters)) == sentence


def test_what_to_bear_in_mind_is_named() -> None:
    last = PAGE.rstrip().rsplit("\n", 1)[-1]
    assert set(re.findall(r"`([a-z-]+)`", last)) == TO_MIND
