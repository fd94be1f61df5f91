"""Lists of partners and requests: what they can be chosen by, their orders, their totals, and how fresh an entry is."""

from datetime import UTC, datetime
from typing import Any

import pytest

from isopolity.contracts.registry import PartnerState
from isopolity.registry.adapters.sql.rows import CITIES, PARTNERS
from tests.support.registry.service import PARTNER, REQUEST, RegistryUnderTest, patching, staff

NAMES = ["The Zebra Fund", "Åland Trust", "'t Huis", "“Fund of Hope”", "zebra"]


async def found(registry: RegistryUnderTest, path: str, /, **query: Any) -> dict[str, Any]:
    """A page of a list."""
    answer = await registry.client.get(f"/registry/v1/{path}", params=query)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def add_partner(registry: RegistryUnderTest, **changes: Any) -> str:
    """An endorsed partner; returns its id."""
    body = PARTNER | changes
    answer = await registry.client.post("/registry/v1/partners?endorse=true", json=body, headers=staff())
    assert answer.status_code == 201, answer.text
    return str(answer.json()["partner_id"])


async def ask(registry: RegistryUnderTest, city_id: str, **changes: Any) -> str:
    """An open request; returns its id."""
    body = REQUEST | {"city_id": city_id} | changes
    answer = await registry.client.post("/registry/v1/requests", json=body, headers=staff())
    assert answer.status_code == 201, answer.text
    return str(answer.json()["request_id"])


async def all_names(registry: RegistryUnderTest, kind: str, field: str, order: str, **more: str) -> list[str]:
    """The names of a whole list, one on a page."""
    names: list[str] = []
    query: dict[str, Any] = {"order": order, "limit": 1, **more}
    while True:
        page = await found(registry, kind, **query)
        names += [each[field] for each in page["items"]]
        if page["next"] is None:
            return names
        query["cursor"] = page["next"]


async def test_partners_have_their_orders_and_each_is_on_one_page(registry: RegistryUnderTest) -> None:
    for name in NAMES:
        await add_partner(registry, name=name)
    by_name = ["Åland Trust", "“Fund of Hope”", "'t Huis", "zebra", "The Zebra Fund"]
    assert await all_names(registry, "partners", "name", "name") == by_name
    assert await all_names(registry, "partners", "name", "newest") == NAMES[::-1]
    assert await all_names(registry, "partners", "name", "arrival") == NAMES


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, 3),
        ({"kind": "foundation"}, 2),
        ({"kind": "foundation", "country": "NL"}, 1),
        ({"region": "africa"}, 1),
        ({"text": "example"}, 3),
        ({"text": "nothing"}, 0),
    ],
)
async def test_partners_are_chosen_by_all_that_is_given(registry: RegistryUnderTest, query: Any, expected: int) -> None:
    await add_partner(registry)
    await add_partner(registry, name="Example of Nairobi", home_country="KE")
    await add_partner(registry, name="Example Company", kind="corporation")
    page = await found(registry, "partners", **query, total="true", limit=1)
    assert (page["total"], len(page["items"])) == (expected, min(expected, 1))
    assert (await found(registry, "partners", **query))["total"] is None


async def test_a_page_can_name_many_partners_with_one_question(registry: RegistryUnderTest) -> None:
    wanted = [await add_partner(registry), await add_partner(registry, name="Example of Nairobi", home_country="KE")]
    await add_partner(registry, name="Example Company", kind="corporation")
    page = await found(registry, "partners", ids=",".join([*wanted, "nobody"]))
    assert {each["partner_id"] for each in page["items"]} == set(wanted)


async def test_requests_are_chosen_by_where_their_city_lies(registry: RegistryUnderTest) -> None:
    here, there = await registry.add_city(), await registry.add_city(name="Mombasa", country="KE", geonames_id=2)
    await ask(registry, here, title="The Books")
    await ask(registry, there, title="A Roof")
    await ask(registry, there, title="'s Avonds lezen")
    assert await all_names(registry, "requests", "title", "name") == ["A Roof", "'s Avonds lezen", "The Books"]
    assert await all_names(registry, "requests", "title", "newest") == ["'s Avonds lezen", "A Roof", "The Books"]
    for query, expected in (({"country": "KE"}, 2), ({"region": "africa", "text": "roof"}, 1), ({"country": "FR"}, 0)):
        assert (await found(registry, "requests", **query, total="true"))["total"] == expected


async def test_what_is_read_tells_the_day_of_its_version(registry: RegistryUnderTest) -> None:
    today = datetime.now(UTC).date().isoformat()
    city_id, partner_id = await registry.add_city(), await add_partner(registry)
    request_id = await ask(registry, city_id)
    for path in (f"cities/{city_id}", f"partners/{partner_id}", f"requests/{request_id}"):
        assert (await found(registry, path))["changed_on"] == today
        assert [each["changed_on"] for each in (await found(registry, path.partition("/")[0]))["items"]] == [today]


async def test_a_day_moves_with_what_others_see_and_not_with_a_pause(registry: RegistryUnderTest) -> None:
    city_id = await registry.add_city()
    long_ago = datetime(2020, 1, 2, tzinfo=UTC)
    async with registry.database.writing() as connection:
        await connection.execute(CITIES.table.update().values(changed_at=long_ago))
        await connection.commit()
    version = 2
    for change, expected in (
        ({"paused_until": "2099-01-01"}, "2020-01-02"),
        ({"paused_until": None}, "2020-01-02"),
        ({"population": 1_000}, datetime.now(UTC).date().isoformat()),
    ):
        headers = staff() | patching(version)
        answer = await registry.client.patch(f"/registry/v1/cities/{city_id}", json=change, headers=headers)
        assert answer.status_code == 200, answer.text
        version += 1
        assert (await found(registry, f"cities/{city_id}"))["changed_on"] == expected


async def test_a_partners_event_has_the_day_of_what_others_see_and_not_of_a_pause(registry: RegistryUnderTest) -> None:
    partner_id = await add_partner(registry)
    long_ago = datetime(2020, 1, 2, tzinfo=UTC)
    async with registry.database.writing() as connection:
        await connection.execute(PARTNERS.table.update().values(changed_at=long_ago))
        await connection.commit()
    version = (await found(registry, f"partners/{partner_id}"))["version"]
    for number, (change, expected) in enumerate(
        (({"paused_until": "2099-01-01"}, long_ago.date()), ({"about": "Reads."}, None))
    ):
        headers = staff() | patching(version + number)
        answer = await registry.client.patch(f"/registry/v1/partners/{partner_id}", json=change, headers=headers)
        assert answer.status_code == 200, answer.text
        state = (await registry.events())[-1].data
        assert isinstance(state, PartnerState)
        assert state.changed_on == expected


NOTHING_ASKED: dict[str, Any] = {
    "currency": "EUR",
    "beneficiaries": None,
    "starts": None,
    "ends": None,
    "payee": None,
}
ASKED: list[dict[str, Any]] = [
    {
        "title": "Reading rooms",
        "description": "Schools of Évora share books.",
        "amount_min": 20_000,
        "amount_max": 50_000,
    }
    | {"beneficiaries": 900, "starts": "2027-01-01", "ends": "2027-12-31", "payee": "Fundação de Évora"},
    {"title": "A bus of books", "description": "It visits villages.", "amount_min": 60_000, "amount_max": 90_000}
    | {"starts": "2027-06-01"},
    {"title": "Pumps", "description": "Water.", "amount_min": 60_000, "amount_max": 90_000, "currency": "USD"}
    | {"beneficiaries": 20_000, "ends": "2027-03-31", "payee": "Water Works"},
]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, {0, 1, 2}),
        ({"text": "books"}, {0, 1}),
        ({"text": "EVORA school"}, {0}),
        ({"currency": "usd"}, {2}),
        ({"currency": "EUR", "asked_min": 50_000}, {0, 1}),
        ({"currency": "EUR", "asked_min": 50_001}, {1}),
        ({"currency": "EUR", "asked_max": 59_999}, {0}),
        ({"currency": "EUR", "asked_min": 10, "asked_max": 60_000}, {0, 1}),
        ({"benefits_min": 900}, {0, 2}),
        ({"benefits_min": 901}, {2}),
        ({"runs_on": "2027-01-01"}, {0, 2}),
        ({"runs_on": "2027-07-01"}, {0, 1}),
        ({"runs_on": "2028-07-01"}, {1}),
        ({"payee": "evora fundacao"}, {0}),
        ({"payee": "works", "text": "water"}, {2}),
        ({"payee": "works", "text": "books"}, set()),
    ],
    ids=str,
)
async def test_requests_are_chosen_by_each_of_what_they_tell(
    registry: RegistryUnderTest, query: dict[str, Any], expected: set[int]
) -> None:
    city_id = await registry.add_city()
    for each in ASKED:
        body = REQUEST | {"city_id": city_id, "currency": "EUR", "beneficiaries": None, "starts": None, "ends": None}
        answer = await registry.client.post(
            "/registry/v1/requests", json=body | {"payee": None} | each, headers=staff()
        )
        assert answer.status_code == 201, answer.text
    found = await registry.client.get("/registry/v1/requests", params=query | {"total": True})
    assert {each["title"] for each in found.json()["items"]} == {ASKED[number]["title"] for number in expected}
    assert found.json()["total"] == len(expected)


async def test_requests_follow_their_amount_and_each_is_on_one_page(registry: RegistryUnderTest) -> None:
    city_id = await registry.add_city()
    for title, least, most in (("A", 300, 900), ("B", 20, 1_000), ("C", 300, 900), ("D", 4_000, 5_000)):
        await ask(registry, city_id, title=title, amount_min=least, amount_max=most, currency="EUR")
    await ask(registry, city_id, title="E", amount_min=1, amount_max=2, currency="USD")
    assert await all_names(registry, "requests", "title", "least", currency="EUR") == ["B", "A", "C", "D"]
    assert await all_names(registry, "requests", "title", "most", currency="EUR") == ["D", "B", "C", "A"]
    for query in ({"order": "most"}, {"order": "least", "currency": "EUR", "cursor": "bm9uZQ"}):
        answer = await registry.client.get("/registry/v1/requests", params=query)
        assert answer.status_code == 422, "nothing is converted, and a cursor comes from a page"


async def test_an_amount_is_asked_for_with_its_currency(registry: RegistryUnderTest) -> None:
    for name in ("asked_min", "asked_max"):
        answer = await registry.client.get(f"/registry/v1/requests?{name}=5")
        assert (answer.status_code, answer.json()["code"]) == (422, "currency-missing")
