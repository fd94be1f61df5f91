"""Amounts of requests in other currencies, which staff sets, and the proposals for which a budget has not enough left.

Invariant: only staff says what an amount is worth in another currency. A partner may ask beyond its own budget; nothing
else is proposed to it beyond that.
"""

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime

import numpy as np

from isopolity.contracts.registry import PartnerState
from isopolity.matching.application.candidates.market import Market
from isopolity.matching.application.ports.unit_of_work import UnitOfWork
from isopolity.matching.application.workflows.queries.pair_fit import current_market
from isopolity.matching.application.workflows.surroundings import Surroundings
from isopolity.matching.domain.member import SPONSORSHIP, City, Request, programme_holder
from isopolity.matching.domain.money.grants import (
    Commitment,
    CommitmentState,
    Fund,
    MoneyLeft,
    SetAmount,
    SetAmounts,
    gives_money,
)
from isopolity.matching.domain.network import Network
from isopolity.matching.domain.proposal import Proposal
from isopolity.matching.domain.scores.blockers import Blocker
from isopolity.matching.domain.side import Answer
from isopolity.matching.errors import InvalidAmount, UnknownRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class AmountOrder:
    """The amounts of a request in a currency, as staff wants them set."""

    request_id: str
    currency: str
    least: int
    most: int
    co_funding: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingRequest:
    """A request for which an amount is missing: by currency, how many open programmes could support it."""

    request: Request
    city: City
    programmes: Mapping[str, int]


async def set_amount(order: AmountOrder, market: Market, now: datetime, uow: UnitOfWork) -> SetAmount:
    """Set the amounts of an open request, in place of earlier ones. Raises UnknownRequest, InvalidAmount."""
    if order.least > order.most:
        raise InvalidAmount(f"The least, {order.least:,}, is more than the most, {order.most:,}; correct one.")
    if order.co_funding >= order.most:
        raise InvalidAmount("The co-funding leaves nothing to grant; correct it, or clear the amounts.")
    request = _open_request(order.request_id, market)
    amount = SetAmount(
        **asdict(order),
        asked_min=request.amount_min,
        asked_max=request.amount_max,
        asked_currency=request.currency,
        set_at=now,
    )
    before = (await uow.money.amounts()).get((order.request_id, order.currency))
    await uow.money.put(amount)
    uow.audit.note("request", order.request_id, before=None if before is None else _facts(before), after=_facts(amount))
    return amount


async def clear_amount(request_id: str, currency: str, uow: UnitOfWork) -> None:
    """Forget the amounts of a request in a currency. Raises UnknownRequest where staff has set none."""
    known = (await uow.money.amounts()).get((request_id, currency))
    if known is None:
        raise UnknownRequest(f"No amount in {currency} is set for a request with this id.")
    await uow.money.remove(request_id, currency)
    uow.audit.note("request", request_id, before=_facts(known), after=None)


async def move_amounts(request_id: str, to: str, uow: UnitOfWork) -> None:
    """Let the amounts of a request be those of the one that it goes on as, where that has none in the currency."""
    known = await uow.money.amounts()
    for (its, currency), amount in known.items():
        if its == request_id and (to, currency) not in known:
            await uow.money.put(replace(amount, request_id=to))
    await uow.money.remove(request_id)


async def waiting_requests(
    amounts: SetAmounts, surroundings: Surroundings, *, after: str | None, limit: int
) -> Sequence[WaitingRequest]:
    """At most `limit` open requests after the one called `after`, the newest first, that wait for an amount.

    Open programmes could support them by all rules but those on amounts. Raises GraphNotReady.
    """
    market = await current_market(surroundings)
    return await asyncio.to_thread(_waiting, market, amounts, after, limit)


def _waiting(market: Market, amounts: SetAmounts, after: str | None, limit: int) -> Sequence[WaitingRequest]:
    found = list[WaitingRequest]()
    for position in range(len(market.targets.targets) - 1, len(market.profiles) - 1, -1):  # requests, by their ids
        target = market.targets.targets[position]
        request = target.request
        if request is None or (after is not None and request.request_id >= after) or request.amount_max == 0:
            continue
        missing = _missing(market, position, request, amounts)
        if missing:
            found.append(WaitingRequest(request=request, city=target.city, programmes=missing))
        if len(found) == limit:
            break
    return found


def _missing(market: Market, position: int, request: Request, amounts: SetAmounts) -> Mapping[str, int]:
    """How many programmes of each other currency could support the request, where no amount is set in it."""
    arrays = market.programme_arrays
    others = [
        currency
        for currency in arrays.currencies
        if currency != request.currency
        and ((known := amounts.get((request.request_id, currency))) is None or not known.holds_for(request))
    ]
    if not others:
        return {}
    bits = arrays.blockers(market.profiles, market.targets, position, market.weights.neighbours)
    could = np.flatnonzero((bits & ~Blocker.AMOUNT.bit) == 0)
    fitting = (market.programmes[number] for number in could.tolist())
    found = Counter(each.currency for each in fitting if each.currency in others and gives_money(each))
    return dict(sorted(found.items()))


def _open_request(request_id: str, market: Market) -> Request:
    for position in range(len(market.profiles), len(market.targets.targets)):
        request = market.targets.targets[position].request
        if request is not None and request.request_id == request_id:
            return request
    raise UnknownRequest("There is no open request with this id.")


def _facts(amount: SetAmount) -> Mapping[str, object]:
    return {name: getattr(amount, name) for name in ("currency", "least", "most", "co_funding")}


async def over_budget(proposals: Sequence[Proposal], uow: UnitOfWork, network: Network, now: datetime) -> Sequence[str]:
    """The ids of the sponsorships that what is left of budgets does not reach for, the first ones served first.

    The caller holds the gate, so that no other transaction takes from the budgets meanwhile.
    """
    costly = [each for each in proposals if each.kind == SPONSORSHIP and each.a.answer is not Answer.YES]
    if not costly:
        return ()
    partners = {each.a.member_id for each in costly}
    pairs = {each.pair_key for each in costly}
    known = [
        each
        for each in await uow.money.commitments(now, partners)
        if each.state is CommitmentState.PROMISED
        or each.pair_key not in pairs  # an introduction asked for becomes these
    ]
    funds = [fund for partner_id in sorted(partners) for fund in _funds(partner_id, network)]
    left = MoneyLeft(funds, known, await uow.money.amounts())
    return [each.proposal_id for each in costly if not left.takes(commitment_of(each))]


def commitment_of(proposal: Proposal) -> Commitment:
    """The commitment of its programme's budget that an open proposal makes."""
    return Commitment(
        holder=proposal.a.holder,
        pair_key=proposal.pair_key,
        state=CommitmentState.OPEN,
        terms=proposal.a.programme,
        request_id=proposal.b.request_id,
        asked=proposal.b.request,
    )


def _funds(partner_id: str, network: Network) -> Iterator[Fund]:
    found = network.member(partner_id)
    if found is not None and found[0] == "partner":
        for each in PartnerState.model_validate_json(found[1]).programmes:
            yield Fund(
                holder=programme_holder(partner_id, each.programme_id),
                budget=each.budget,
                grant_min=each.grant_min,
                grant_max=each.grant_max,
                currency=each.currency,
            )
