"""Requests wait for staff where the network says so: new ones, and changes that say another thing."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from isopolity.registry.settings import RegistrySettings
from tests.support.keys import keys_of
from tests.support.registry.service import CITY, KEY, RegistryUnderTest, member, open_under_test, patching, staff

BOOKS: dict[str, Any] = {
    "title": "Books for the harbour",
    "description": "We buy books for libaries of the harbour.",
    "amount_min": 1_000,
    "amount_max": 5_000,
    "currency": "EUR",
    "subjects": ["sdg.4", "sdg.13"],
    "beneficiaries": 400,
    "payee": "Harbour Library Trust",
}
STADIUMS: dict[str, Any] = {"title": "Stadiums", "amount_max": 9_000_000, "payee": "Somebody Else Ltd"}
REQUESTS, CHANGES = "/registry/v1/requests", "/registry/v1/changes"


class CityUnderTest:
    """An endorsed city that asks, and all who look."""

    def __init__(self, registry: RegistryUnderTest, city_id: str) -> None:
        self.registry, self.http, self.city_id, self.mine = registry, registry.client, city_id, member(city_id)

    async def ask(self, by: dict[str, str] | None = None, /, **values: Any) -> Any:
        return await self.http.post(REQUESTS, json=BOOKS | {"city_id": self.city_id} | values, headers=by or self.mine)

    async def admitted(self) -> str:
        made = await self.ask(staff())
        assert made.status_code == 201, made.text
        return str(made.json()["request_id"])

    async def change(self, request_id: str, by: dict[str, str] | None = None, /, **values: Any) -> int:
        path, headers = f"{REQUESTS}/{request_id}", by or self.mine
        version = (await self.http.get(path, headers=headers)).json()["version"]
        return (await self.http.patch(path, json=values, headers=headers | patching(version))).status_code

    async def decide(self, request_id: str, do: str, **body: Any) -> Any:
        asked = await self.wish(request_id)
        headers = staff(**{"If-Match": f'"{asked["version"]}"'})
        return await self.http.post(f"{CHANGES}/{request_id}/{do}", json=body or None, headers=headers)

    async def wish(self, request_id: str) -> Any:
        return (await self.http.get(f"{CHANGES}/{request_id}", headers=self.mine)).json()

    async def waiting(self) -> list[Any]:
        return list((await self.http.get(CHANGES, headers=staff())).json()["items"])

    async def public(self) -> list[Any]:
        """The requests as everybody sees them, in lists, exports and the last event."""
        found = (await self.http.get(REQUESTS)).json()["items"]
        exported = (await self.http.get("/registry/v1/exports/requests?form=json", headers=staff())).text
        told = [event.data for event in await self.registry.events() if ".request." in event.envelope.type]
        assert [each["title"] in exported for each in found] == [True] * len(found)
        assert ("Stadiums" in exported) == any(each["title"] == "Stadiums" for each in found)
        last: Any = told[-1] if told else None
        assert (last is None) == (not found)
        assert last is None or last.title in [each["title"] for each in found]
        return list(found)


async def city(registry: RegistryUnderTest) -> CityUnderTest:
    made = await registry.client.post("/registry/v1/cities?endorse=true", json=CITY, headers=staff())
    assert made.status_code == 201, made.text
    return CityUnderTest(registry, made.json()["city_id"])


@pytest.fixture
async def reviewing(url: str, tmp_path: Path) -> AsyncIterator[CityUnderTest]:
    settings = RegistrySettings(**keys_of(KEY), review_requests=True)
    async with open_under_test(url, tmp_path, settings=settings) as opened:
        yield await city(opened)


@pytest.fixture
async def reading_words(url: str, tmp_path: Path) -> AsyncIterator[CityUnderTest]:
    settings = RegistrySettings(**keys_of(KEY), review_words=True)
    async with open_under_test(url, tmp_path, settings=settings) as opened:
        yield await city(opened)


async def test_where_staff_reads_own_words_those_of_requests_wait_and_amounts_do_not(
    reading_words: CityUnderTest,
) -> None:
    assert (await reading_words.ask(title="Boats")).status_code == 202
    assert await reading_words.public() == []
    request_id = await reading_words.admitted()
    assert await reading_words.change(request_id, amount_max=90_000, title="Stadiums") == 202
    (found,) = await reading_words.public()
    assert (found["title"], found["amount_max"]) == (BOOKS["title"], 90_000)
    assert (await reading_words.wish(request_id))["wanted"] == {"title": "Stadiums"}
    assert (await reading_words.decide(request_id, "approve")).status_code == 200
    (found,) = await reading_words.public()
    assert (found["title"], found["amount_max"]) == ("Stadiums", 90_000)


async def test_staff_hides_a_request_with_a_reason_and_looks_at_what_the_city_hands_in_next(
    registry: RegistryUnderTest,
) -> None:
    asking = await city(registry)
    request_id = (await asking.ask()).json()["request_id"]
    path = f"{REQUESTS}/{request_id}/hide"
    reason = {"reason": "An advertisement."}
    assert (await asking.http.post(path, json=reason, headers=asking.mine)).status_code == 403
    hidden = await asking.http.post(path, json=reason, headers=staff())
    assert (hidden.status_code, hidden.json()["status"]) == (200, "closed")
    assert (await asking.http.post(path, json=reason, headers=staff())).status_code == 409
    assert (await asking.http.get(REQUESTS)).json()["items"] == []
    told = await asking.wish(request_id)
    assert (told["status"], told["reason"], told["wanted"]["title"]) == ("refused", *reason.values(), BOOKS["title"])
    again = await asking.ask()
    assert (again.status_code, again.json()["request_id"]) == (202, request_id), "the same words wait for staff"
    assert await asking.waiting() != []
    assert (await asking.decide(request_id, "refuse", **reason)).status_code == 200
    wanted = {"title": "Quiet books"}
    version = (await asking.wish(request_id))["version"]
    headers = asking.mine | patching(version)
    patched = await asking.http.patch(f"{REQUESTS}/{request_id}", json=wanted, headers=headers)
    assert (patched.status_code, patched.json()["status"]) == (202, "waiting"), patched.text
    assert (await asking.decide(request_id, "approve")).status_code == 200
    (found,) = (await asking.http.get(REQUESTS)).json()["items"]
    assert (found["request_id"], found["title"], found["status"]) == (request_id, "Quiet books", "published")


async def test_staff_publishes_a_hidden_request_again(registry: RegistryUnderTest) -> None:
    asking = await city(registry)
    request_id = (await asking.ask()).json()["request_id"]
    path = f"{REQUESTS}/{request_id}"
    assert (await asking.http.post(f"{path}/hide", json={"reason": "Loud."}, headers=staff())).status_code == 200
    assert (await asking.http.post(f"{path}/close", headers=asking.mine)).status_code == 200
    assert (await asking.wish(request_id))["status"] == "refused", "closing it frees no words"
    assert (await asking.ask(staff())).status_code == 201
    assert (await asking.wish(request_id))["status"] == "approved"
    assert await asking.change(request_id, amount_max=6_000) == 200


async def test_what_was_hidden_passes_staff_also_after_the_city_took_it_back(registry: RegistryUnderTest) -> None:
    asking = await city(registry)
    path = f"{REQUESTS}/{(await asking.ask()).json()['request_id']}"
    assert (await asking.http.post(f"{path}/hide", json={"reason": "Loud."}, headers=staff())).status_code == 200
    assert (await asking.ask()).status_code == 202
    assert (await asking.http.post(f"{path}/close", headers=asking.mine)).status_code == 200
    assert (await asking.ask()).status_code == 202


async def test_a_city_gives_up_a_new_request_that_was_refused(reviewing: CityUnderTest) -> None:
    request_id = (await reviewing.ask()).json()["request_id"]
    assert (await reviewing.decide(request_id, "refuse", reason="Say who buys.")).status_code == 200
    closed = await reviewing.http.post(f"{REQUESTS}/{request_id}/close", headers=reviewing.mine)
    assert (closed.status_code, closed.json()["status"]) == (200, "closed")
    assert (await reviewing.wish(request_id))["status"] == "dropped"


async def test_a_new_request_waits_and_staff_admits_it(reviewing: CityUnderTest) -> None:
    made = await reviewing.ask()
    request_id = made.json()["request_id"]
    assert (made.status_code, made.json()["status"], made.json()["title"]) == (202, "waiting", BOOKS["title"])
    assert made.headers["location"] == f"{CHANGES}/{request_id}"
    assert await reviewing.public() == []
    figures = (await reviewing.http.get("/registry/v1/figures")).json()
    assert figures["requests"] == 0
    path = f"{REQUESTS}/{request_id}"
    for headers, status in ((None, 404), (member("another"), 404), (reviewing.mine, 200), (staff(), 200)):
        assert (await reviewing.http.get(path, headers=headers)).status_code == status
    (asked,) = await reviewing.waiting()
    assert (asked["member_kind"], asked["wanted"]["title"]) == ("request", BOOKS["title"])
    assert (await reviewing.decide(request_id, "approve")).json()["status"] == "approved"
    (found,) = await reviewing.public()
    assert (found["request_id"], found["status"], found["version"]) == (request_id, "published", 1)
    assert await reviewing.waiting() == []


async def test_a_request_does_not_become_stadiums_in_public(reviewing: CityUnderTest) -> None:
    request_id = await reviewing.admitted()
    before = await reviewing.public()
    assert await reviewing.change(request_id, **STADIUMS, ends="2027-12-31") == 202
    (stands,) = await reviewing.public()
    assert stands | {"ends": None, "version": 1} == before[0] | {"changed_on": stands["changed_on"]}
    assert stands["ends"] == "2027-12-31", "the period is the city's own"
    (asked,) = await reviewing.waiting()
    assert asked["wanted"] == STADIUMS | {"amount_min": 1_000, "currency": "EUR"}
    assert asked["before"]["title"] == BOOKS["title"]
    stale = staff(**{"If-Match": '"9"'})
    assert (await reviewing.http.post(f"{CHANGES}/{request_id}/approve", headers=stale)).status_code == 412
    assert (await reviewing.decide(request_id, "approve")).status_code == 200
    (found,) = await reviewing.public()
    assert {name: found[name] for name in STADIUMS} == STADIUMS


@pytest.mark.parametrize(
    ("changes", "waits"),
    [
        ({"description": "We buy books for libraries of the harbour."}, ()),
        ({"title": "BOOKS for the harbour!"}, ()),
        ({"starts": "2026-01-01", "ends": "2026-02-01"}, ()),
        ({"amount_min": 2_000, "amount_max": 4_000}, ()),
        ({"subjects": ["sdg.4"]}, ()),
        ({"payee": "Harbour Library Trusts"}, ("payee",)),
        ({"payee": None}, ("payee",)),
        ({"beneficiaries": 399}, ("beneficiaries",)),
        ({"amount_min": 999}, ("amount_min", "amount_max", "currency")),
        ({"currency": "KWD"}, ("amount_min", "amount_max", "currency")),
        ({"subjects": []}, ("subjects",)),
        ({"description": "We buy no books for libaries of the harbour."}, ("description",)),
    ],
)
async def test_slips_and_less_hold_at_once(reviewing: CityUnderTest, changes: Any, waits: tuple[str, ...]) -> None:
    request_id = await reviewing.admitted()
    before = (await reviewing.public())[0]
    assert await reviewing.change(request_id, **changes) == (202 if waits else 200)
    assert {*(name for each in await reviewing.waiting() for name in each["wanted"])} == set(waits)
    (found,) = await reviewing.public()
    assert {name: found[name] for name in changes} == {name: (before if waits else changes)[name] for name in changes}


async def test_small_steps_lead_to_no_other_meaning(reviewing: CityUnderTest) -> None:
    request_id = await reviewing.admitted()
    assert await reviewing.change(request_id, title="Cooks for the harbour") == 202
    assert await reviewing.change(request_id, title="Books for the harbours") == 200
    assert await reviewing.change(request_id, title="Books for the barbours") == 202
    assert (await reviewing.public())[0]["title"] == BOOKS["title"]
    assert await reviewing.change(request_id, title=BOOKS["title"]) == 200
    assert await reviewing.waiting() == []


async def test_a_refusal_is_read_and_handed_in_again(reviewing: CityUnderTest) -> None:
    request_id = (await reviewing.ask()).json()["request_id"]
    assert (await reviewing.decide(request_id, "refuse", reason="Say who buys.")).status_code == 200
    own = await reviewing.http.get(f"{CHANGES}?status=any&city_id={reviewing.city_id}", headers=reviewing.mine)
    assert [(each["status"], each["reason"]) for each in own.json()["items"]] == [("refused", "Say who buys.")]
    for headers in (reviewing.mine, member("another")):
        assert (await reviewing.http.get(CHANGES, headers=headers)).status_code == 403
    assert (await reviewing.http.get(f"{CHANGES}/{request_id}", headers=member("another"))).status_code == 403
    assert await reviewing.change(request_id, description="The trust buys books.") == 202
    assert (await reviewing.wish(request_id))["status"] == "pending"
    assert (await reviewing.decide(request_id, "refuse")).status_code == 200
    again = await reviewing.ask()
    assert (again.status_code, again.json()["request_id"]) == (202, request_id)
    assert (await reviewing.ask()).status_code == 409
    assert await reviewing.public() == []


async def test_the_city_takes_back_what_waits(reviewing: CityUnderTest) -> None:
    asked = (await reviewing.ask()).json()["request_id"]
    closed = await reviewing.http.post(f"{REQUESTS}/{asked}/close", headers=reviewing.mine)
    assert (closed.status_code, closed.json()["status"], await reviewing.waiting()) == (200, "closed", [])
    request_id = await reviewing.admitted()
    assert await reviewing.change(request_id, **STADIUMS) == 202
    assert await reviewing.change(request_id, **{name: BOOKS[name] for name in STADIUMS}) == 200
    assert await reviewing.waiting() == []
    assert await reviewing.change(request_id, **STADIUMS) == 202
    assert (await reviewing.http.post(f"{REQUESTS}/{request_id}/close", headers=reviewing.mine)).status_code == 200
    assert await reviewing.waiting() == []
    again = await reviewing.ask()
    assert (again.status_code, again.json()["request_id"]) == (202, request_id), "a closed one opens once staff agrees"
    assert (await reviewing.decide(request_id, "approve")).status_code == 200
    assert [each["title"] for each in await reviewing.public()] == [BOOKS["title"]]


async def test_what_staff_writes_holds_and_leaves_what_waits(reviewing: CityUnderTest) -> None:
    request_id = await reviewing.admitted()
    assert await reviewing.change(request_id, **STADIUMS) == 202
    assert await reviewing.change(request_id, staff(), title="Maps of the harbour") == 200
    assert [each["title"] for each in await reviewing.public()] == ["Maps of the harbour"]
    assert [each["wanted"]["title"] for each in await reviewing.waiting()] == ["Stadiums"]
    sheet = "city_kind,city_name,city_country,title,amount_min,amount_max,currency\n"
    row = f"{CITY['kind']},{CITY['name']},{CITY['country']},More maps,1,2,EUR\n"
    answer = await reviewing.http.post(
        "/registry/v1/imports?kind=requests", content=sheet + row, headers=staff(**{"Content-Type": "text/csv"})
    )
    assert answer.json()["created"] == 1, answer.text
    assert len(await reviewing.public()) == 2


async def test_what_waits_goes_with_a_city_that_leaves(reviewing: CityUnderTest) -> None:
    request_id = await reviewing.admitted()
    assert await reviewing.change(request_id, **STADIUMS) == 202
    await reviewing.ask(title="Boats")
    assert len(await reviewing.waiting()) == 2
    path = f"/registry/v1/cities/{reviewing.city_id}/withdraw"
    assert (await reviewing.http.post(path, headers=staff())).status_code == 200
    assert await reviewing.waiting() == []


async def test_what_waits_moves_with_a_merger(reviewing: CityUnderTest) -> None:
    request_id = await reviewing.admitted()
    assert await reviewing.change(request_id, **STADIUMS) == 202
    await reviewing.ask(title="Boats")
    other = CITY | {"name": "Harbour Town", "geonames_id": None}
    made = await reviewing.http.post("/registry/v1/cities?endorse=true", json=other, headers=staff())
    kept = CityUnderTest(reviewing.registry, made.json()["city_id"])
    path = f"/registry/v1/cities/{kept.city_id}/merge"
    merged = await reviewing.http.post(
        path, json={"duplicate_id": reviewing.city_id, "confirmed": True}, headers=staff()
    )
    assert merged.status_code == 200, merged.text
    assert sorted(each["wanted"]["title"] for each in await kept.waiting()) == ["Boats", "Stadiums"]
    for each in await kept.waiting():
        assert (await kept.decide(each["member_id"], "approve")).status_code == 200
    found = (await kept.http.get(f"{REQUESTS}?city_id={kept.city_id}")).json()["items"]
    assert sorted(each["title"] for each in found) == ["Boats", "Stadiums"]


async def test_requests_hold_at_once_where_the_network_says_nothing(registry: RegistryUnderTest) -> None:
    here = await city(registry)
    made = await here.ask()
    assert (made.status_code, made.json()["status"]) == (201, "published")
    assert await here.change(made.json()["request_id"], **STADIUMS) == 200
    assert [each["title"] for each in await here.public()] == ["Stadiums"]
    assert await here.waiting() == []
