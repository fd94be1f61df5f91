"""The claims of reasons that a programme's partner and a city read."""

import re
from collections.abc import Sequence
from typing import Final

import pytest

from isopolity.contracts.codes import MODES, SUPPORTS
from isopolity.matching.domain.scores.subjects import share
from isopolity.thesaurus.closeness import closeness
from tests.support.matching.reason_claims.checked_reason import NAMES, TOPICS, CheckedReason, own_words, stands

RATES: Final = {"USD": 1.0, "EUR": 1.15}
"""US dollars a unit, to a tenth; the codes of Central and West Africa have none."""


def request_fits(checked: CheckedReason) -> None:
    request, asked, supported = checked.request, checked["subjects"].split(), checked["supported"].split()
    topic = checked.reason.parameters.get("topic")
    assert request is not None
    assert (checked["request"], checked.reason.parameters.get("request_language")) == (request.title, request.language)
    assert asked
    assert len({NAMES[one] for one in asked}) == len(asked)
    assert set(asked) <= set(request.subjects)
    if topic:
        supports_topic(checked, request.topics)
    else:
        for one, own in zip(asked, supported, strict=True):
            assert own in checked.programme.subjects
            assert share(one, own) > 0
            assert NAMES[one] in checked.reason.text
            assert NAMES[own] in checked.reason.text
        if not set(asked) & set(supported):
            checked.says("related work")
    checked.says("You ask" if checked.me is checked.city else f"{checked.city.name} asks", request.title)
    sponsor(checked)


def need_fits(checked: CheckedReason) -> None:
    known, text = checked.reason.parameters, checked.reason.text
    words = own_words(known, "need")
    assert checked.request is None
    assert stands(checked.city.needs, checked["subject"], checked["mode"], words=words)
    looks = (
        ("You look", f"{checked.city.name} looks")
        if words[0]
        else ("You are looking", f"{checked.city.name} is looking")
    )
    about = TOPICS[known["topic"]] if "topic" in known else NAMES[checked["subject"]]
    checked.says(looks[checked.me is not checked.city], words[0] or about, "supports")
    assert MODES[checked["mode"]] in text
    if "topic" in known:
        needs = [
            need for need in checked.city.needs if (need.subject, need.mode) == (checked["subject"], checked["mode"])
        ]
        supports_topic(checked, [topic for need in needs for topic in need.topics])
    else:
        own = NAMES[checked["supported"]]
        assert checked["supported"] in checked.programme.subjects
        assert share(checked["subject"], checked["supported"]) > 0
        assert ("related subject" in text) == (NAMES[checked["subject"]] != own)
        assert own in text
    gives = [support for support in SUPPORTS if f"gives {SUPPORTS[support]}" in text]
    assert gives == ([checked["support"]] if "support" in known else [])
    assert set(gives) <= set(checked.programme.supports)
    sponsor(checked)


def supports_topic(checked: CheckedReason, topics: Sequence[str]) -> None:
    """The programme and the city name topics that are near each other."""
    topic, own = checked["topic"], checked.reason.parameters.get("offer_topic", checked["topic"])
    assert topic in topics
    assert own in checked.programme.topics
    assert closeness(topic, own) >= 0.5
    assert TOPICS[own] in checked.reason.text
    assert ("near topic" in checked.reason.text) == (topic != own)


def sponsor(checked: CheckedReason) -> None:
    """The programme is named; `other` and `to` are the right sides."""
    assert checked["programme"] == checked.programme.name
    assert checked["other"] == checked.other_name
    assert checked["to"] == ("city" if checked.me is checked.city else "partner")
    checked.says(f"“{checked.programme.name}”")


def grant(checked: CheckedReason) -> None:
    programme, request, text = checked.programme, checked.request, checked.reason.text
    assert (checked["least"], checked["most"]) == (str(programme.grant_min), str(programme.grant_max))
    assert checked["currency"] == programme.currency
    assert programme.grant_max > 0
    asked, _, given = text.partition(". ")
    assert amounts(given) == (programme.grant_min, programme.grant_max)
    assert given.endswith(f"{programme.currency} a grant.")
    assert given.startswith("The programme gives" if checked.me is checked.city else "Your programme gives")
    assert asked.startswith("You" if checked.me is checked.city else checked.city.name)
    assert request is not None
    asked, _, lacks = asked.partition(" (we have no rate to ")
    own, _, about = asked.partition(" (")
    known = request.amount_min, request.amount_max
    assert amounts(own.partition(" for ")[2]) == known
    assert own.endswith(request.currency)
    if request.currency == programme.currency:
        assert not about + lacks
    elif request.currency in RATES and programme.currency in RATES:
        rate = RATES[request.currency] / RATES[programme.currency]
        assert amounts(about) == pytest.approx((known[0] * rate, known[1] * rate), rel=0.1, abs=1)
        assert "about" in about
    else:
        assert lacks == f"{programme.currency})"


def amounts(text: str) -> tuple[int, int]:
    """The range of money in a sentence."""
    found = [int(number.replace(",", "")) for number in re.findall(r"\d[\d,]*", text)]
    least, most = (0, *found) if "up to" in text else (found * 2)[:2]
    return least, most


def no_grant(checked: CheckedReason) -> None:
    assert checked.request is None or checked.request.amount_max == 0
    assert checked.programme.grant_max > 0
    checked.says("You ask" if checked.me is checked.city else f"{checked.city.name} asks", "no money")
    sponsor(checked)


def grant_differs(checked: CheckedReason) -> None:
    request, programme = checked.request, checked.programme
    assert request is not None
    rate = 1.0
    if request.currency != programme.currency:
        rate = RATES[request.currency] / RATES[programme.currency]
    asked = (request.amount_min + request.amount_max) * rate
    granted = programme.grant_min + min(programme.grant_max, programme.budget)
    larger = granted > asked
    assert (granted / asked if larger else asked / granted) > 4.5
    assert checked["way"] == ("larger" if larger else "smaller")
    if checked.me is checked.city:
        checked.says(programme.name, f"much {checked['way']}", "you ask for")
        sponsor(checked)
    else:
        checked.says(f"{checked.city.name} asks", "less" if larger else "more", "you mostly grant")


def place_served(checked: CheckedReason) -> None:
    programme, city, named = checked.programme, checked.city, checked.reason.parameters
    if "country" in named:
        assert named["country"] == city.country
        assert city.country in programme.countries
        checked.says("cities in your country" if checked.me is city else f"{city.name} lies in a country that")
    else:
        assert named["region"] == city.region
        assert city.region in programme.regions
        assert not programme.countries
        checked.says("serves cities in", {"africa": "Africa", "arab-states": "Arab States"}.get(city.region, "Asia"))
    assert checked["programme"] == programme.name
