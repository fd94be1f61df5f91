"""`/matching/v1/amounts`: the amounts of requests in other currencies, which staff sets.

Invariant: staff only; no amount is ever converted.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Self

from fastapi import Path
from pydantic import ConfigDict, Field

from isopolity.machine.clock import moment_of
from isopolity.matching.application.workflows.amounts import (
    AmountOrder,
    WaitingRequest,
    clear_amount,
    set_amount,
    waiting_requests,
)
from isopolity.matching.application.workflows.queries.pair_fit import current_market
from isopolity.matching.domain.money.grants import SetAmount
from isopolity.matching.entrypoints.http.context import Cursor, Limit, Matching, Page, Publisher, Staff
from isopolity.matching.entrypoints.http.view import View
from isopolity.web.routing import ServiceRouter

router = ServiceRouter(prefix="/matching/v1/amounts")

_MOST = 10**12
RequestId = Annotated[str, Path(max_length=128)]
Currency = Annotated[str, Path(pattern="^[A-Z]{3}$", description="ISO 4217", examples=["EUR"])]


class AmountInput(View):
    """The amounts of a request in a currency."""

    model_config = ConfigDict(extra="forbid")

    least: int = Field(ge=0, le=_MOST, description="Least that would help.")
    most: int = Field(ge=1, le=_MOST, description="Most that is asked for.")
    co_funding: int = Field(default=0, ge=0, le=_MOST, description="What of it the city or others pay.")


class SetAmountView(View):
    """The amounts of a request in a currency, as staff has set them."""

    request_id: str
    currency: str
    least: int
    most: int
    co_funding: int
    asked_min: int = Field(description="What the request asked for then, in its own currency; so the next two.")
    asked_max: int
    asked_currency: str
    set_at: datetime


class WaitingAmountView(View):
    """An open request for which an amount is missing."""

    request_id: str
    title: str
    amount_min: int
    amount_max: int
    currency: str
    city_id: str
    city_name: str
    country: str
    region: str
    made_at: datetime | None = Field(default=None, description="When the request was made, as far as its id tells.")
    programmes: Mapping[str, int] = Field(description="By currency, how many open programmes could support it.")

    @classmethod
    def of(cls, waiting: WaitingRequest) -> Self:
        """Make the view of a request without an amount."""
        request, city = waiting.request, waiting.city
        place = {"city_id": city.city_id, "city_name": city.name, "country": city.country, "region": city.region}
        return cls.copied(request, **place, programmes=waiting.programmes, made_at=moment_of(request.request_id))


@router.get("")
async def list_amounts(matching: Matching, _: Staff) -> list[SetAmountView]:
    """All amounts that staff has set; those of a request whose own amounts have changed since are no longer used."""
    return [SetAmountView.model_validate(each) for each in (await matching.queries.set_amounts()).values()]


@router.get("/waiting")
async def list_waiting(
    matching: Matching, _: Staff, cursor: Cursor = None, limit: Limit = 50
) -> Page[WaitingAmountView]:
    """Open requests that programmes in another currency could support, without an amount in it, the newest first.

    Until staff sets an amount, such a request is in no round and no portfolio of these programmes.
    """
    amounts = await matching.queries.set_amounts()
    found = await waiting_requests(amounts, matching.surroundings, after=cursor, limit=limit)
    ids = [each.request.request_id for each in found]
    return Page[WaitingAmountView].of([WaitingAmountView.of(each) for each in found], ids, limit)


@router.put("/{request_id}/{currency}")
async def put_amount(
    matching: Matching, _: Publisher, request_id: RequestId, currency: Currency, order: AmountInput
) -> SetAmountView:
    """Set the amounts of an open request in a currency; they hold while the request's own amounts stay the same.

    Enter as co-funding only what sponsors may know: their portfolios show the amounts without it.
    """
    market = await current_market(matching.surroundings)
    wanted = AmountOrder(request_id=request_id, currency=currency, **order.model_dump())
    async with matching.unit_of_work() as uow:
        kept: SetAmount = await set_amount(wanted, market, matching.surroundings.clock(), uow)
        await uow.commit()
    return SetAmountView.model_validate(kept)


@router.delete("/{request_id}/{currency}", status_code=204)
async def delete_amount(matching: Matching, _: Publisher, request_id: RequestId, currency: Currency) -> None:
    """Delete the amounts that staff has set for a request in a currency."""
    async with matching.unit_of_work() as uow:
        await clear_amount(request_id, currency, uow)
        await uow.commit()
