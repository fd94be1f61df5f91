"""Own words of needs and offers on pages are marked with their language and escaped; ratings are there if shown."""

from typing import Any

import pytest

from tests.support.portal.profiles import ENDS, OWN, answer, profile
from tests.support.portal.service import CITY, answers, city, listed, portal, signed_in

HOSTILE = '<script>alert(1)</script>" onload="x'
NEED: dict[str, Any] = {
    "subject": "sdg.4",
    "intensity": 4,
    "mode": "webinar",
    "title": "محو أمية الكبار",
    "text": "دروس مسائية",
    "language": "ar",
    "topics": ["topic.1480"],
}


async def test_a_city_says_in_its_own_words_what_it_looks_for() -> None:
    async with portal(profile(needs=[NEED], offers=[])) as browser:
        page = (await browser.get("/cities/espoo")).text
    for expected in (
        '<bdi dir="auto" lang="ar">محو أمية الكبار</bdi>',
        '<p dir="auto" lang="ar">دروس مسائية</p>',
        'href="/cities?need_topic=topic.1480">Adult literacy</a>',
    ):
        assert expected in page
    assert "4 of 5" not in page


async def test_a_city_that_shows_its_ratings_shows_them() -> None:
    async with portal(profile(needs=[NEED], offers=[NEED], shows_ratings=True)) as browser:
        page = (await browser.get("/cities/espoo")).text
    assert "matters 4 of 5" in page
    assert "own rating 4 of 5" in page


@pytest.mark.parametrize("field", ["title", "text", "language", "topics"])
async def test_own_words_stay_text(field: str) -> None:
    need = NEED | {field: [HOSTILE] if field == "topics" else HOSTILE}
    served = ENDS | profile(needs=[need], offers=[need]) | {"/cities": listed(city(needs=[need], offers=[need]))}
    async with portal(served) as browser:
        found = [await browser.get(address) for address in ("/cities/espoo", "/cities")]
    for page in found:
        assert page.status_code == 200
        assert "<script>alert" not in page.text
        assert 'onload="x' not in page.text


async def test_a_proposal_gives_the_words_of_the_other_side_beside_the_need_that_they_are_about() -> None:
    known = {"subject": "sdg.4", "need_mode": "webinar", "offer_mode": "webinar", "topic": "topic.1480"}
    titles = {"need_title": "Evening classes", "need_language": "en", "offer_title": HOSTILE, "offer_language": HOSTILE}
    reasons = [{"code": "need-met", "text": "You look for it.", "parameters": known | titles | {"other": "Fez"}}]
    offer = {"subject": "sdg.4", "mode": "webinar", "title": HOSTILE, "text": f"Long {HOSTILE}", "language": "fr"}
    own: dict[str, Any] = dict(OWN)
    proposal: dict[str, Any] = {
        **own,
        "own": {"name": "Espoo", "illustrative": False, "reasons": reasons},
        "other": {**own["other"], "offers": [offer]},
    }
    async with portal(answers(CITY) | {"/proposals/p1": proposal, "/proposals/p1/answer": answer()}) as browser:
        await signed_in(browser)
        page = (await browser.get("/proposals/p1")).text
    assert '“<bdi dir="auto" lang="en">Evening classes</bdi>”' in page
    assert '<p dir="auto" class="said" lang="fr">Long &lt;script&gt;' in page
    assert "adult literacy" in page
    assert "<script>alert" not in page
    assert 'onload="x' not in page
