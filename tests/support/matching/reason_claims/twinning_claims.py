"""The claims of reasons that two cities read."""

import re
from collections.abc import Sequence

import pytest

from isopolity.contracts.codes import CREATIVE_FIELDS, MODES
from isopolity.matching.domain.member import City, Topic
from isopolity.matching.domain.scores.subjects import share
from tests.support.matching.reason_claims.checked_reason import NAMES, TOPICS, CheckedReason, own_words, stands


def two_cities(checked: CheckedReason) -> tuple[City, City]:
    assert isinstance(checked.me, City)
    assert isinstance(checked.other, City)
    return checked.me, checked.other


def exchanged(checked: CheckedReason, needer: City, offerer: City) -> None:
    known, text = checked.reason.parameters, checked.reason.text
    own, level = known.get("offer_subject", checked["subject"]), known.get("level")
    need_words, offer_words = own_words(known, "need"), own_words(known, "offer")
    topic = known.get("topic")
    offered_topic = known.get("offer_topic", topic)
    assert stands(needer.needs, checked["subject"], checked["need_mode"], words=need_words, topic=topic)
    assert stands(offerer.offers, own, checked["offer_mode"], level, words=offer_words, topic=offered_topic)
    assert ("5" in text and "rate" in text) == (level is not None) == offerer.shows_ratings
    assert checked["other"] == checked.other.name
    needs = need_words[0] or (TOPICS[topic] if topic else NAMES[checked["subject"]])
    yours = ("You look" if need_words[0] else "You are looking", f"{checked.other.name} offers")
    theirs = (f"{checked.other.name} {'looks' if need_words[0] else 'is looking'}", "you offer")
    looks, offers = yours if needer is checked.me else theirs
    checked.says(looks, needs, offers, *filter(None, [offer_words[0]]), *([f"{level} of 5"] if level else []))
    assert MODES[checked["need_mode"]] in text
    if topic and offered_topic:
        assert ("near topic" in text) == (TOPICS[topic] != TOPICS[offered_topic])
        assert TOPICS[offered_topic] in text
    else:
        assert own == checked["subject"] or share(checked["subject"], own) > 0
        assert ("related subject" in text) == (NAMES[own] != NAMES[checked["subject"]])
        assert NAMES[own] in text


def same_creative_field(checked: CheckedReason) -> None:
    me, other = two_cities(checked)
    assert me.creative_field == other.creative_field == checked["field"]
    assert CREATIVE_FIELDS[checked["field"]] in checked.reason.text.lower()


def both_learning_cities(checked: CheckedReason) -> None:
    me, other = two_cities(checked)
    assert (checked["mine"], checked["theirs"]) == (str(me.learning_city_since), str(other.learning_city_since))
    years = checked["mine"], checked["theirs"]
    checked.says(
        f"both since {years[0]}" if years[0] == years[1] else f"you since {years[0]}, {other.name} since {years[1]}"
    )


def people(text: str, *, shared: bool) -> list[float]:
    """The two populations in a sentence; if `shared`, “2.5 and 2.2 million” says million for both."""
    found = re.findall(r"(\d[\d,]*(?:\.\d)?)( million)?", text.partition(":")[2])
    first, second = (float(number.replace(",", "")) * (1e6 if million else 1) for number, million in found)
    return [first * 1e6 if shared and first < 1e3 and second >= 1e6 else first, second]


def populations(checked: CheckedReason) -> tuple[int, int]:
    me, other = two_cities(checked)
    mine, theirs = me.population, other.population
    assert mine
    assert theirs
    assert (checked["mine"], checked["theirs"]) == (str(mine), str(theirs))
    return mine, theirs


def size(checked: CheckedReason) -> None:
    mine, theirs = populations(checked)
    assert min(mine, theirs) / max(mine, theirs) >= 0.6
    assert people(checked.reason.text, shared=True) == pytest.approx([mine, theirs], rel=0.05)
    checked.says("similar size")


def other_size(checked: CheckedReason) -> None:
    mine, theirs = populations(checked)
    assert min(mine, theirs) / max(mine, theirs) < 0.6
    assert checked["other"] == checked.other.name
    far = "far " if max(mine, theirs) >= 20 * min(mine, theirs) else ""
    checked.says(checked.other.name, f"is {far}larger" if theirs > mine else f"is {far}smaller", "to your")
    assert people(checked.reason.text, shared=False) == pytest.approx([theirs, mine], rel=0.05)


def distance(checked: CheckedReason) -> None:
    assert checked.km is not None
    assert abs(float(checked["km"]) - checked.km) <= 0.5
    assert (checked.km < 300) == (checked.reason.code == "distance-near")
    if float(checked["km"]) < 5:
        checked.says("next to each other")
    else:
        (said,) = re.findall(r"about ([\d,]+) km apart", checked.reason.text)
        assert float(said.replace(",", "")) == pytest.approx(checked.km, rel=0.06, abs=0.5)


def one_sided(checked: CheckedReason) -> None:
    mine, theirs = checked.gains
    less, more = sorted(checked.gains)
    assert less < more / 3
    assert checked["other"] == checked.other_name
    assert checked["less"] == ("you" if mine < theirs else "they")
    assert ("gain" in checked.reason.parameters) == (less == 0)
    if less:
        checked.says("You would gain much less" if mine < theirs else f"{checked.other_name} would gain much less")
    elif mine < theirs:
        checked.says("nothing that", checked.other_name, "could give you")
    else:
        checked.says("nothing that you could give", checked.other_name)


def low_fit(checked: CheckedReason) -> None:
    assert 0 < (checked.gains[0] * checked.gains[1]) ** 0.5 < 0.4
    checked.says("the fit is loose", checked.other_name)


def few_hours(checked: CheckedReason) -> None:
    me, other = two_cities(checked)
    assert checked.hours is not None
    assert checked.hours < 2
    assert float(checked["hours"]) == pytest.approx(checked.hours, abs=0.005)
    assert any(stands_somehow(each.offers, checked["mode"]) for each in (me, other))
    checked.says(other.name, "no hour" if checked.hours < 0.005 else "less than", MODES[checked["mode"]])


def stands_somehow(offers: Sequence[Topic], mode: str) -> bool:
    return any(each.mode == mode for each in offers)
