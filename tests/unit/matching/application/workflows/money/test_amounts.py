"""Amounts of requests in other currencies: which are missing, and what staff sets."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from isopolity.contracts.registry import CityState, PartnerState
from isopolity.matching.application.workflows.amounts import (
    AmountOrder,
    clear_amount,
    set_amount,
    waiting_requests,
)
from isopolity.matching.errors import InvalidAmount, UnknownRequest
from tests.support.matching.fakes import FakeStore
from tests.support.matching.instance import surroundings_of
from tests.support.matching.networks import market_of, network_of
from tests.support.matching.service import NOW, city, partner, programme, request

MEMBERS: Sequence[CityState | PartnerState] = [
    city("accra"),
    partner("halcyon", [programme("reading"), programme("books"), programme("sea", subjects=("sdg.14",))]),
    partner("lyceum", [programme("pens", currency="USD")]),
]
REQUESTS = [
    request("r1", "accra", currency="KES", amount_min=5_000_000, amount_max=9_000_000),
    request("r2", "accra", title="Books"),
    request("r3", "accra", title="Letters", amount_min=0, amount_max=0),
]
ORDER: dict[str, Any] = {"request_id": "r1", "currency": "EUR", "least": 30_000, "most": 60_000}


def waiting(store: FakeStore, after: str | None = None, limit: int = 9) -> Sequence[tuple[str, dict[str, int]]]:
    async def asked() -> Sequence[tuple[str, dict[str, int]]]:
        async with store.unit_of_work() as uow:
            amounts = await uow.money.amounts()
        surroundings = surroundings_of(network_of(MEMBERS, REQUESTS))
        found = await waiting_requests(amounts, surroundings, after=after, limit=limit)
        return [(each.request.request_id, dict(each.programmes)) for each in found]

    return asyncio.run(asked())


def set_one(store: FakeStore, **changes: Any) -> None:
    async def done() -> None:
        async with store.unit_of_work() as uow:
            await set_amount(AmountOrder(**ORDER | changes), market_of(MEMBERS, REQUESTS), NOW, uow)
            await uow.commit()

    asyncio.run(done())


def test_a_request_waits_in_each_currency_of_programmes_that_could_support_it() -> None:
    store = FakeStore()
    assert waiting(store) == [("r2", {"USD": 1}), ("r1", {"EUR": 2, "USD": 1})]
    assert waiting(store, limit=1) == [("r2", {"USD": 1})]
    assert waiting(store, after="r2") == [("r1", {"EUR": 2, "USD": 1})]
    set_one(store)
    assert waiting(store) == [("r2", {"USD": 1}), ("r1", {"USD": 1})]
    asyncio.run(cleared(store))
    assert waiting(store)[1] == ("r1", {"EUR": 2, "USD": 1})


async def cleared(store: FakeStore) -> None:
    async with store.unit_of_work() as uow:
        await clear_amount("r1", "EUR", uow)
        await uow.commit()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"least": 70_000}, "The least, 70,000, is more than the most, 60,000"),
        ({"co_funding": 60_000}, "leaves nothing to grant"),
    ],
)
def test_amounts_that_cannot_be_are_refused_in_a_sentence(changes: dict[str, int], sentence: str) -> None:
    with pytest.raises(InvalidAmount, match=sentence):
        set_one(FakeStore(), **changes)


def test_amounts_are_set_for_open_requests_only_and_cleared_once() -> None:
    with pytest.raises(UnknownRequest, match="no open request"):
        set_one(FakeStore(), request_id="none")
    with pytest.raises(UnknownRequest, match="No amount in EUR is set"):
        asyncio.run(cleared(FakeStore()))
