"""Events on the console: chosen, put together from several services, followed, unmasked for one page, and as a file."""

import json
from html import unescape
from typing import Any

import httpx

from isopolity.contracts.catalogue import EVENT_TYPES
from tests.support.portal.operations import OPERATOR
from tests.support.portal.service import HOSTILE, answers, form_token, portal, signed_in

PATH = "/operations/events"
TOPICS = {"topic": ["matching.proposal", "registry.city"]}


def event(service: str = "registry", offset: int = 1, **changes: Any) -> dict[str, Any]:
    subject = "city.revised" if service == "registry" else "proposal.closed"
    return {
        "topic": f"isopolity.{service}.{subject.split('.')[0]}", "partition": 0, "offset": offset,
        "at": f"2026-11-27T08:00:{offset:02}Z", "type": f"isopolity.{service}.{subject}.v1", "fits": True,
        "key": f"key-{offset}", "headers": {"ce_correlationid": "c1"}, "hidden_headers": 1, "trace_id": None,
        "data": {"name": "Espoo", "about": "…masked…", "needs": [{"subject": "sdg.4", "intensity": 5, "mode": "x"}]},
        "text": None, "is_cut": False, "is_text": True, "is_tombstone": False, "unknown_fields": 2, "kilobytes": 1,
        "members": ["espoo"],
    } | changes  # fmt: skip


def answer(service: str, *events: dict[str, Any], **changes: Any) -> dict[str, Any]:
    topic = "city" if service == "registry" else "proposal"
    return {
        "topics": [], "events": list(events), "unmasked": False, "read": 1_200, "kilobytes": 1, "matched": len(events),
        "seconds": 0.1, "stopped": None, "older": f"{service}.{topic}:0", "newer": f"{service}.{topic}:99",
    } | changes  # fmt: skip


def served(seen: list[httpx.Request] | None = None, /, **told: dict[str, Any] | int) -> dict[str, Any]:
    """The services with these answers; what they are asked is noted."""

    def answered(request: httpx.Request) -> httpx.Response:
        if seen is not None:
            seen.append(request)
        found = told.get(request.url.host, answer(request.url.host))
        if isinstance(found, int):
            return httpx.Response(found)
        return httpx.Response(422 if "errors" in found else 200, json=found)

    return answers(OPERATOR) | {"/events": answered, "/events/unmask": answered}


async def test_without_topics_nothing_is_read_and_all_of_them_can_be_chosen() -> None:
    seen: list[httpx.Request] = []
    async with portal(served(seen)) as browser:
        await signed_in(browser)
        page = (await browser.get(PATH)).text
        unknown = await browser.get(PATH, params={"topic": HOSTILE})
    assert not seen
    assert 'value="matching.proposal"' in page
    assert "fill in a field under “More choices”" in page
    assert (unknown.status_code, "There is no topic" in unknown.text) == (422, True)
    assert HOSTILE not in unknown.text


async def test_without_topics_all_are_asked_for_what_is_looked_for() -> None:
    for looked_for in ({"key": "espoo"}, {"correlation": "c1"}, {"where": "version > 1"}, {"type": "unfit"}):
        seen: list[httpx.Request] = []
        async with portal(served(seen)) as browser:
            await signed_in(browser)
            page = (await browser.get(PATH, params={"begin": "end", "key": ""} | looked_for)).text
        assert {request.url.host for request in seen} == {"registry", "matching", "notify"}, looked_for
        assert "(all)" in page.replace('<span class="quiet">', "").replace("</span>", "")
        assert "say under “More choices”" not in page
        assert " checked" not in page


async def test_a_condition_is_asked_of_topics_that_have_its_field_and_where_none_has_it_is_told() -> None:
    seen: list[httpx.Request] = []
    asked: dict[str, Any] = {"where": "population > 5000000"}
    async with portal(served(seen, registry=answer("registry", event()))) as browser:
        await signed_in(browser)
        pages = [await browser.get(PATH, params=topics | asked) for topics in (TOPICS, {})]
        assert [(request.url.host, request.url.params.get_list("topic")) for request in seen] == [
            ("registry", ["isopolity.registry.city"])
        ] * 2
        seen.clear()
        nowhere = await browser.get(PATH, params=TOPICS | {"where": "populaton > 5"})
        await browser.get(PATH, params=TOPICS | {"where": "sides.answer = no"})
    assert all("The search is complete." in page.text and "refuses" not in page.text for page in pages)
    assert nowhere.status_code == 422
    told = "No event of these topics has a field populaton; the nearest: population, "
    assert f'id="where-fault">{told}' in nowhere.text
    assert [request.url.host for request in seen] == ["matching"], "who has it masked refuses"


async def test_events_of_several_services_come_in_one_order_and_what_was_read_is_told() -> None:
    seen: list[httpx.Request] = []
    told = {
        "registry": answer("registry", event(offset=9), event(offset=3), stopped="records"),
        "matching": answer("matching", event("matching", 7, fits=False, key=None, data=None, type=None)),
    }
    async with portal(served(seen, **told)) as browser:
        await signed_in(browser)
        page = (await browser.get(PATH, params=TOPICS | {"where": "version = 1\nkind = city", "begin": "end"})).text
    places = [page.index(f"/{path}") for path in ("registry.city/0/9", "matching.proposal/0/7", "registry.city/0/3")]
    assert places == sorted(places)
    assert "2,400 records were read, 3 fit." in page
    assert "on this page" not in page.split('id="events"')[0].split('class="count"')[1]
    assert "registry stopped at the limit of records" in page
    assert "It does not fit its contract" in page
    assert [request.url.params.get_list("where") for request in seen] == [["version = 1", "kind = city"]] * 2
    assert {request.url.params["topic"] for request in seen} == {
        "isopolity.registry.city",
        "isopolity.matching.proposal",
    }


async def test_what_a_page_has_no_room_for_stands_on_the_next() -> None:
    told = {
        "registry": answer("registry", *(event(offset=n) for n in range(50, 20, -1)), older="registry.city:21"),
        "matching": answer("matching", event("matching", 25)),
    }
    async with portal(served(None, **told)) as browser:
        await signed_in(browser)
        page = (await browser.get(PATH, params=TOPICS)).text
    assert page.count('<li><a href="/operations/events/') == 30
    assert "31 fit. 30 are on this page." in page
    assert "before=matching.proposal%3A0%3Bregistry.city%3A22" in page, "one was left out, though all was read"
    told["registry"]["stopped"] = "found"
    async with portal(served(None, **told)) as browser:
        await signed_in(browser)
        page = (await browser.get(PATH, params=TOPICS)).text
    assert "before=matching.proposal%3A0%3Bregistry.city%3A22" in page


async def test_above_the_oldest_event_nothing_is_older() -> None:
    async with portal(served(registry=answer("registry", event()))) as browser:
        await signed_in(browser)
        asked = {"topic": "registry.city", "begin": "start"}
        first, second = [
            (await browser.get(PATH, params=asked | more)).text for more in ({}, {"after": "registry.city:1"})
        ]
    assert (">Older<" in first, ">Older<" in second) == (False, True)


async def test_one_service_away_hides_nothing_of_the_others() -> None:
    async with portal(served(registry=503, matching=answer("matching", event("matching", 7)))) as browser:
        await signed_in(browser)
        page = (await browser.get(PATH, params=TOPICS)).text
    assert "registry does not answer" in page
    assert "matching.proposal/0/7" in page


REFUSES = {"detail": "wrong", "errors": [{"pointer": "where", "detail": "No event of these topics has a field size."}]}


async def test_a_service_that_refuses_is_told_of_and_nothing_calls_itself_complete_without_it() -> None:
    told: dict[str, Any] = {"registry": REFUSES, "matching": answer("matching", event("matching", 7))}
    async with portal(served(**told)) as browser:
        await signed_in(browser)
        page = await browser.get(PATH, params=TOPICS)
        file = await browser.get(PATH, params=TOPICS | {"form": "jsonl"})
    async with portal(served(**told | {"registry": 503})) as browser:
        await signed_in(browser)
        away = await browser.get(PATH, params=TOPICS)
        files: list[dict[str, Any]] = [TOPICS, {}, {"topic": "x"}]
        nothing = [await browser.get(PATH, params=asked | {"form": "jsonl"}) for asked in files]
    assert page.status_code == 200
    assert (file.status_code, [each.status_code for each in nothing]) == (422, [503, 422, 422])
    assert "No event of these topics has a field size." in file.text
    assert all("JSON Lines" not in each.text for each in (page, away))
    assert "registry refused, so its part is missing here: No event of these topics has a" in page.text
    assert "matching.proposal/0/7" in page.text
    assert "registry does not answer" in away.text
    assert "content-disposition" not in file.headers
    assert all("The search is complete." not in each.text for each in (page, file, away))


async def test_a_service_that_refused_goes_on_from_when_it_was_asked_first() -> None:
    seen: list[httpx.Request] = []
    told: dict[str, Any] = {"registry": REFUSES, "matching": answer("matching", event("matching", 7))}
    async with portal(served(seen, **told)) as browser:
        await signed_in(browser)
        page = (await browser.get(PATH, params=TOPICS)).text
        newer = unescape(page.split('id="newer" href="')[1].split('"')[0])
        told["registry"] = answer("registry", event(offset=3))
        seen.clear()
        await browser.get(newer)
        await browser.get(PATH, params=TOPICS | {"begin": "start", "after": "matching.proposal:99"})
        await browser.get(PATH, params=TOPICS | {"before": "matching.proposal:1"})
    asked = [request.url.params for request in seen if request.url.host == "registry"]
    assert [(each.get("begin"), each.get("after"), each.get("before")) for each in asked] == [
        ("time", None, None),
        ("start", None, None),
        (None, None, None),
    ]
    assert asked[0]["time"].endswith("+00:00")
    assert {request.url.params.get("after") for request in seen if request.url.host == "matching"} >= {
        "matching.proposal:99"
    }


async def test_what_is_left_out_of_a_service_without_a_place_stands_on_the_next_page() -> None:
    told = {
        "registry": answer("registry", *(event(offset=n) for n in range(1, 31))),
        "matching": answer("matching", *(event("matching", n) for n in range(59, 29, -1))),
    }
    asked = TOPICS | {"begin": "start", "before": "matching.proposal:99"}
    async with portal(served(None, **told)) as browser:
        await signed_in(browser)
        page = (await browser.get(PATH, params=asked)).text
    assert "after=matching.proposal%3A99%3Bregistry.city%3A1" in page


async def test_what_is_wrong_is_told_beside_its_field_and_what_was_typed_stays() -> None:
    wrong = {"detail": "wrong", "errors": [{"pointer": "time", "detail": "Give a time such as…"}]}
    async with portal(served(registry=wrong)) as browser:
        await signed_in(browser)
        page = await browser.get(PATH, params={"topic": "registry.city", "begin": "time", "time": HOSTILE})
    assert page.status_code == 422
    assert 'id="time-fault">Give a time such as…' in page.text
    assert "&lt;script" in page.text
    assert HOSTILE not in page.text


async def test_who_follows_sees_what_has_not_come_yet_and_where_a_service_stopped() -> None:
    asked = {"topic": "registry.city", "after": "registry.city:2", "follow": "1"}
    async with portal(served(registry=answer("registry", stopped="bytes"))) as browser:
        await signed_in(browser)
        page = (await browser.get(PATH, params=asked)).text
    assert 'id="none">No new events yet.' in page
    assert "registry stopped at the limit of bytes" in page.split('id="told"')[1].split("</p>")[0]


async def test_following_waits_with_a_script_and_leads_on_without() -> None:
    seen: list[httpx.Request] = []
    told = answer("registry", event(offset=3))
    asked = {"topic": "registry.city", "after": "registry.city:2", "follow": "1"}
    async with portal(served(seen, registry=told)) as browser:
        await signed_in(browser)
        page = await browser.get(PATH, params=asked)
        await browser.get(PATH, params=asked | {"wait": "1"})
    assert "follow.js" in page.text
    for contradiction in ("Oldest first", "The search is complete.", "were read", "No event fits."):
        assert contradiction not in page.text
    assert (
        'id="newer" href="/operations/events?topic=registry.city&amp;after=registry.city%3A99&amp;follow=1"'
        in page.text
    )
    assert [request.url.params.get("wait") for request in seen] == [None, "10"]


async def test_what_is_masked_is_shown_on_the_page_that_answers_a_reason_and_on_no_other() -> None:
    seen: list[httpx.Request] = []
    told = answer("registry", event(text=f"{{planted}}{HOSTILE}"))
    async with portal(served(seen, registry=told)) as browser:
        await signed_in(browser)
        token = form_token(await browser.get(PATH, params={"topic": "registry.city"}))
        bare = await browser.post(f"{PATH}?topic=registry.city", data={"form": token, "reason": " a "})
        assert (
            bare.status_code,
            "Give a reason of 3 characters or more." in bare.text,
            'value=" a "' in bare.text,
        ) == (422, True, True)
        page = await browser.post(f"{PATH}?topic=registry.city", data={"form": token, "reason": "a city asks"})
    assert "{planted}" in page.text
    assert HOSTILE not in page.text
    assert page.headers["cache-control"] == "no-store"
    order = json.loads(seen[-1].content)
    assert (order["reason"], order["topic"]) == ("a city asks", ["isopolity.registry.city"])
    assert [request.method for request in seen] == ["GET", "GET", "POST"]


async def test_who_may_only_read_is_offered_no_unmasking() -> None:
    reader = OPERATOR | {"scopes": ["operator:read"]}
    async with portal(served(registry=answer("registry", event())) | answers(reader)) as browser:
        await signed_in(browser)
        page = (await browser.get(PATH, params={"topic": "registry.city"})).text
        one = (await browser.get(f"{PATH}/registry.city/0/1")).text
    assert "See masked values" not in page + one


async def test_a_file_has_a_line_for_each_event() -> None:
    async with portal(served(registry=answer("registry", event(offset=2), event(offset=1)))) as browser:
        await signed_in(browser)
        file = await browser.get(PATH, params={"topic": "registry.city", "form": "jsonl"})
    assert file.headers["content-disposition"] == 'attachment; filename="events.jsonl"'
    assert [json.loads(line)["offset"] for line in file.text.splitlines()] == [2, 1]


async def test_a_file_that_a_limit_cut_short_says_so_by_its_name() -> None:
    async with portal(served(registry=answer("registry", event(), stopped="size"))) as browser:
        await signed_in(browser)
        file = await browser.get(PATH, params={"topic": "registry.city", "form": "jsonl"})
        page = (await browser.get(PATH, params={"topic": "registry.city"})).text
    assert file.headers["content-disposition"] == 'attachment; filename="events-incomplete.jsonl"'
    assert "Download up to 2,000 events of this list, masked:" in page


async def test_one_event_stands_in_its_contracts_words_beside_the_record() -> None:
    async with portal(
        served(registry=answer("registry", event(data={"name": HOSTILE, "about": "…masked…"})))
    ) as browser:
        await signed_in(browser)
        page = (await browser.get(f"{PATH}/registry.city/0/1")).text
        gone = (await browser.get(f"{PATH}/registry.city/0/2")).text
        wrong = [await browser.get(f"{PATH}/{place}") for place in ("nothing.at-all/0/1", "registry.city/x/1")]
    for expected in (
        "A city&#39;s profile changed",
        "The member&#39;s description of itself.",
        "masked",
        "espoo",
        "2 fields that",
    ):
        assert expected in page
    assert HOSTILE not in page
    assert "There is no event at this position" in gone
    assert [each.status_code for each in wrong] == [404, 404]


async def test_of_an_event_with_a_great_many_fields_a_page_shows_the_first() -> None:
    needs = [{"subject": "s", "intensity": 1, "mode": "m"}] * 200
    async with portal(served(registry=answer("registry", event(data={"needs": needs})))) as browser:
        await signed_in(browser)
        page = await browser.get(f"{PATH}/registry.city/0/1")
    assert len(page.content) < 60_000
    assert "The record has 480 more fields." in page.text


async def test_contracts_tell_who_writes_and_reads_each_type_its_schema_and_an_example() -> None:
    name = "isopolity.matching.proposal.issued.v1"
    async with portal(served()) as browser:
        await signed_in(browser)
        listed = await browser.get("/operations/contracts")
        one = await browser.get(f"/operations/contracts/{name}")
        unknown = await browser.get("/operations/contracts/isopolity.matching.proposal.sung.v1")
    assert all(f"/operations/contracts/{each}" in listed.text for each in EVENT_TYPES)
    assert listed.text.count("read by matching and notify (matching without a group)") == 2
    assert listed.text.count("notify (without a group)") == 1
    for expected in ("Written by matching", "read by notify", "Kept for 90 days", "A proposal goes out to both sides"):
        assert expected in one.text
    assert "sides.answer" in one.text, "what is masked"
    assert "&#34;proposal_id&#34;: &#34;proposal-17&#34;" in one.text
    assert max(len(listed.content), len(one.content)) < 60_000
    assert unknown.status_code == 404


async def test_a_page_of_large_events_and_each_contract_are_light() -> None:
    text = json.dumps({f"field_of_an_event_{number}": f"<{number}>" for number in range(600)})
    large = [
        event(offset=number, text=text, key="019a7c3e-0001-7b1d-8c2f-000000000001", is_cut=True) for number in range(30)
    ]
    async with portal(served(registry=answer("registry", *large, stopped="found"))) as browser:
        await signed_in(browser)
        masked = await browser.get(PATH, params=TOPICS)
        form = {"form": form_token(masked), "reason": "a city asks"}
        shown = await browser.post(PATH, params=TOPICS, data=form)
        contracts = [await browser.get(f"/operations/contracts/{name}") for name in EVENT_TYPES]
        every = await browser.get("/operations/contracts")
    assert "field_of_an_event_7" in unescape(shown.text)
    assert {len(each.content) < 60_000 for each in (masked, shown, every, *contracts)} == {True}
