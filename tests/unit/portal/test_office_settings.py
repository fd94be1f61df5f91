"""Staff reads what each setting does and who says it; a service that is away is named."""

from typing import Any

import httpx

from tests.support.portal import CITY, OFFICE, answers, portal, signed_in

DAYS = {
    "name": "answer_days", "subject": "deadlines", "meaning": "Days that <both> sides have to answer.", "value": 30,
    "default": 21, "said": True, "variable": "ISOPOLITY_ANSWER_DAYS",
}  # fmt: skip
WEIGHTS = DAYS | {
    "name": "weights", "subject": "scores", "said": False, "variable": "ISOPOLITY_WEIGHTS",
    "value": {"twinning": {"balance": 0.4}, "sponsorship": {"subjects": 0.45}, "neighbours": 1.0},
}  # fmt: skip


async def test_each_setting_is_told_with_what_it_does() -> None:
    def asked(request: httpx.Request) -> Any:
        return {"items": [DAYS, WEIGHTS] if request.url.host == "matching" else []}

    async with portal(answers(OFFICE) | {"/settings": asked}) as browser:
        await signed_in(browser)
        page = await browser.get("/office/settings")
    for expected in ("30 days", "Days that &lt;both&gt; sides", "else it would be 21 days", "balance 0.4", "Scores"):
        assert expected in page.text


async def test_a_service_that_is_away_is_named_and_the_others_are_told() -> None:
    def asked(request: httpx.Request) -> Any:
        return httpx.Response(503) if request.url.host == "notify" else {"items": [DAYS]}

    async with portal(answers(OFFICE) | {"/settings": asked}) as browser:
        await signed_in(browser)
        page = await browser.get("/office/settings")
    assert "since they do not answer: notify." in page.text
    assert "30 days" in page.text


async def test_coordinators_are_led_on() -> None:
    async with portal(answers(CITY)) as browser:
        await signed_in(browser)
        assert (await browser.get("/office/settings")).headers["location"] == "/me"
