"""Staff reads what each setting does and who says it, and chooses some; a service that is away is named."""

import json
from typing import Any

import httpx

from isopolity.matching.domain.scores.weights import DEFAULT_WEIGHTS
from tests.support.portal.service import CITY, OFFICE, answers, form_token, portal, signed_in

DAYS = {
    "name": "answer_days", "subject": "deadlines", "meaning": "Days that <both> sides have to answer.", "value": 30,
    "default": 21, "said": True, "variable": "ISOPOLITY_ANSWER_DAYS",
}  # fmt: skip
WEIGHTS = DAYS | {
    "name": "weights", "subject": "scores", "said": False, "variable": "ISOPOLITY_WEIGHTS",
    "value": {"twinning": {"balance": 0.4}, "sponsorship": {"subjects": 0.45}, "neighbours": 1.0},
}  # fmt: skip
HELD: dict[str, Any] = {
    "number": 2, "answer_days": 28, "usual_answer_days": 21, "sending_policy": "rounds-only",
    "usual_sending_policy": "hold", "weights": DEFAULT_WEIGHTS.document(),
    "usual_weights": DEFAULT_WEIGHTS.document(),
    "choices": [
        {"number": 2, "chosen_at": "2026-11-01T10:00:00Z", "chosen_by": "<ana>", "answer_days": 28, "weights": None,
         "sending_policy": None}
    ],
}  # fmt: skip


CHOSEN = {"/network-settings": HELD, "/network-settings/effects": {"introductions": 0}}


async def test_staff_chooses_what_its_page_showed() -> None:
    seen: list[httpx.Request] = []
    served = answers(OFFICE) | {"/settings": {"items": [DAYS]}, **CHOSEN}
    async with portal(served, seen) as browser:
        await signed_in(browser)
        page = await browser.get("/office/settings")
        for expected in ("&lt;ana&gt;", "28 days to answer", "1 November 2026", 'value="28"'):
            assert expected in page.text
        assert "Days that &lt;both&gt; sides" not in page.text, "it stands above, where it can be changed"
        typed = {"form": form_token(page), "seen": "2", "answer_days": "35", "twinning-language": "0.5"}
        reply = await browser.post("/office/settings", data=typed)
    assert reply.headers["location"] == "/office/settings?chosen=1"
    sent = sent_choice(seen)
    assert (sent["sending_policy"], sent["gives_up"]) == ("rounds-only", 0), "what the form leaves out stays"
    assert (sent["seen"], sent["answer_days"], sent["weights"]["twinning"]["language"]) == (2, 35, 0.5)


async def test_staff_chooses_what_a_new_member_has_room_for() -> None:
    seen: list[httpx.Request] = []
    chosen = {"number": 3, "chosen_at": "2026-11-01T10:00:00Z", "chosen_by": "<bo>", "city": 2, "programme": 5}
    room = {"/capacity-defaults/choices": {"items": [chosen]}}

    def defaults(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"city": 2, "programme": 5} if request.method == "GET" else {"items": []})

    served = answers(OFFICE) | {"/settings": {"items": []}, **CHOSEN, **room, "/capacity-defaults": defaults}
    async with portal(served, seen) as browser:
        await signed_in(browser)
        page = await browser.get("/office/settings")
        for expected in ("city: 2, programme: 5", "&lt;bo&gt;", 'name="city" value="2"'):
            assert expected in page.text
        typed = {"form": form_token(page), "do": "capacity", "seen": "3", "city": "4", "programme": "many"}
        wrong = await browser.post("/office/settings", data=typed)
        assert wrong.status_code == 422
        for expected in ('value="many"', 'id="programme-fault">Give a whole number.', 'name="city" value="4"'):
            assert expected in wrong.text
        reply = await browser.post("/office/settings", data=typed | {"programme": "6"})
    assert reply.headers["location"] == "/office/settings?chosen=1"
    assert sent_choice(seen) == {"seen": 3, "city": 4, "programme": 6}


async def test_a_choice_of_somebody_else_meanwhile_is_told() -> None:
    newer = {"/capacity-defaults": lambda each: {"city": 1, "programme": 1} if each.method == "GET" else 412}
    async with portal(answers(OFFICE) | {"/settings": {"items": []}, **CHOSEN, **newer}) as browser:
        await signed_in(browser)
        typed = {"form": form_token(await browser.get("/office/settings")), "do": "capacity", "seen": "0"}
        reply = await browser.post("/office/settings", data=typed | {"city": "2", "programme": "2"})
    assert reply.status_code == 422
    assert "somebody else has changed the settings since you looked" in reply.text


def sent_choice(seen: list[httpx.Request]) -> Any:
    return json.loads(next(each.content for each in seen if each.method == "PUT"))


async def test_staff_chooses_when_proposals_go_out_and_what_the_operator_says_is_no_choice() -> None:
    for policy, expected in (("automatic", "automatic"), ("hold", None)):
        seen: list[httpx.Request] = []
        async with portal(answers(OFFICE) | {"/settings": {"items": []}, **CHOSEN}, seen) as browser:
            await signed_in(browser)
            page = await browser.get("/office/settings")
            assert '<option value="rounds-only" selected>Rounds send their proposals by themselves' in page.text
            typed = {"form": form_token(page), "seen": "2", "answer_days": "28", "sending_policy": policy}
            await browser.post("/office/settings", data=typed)
        assert sent_choice(seen)["sending_policy"] == expected


async def test_days_by_which_introductions_would_fall_out_are_chosen_once_that_is_confirmed() -> None:
    seen: list[httpx.Request] = []
    served = answers(OFFICE) | {"/settings": {"items": []}, **CHOSEN}
    async with portal(served | {"/network-settings/effects": {"introductions": 3}}, seen) as browser:
        await signed_in(browser)
        typed = {"form": form_token(await browser.get("/office/settings")), "seen": "2", "answer_days": "60"}
        page = await browser.post("/office/settings", data=typed)
        assert page.status_code == 422
        assert "With this number of days, 3 introductions that members have asked for can no longer go out" in page.text
        assert 'value="60"' in page.text
        assert not any(each.method == "PUT" for each in seen)
        few = await browser.post("/office/settings", data=typed | {"gives_up": "2"})
        assert few.status_code == 422, "one more has been asked for since"
        reply = await browser.post("/office/settings", data=typed | {"gives_up": "3"})
    assert reply.headers["location"] == "/office/settings?chosen=1"
    assert (sent_choice(seen)["answer_days"], sent_choice(seen)["gives_up"]) == (60, 3)


async def test_what_is_wrong_stands_beside_its_field_and_stays() -> None:
    seen: list[httpx.Request] = []
    served = answers(OFFICE) | {"/settings": {"items": []}, "/network-settings": HELD}
    async with portal(served, seen) as browser:
        await signed_in(browser)
        typed = {"form": form_token(await browser.get("/office/settings")), "seen": "2", "answer_days": "<x>"}
        page = await browser.post("/office/settings", data=typed)
    assert page.status_code == 422
    assert "Give a whole number." in page.text
    assert 'value="&lt;x&gt;"' in page.text
    assert not any(each.method == "PUT" for each in seen)


async def test_what_matching_refuses_and_what_changed_meanwhile_is_told() -> None:
    status = {"code": 422}

    def asked(request: httpx.Request) -> Any:
        problem = {"errors": [{"pointer": "/weights/twinning/size", "detail": "Give <less>."}]}
        refused = httpx.Response(status["code"], json=problem)
        return refused if request.method == "PUT" else HELD

    served = answers(OFFICE) | {"/settings": {"items": []}, **CHOSEN, "/network-settings": asked}
    async with portal(served) as browser:
        await signed_in(browser)
        typed = {"form": form_token(await browser.get("/office/settings")), "seen": "2", "answer_days": "99"}
        page = await browser.post("/office/settings", data=typed)
        assert '<span class="fault" id="twinning-size-fault">Give &lt;less&gt;.</span>' in page.text
        status["code"] = 412
        page = await browser.post("/office/settings", data=typed)
    assert "somebody else has changed the settings since you looked" in page.text
    assert 'value="28"' in page.text


async def test_each_setting_is_told_with_what_it_does() -> None:
    def asked(request: httpx.Request) -> Any:
        return {"items": [DAYS, WEIGHTS] if request.url.host == "matching" else []}

    served = answers(OFFICE) | {"/settings": asked, "/network-settings": httpx.Response(503)}
    async with portal(served) as browser:
        await signed_in(browser)
        page = await browser.get("/office/settings")
    for expected in (
        "30 days",
        "Days that &lt;both&gt; sides",
        "the usual value is 21 days",
        "both give and gain about the same 0.4",
        "Scores",
    ):
        assert expected in page.text


async def test_a_service_that_is_away_is_named_and_the_others_are_told() -> None:
    def asked(request: httpx.Request) -> Any:
        return httpx.Response(503) if request.url.host == "notify" else {"items": [DAYS]}

    async with portal(answers(OFFICE) | {"/settings": asked, "/network-settings": HELD}) as browser:
        await signed_in(browser)
        page = await browser.get("/office/settings")
    assert "their settings are missing: notify." in page.text
    assert "Set by the office" in page.text


async def test_coordinators_are_led_on() -> None:
    async with portal(answers(CITY)) as browser:
        await signed_in(browser)
        assert (await browser.get("/office/settings")).headers["location"] == "/me"


async def test_staff_reads_what_rounds_have_learned_about_pairs_in_words() -> None:
    effect = {
        "characteristic": "language", "level": "with a common working language", "factor": 1.724, "low": 1.3,
        "high": 2.28, "answers": 1_400,
    }  # fmt: skip
    learned = {"kind": "twinning", "role": "city", "answers": 2_100, "least": 300, "effects": [effect]}
    few = {"kind": "sponsorship", "role": "partner", "answers": 12, "least": 300, "effects": []}
    learning = {"/learned-pairs": {"items": [learned, few], "is_used": False, "bound": 6.0}}
    async with portal(answers(OFFICE) | {"/settings": {"items": []}, **CHOSEN, **learning}) as browser:
        await signed_in(browser)
        page = " ".join((await browser.get("/office/settings")).text.split())
    assert "pairs with a common working language: 1.72 times" in page
    assert "with a probability of 95 % between 1.30 and 2.28; from 1,400 answers" in page
    assert "Below 300 answers nothing of this counts in rounds." in page
    assert "The operator has switched this off" in page
