"""Where two members meet, read from the codes of the reasons that one of them gets."""

from typing import Any

import pytest

from isopolity.client.matching.models import Reason
from isopolity.contracts import matching as contracts
from isopolity.portal.domain.reasons import TO_MIND, Amounts, Meeting, Wish, Words, reasons_of

MET = {"other": "Graz", "subject": "sdg.4", "need_mode": "study-visit", "offer_mode": "training"}
SUPPORTED = {
    "to": "city",
    "other": "Halcyon",
    "programme": "Reading",
    "subject": "sdg.4",
    "mode": "training",
    "supported": "sdg.10",
}


def test_what_to_bear_in_mind_is_what_matching_says_it_is() -> None:
    assert contracts.TO_MIND == TO_MIND


def reason(code: str, parameters: dict[str, Any] | None = None) -> Reason:
    return Reason(code=code, text=f"A sentence of {code}.", parameters=parameters)


@pytest.mark.parametrize(("code", "is_own_need"), [("need-met", True), ("offer-wanted", False)])
def test_a_need_stands_beside_the_offer_that_meets_it(code: str, *, is_own_need: bool) -> None:
    (found,) = reasons_of([reason(code, MET | {"offer_subject": "sdg.13"})]).meetings
    assert found == Meeting(
        is_own_need=is_own_need,
        need=Wish(subjects=("sdg.4",), how="study-visit"),
        offer=Wish(subjects=("sdg.13",), how="training"),
    )


def test_own_words_and_topics_stand_in_place_of_subjects_and_a_rating_only_where_it_is_given() -> None:
    words = {"need_title": "Evening classes", "need_language": "en", "offer_title": "كتب"}
    known = MET | words | {"topic": "topic.1480", "offer_topic": "topic.5082", "level": "4"}
    (found,) = reasons_of([reason("need-met", known)]).meetings
    assert (found.need.title, found.need.topic) == (Words(text="Evening classes", language="en"), "topic.1480")
    assert (found.offer.title, found.offer.topic) == (Words(text="كتب"), "topic.5082")
    assert found.level == "4"


def test_a_need_stands_beside_what_a_programme_supports() -> None:
    known = [SUPPORTED, SUPPORTED | {"to": "partner", "support": "funding"}]
    needs = reasons_of([reason("need-fits", each) for each in known]).meetings
    assert [(each.is_own_need, each.offer.how) for each in needs] == [(True, ""), (False, "funding")]
    asked = SUPPORTED | {"request": "Reading rooms", "subjects": "sdg.4 sdg.13", "supported": "sdg.4 sdg.4"}
    (request,) = reasons_of([reason("request-fits", asked)]).meetings
    assert request.need == Wish(subjects=("sdg.4", "sdg.13"), title=Words(text="Reading rooms"))
    assert request.offer.subjects == ("sdg.4",)


def test_a_reason_that_names_no_need_stays_a_sentence_in_its_place() -> None:
    told = [reason("common-language", {"language": "en"}), reason("distance", {"km": "9000"}), reason("need-met", {})]
    found = reasons_of(told)
    assert (found.meetings, found.grant) == ([], None)
    assert found.speaking == ["A sentence of common-language.", "A sentence of need-met."]
    assert found.to_mind == ["A sentence of distance."]


def test_what_a_programme_gives_and_a_city_asks_for_is_known_and_said() -> None:
    given = {"to": "city", "least": "0", "most": "100000", "currency": "EUR"}
    found = reasons_of([reason("grant", given)])
    assert (found.grant, found.asked) == (Amounts(least=0, most=100_000, currency="EUR"), None)
    asked = {"asked_least": "10", "asked_most": "20", "asked_currency": "USD"}
    assert reasons_of([reason("grant", given | asked)]).asked == Amounts(least=10, most=20, currency="USD")
    assert found.speaking == ["A sentence of grant."]
