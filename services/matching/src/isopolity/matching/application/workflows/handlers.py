"""Handlers of events: what the worker does with each, in one transaction a batch.

Invariant: an event that is older than what the database knows has no effect, and one that comes again has none either,
whatever order and however often events come.
"""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, Final

from isopolity.contracts.catalogue import CITY, DELIVERY, MATCHING_GROUP, PARTNER, REQUEST, TWINNING
from isopolity.contracts.event import Event
from isopolity.contracts.event_types import (
    CANARY_RELAYED,
    CANARY_RETURNED,
    CANARY_SOUNDED,
    RESPONSE_RECEIVED,
    RESPONSES_COMPLETED,
)
from isopolity.contracts.notify import DeliveryState, ResponseReceived, ResponsesCompleted
from isopolity.contracts.registry import CanarySounded, CityState, PartnerState, RequestState, TwinningState
from isopolity.contracts.topic import Topic
from isopolity.machine.clock import Clock, IdFactory
from isopolity.matching.application.ports.repositories import MemberRow
from isopolity.matching.application.ports.unit_of_work import SeenState, UnitOfWork
from isopolity.matching.application.workflows.amounts import move_amounts
from isopolity.matching.application.workflows.departures import carry_membership, member_of, merger_of
from isopolity.matching.application.workflows.issuance import member_row
from isopolity.matching.application.workflows.settings import standing_policy
from isopolity.matching.application.workflows.settlement import end_membership, end_unsent, give_up, take_answer
from isopolity.matching.application.workflows.suggestions import suggest_partners
from isopolity.matching.application.workflows.surroundings import Surroundings
from isopolity.matching.application.workflows.undone_mergers import carry_back, way_back
from isopolity.matching.domain.member import ENDORSED, WITHDRAWN, twinning_pair
from isopolity.matching.domain.settings import SendingPolicy

TOPICS: Final = MATCHING_GROUP.topics
"""Topics of the worker, whose types the handlers take."""
SOUNDED: Final = "canary"
RETURNED: Final = "returned canary"
"""Names of sightings: the canary on its way to notify, and on its way back from there."""
Handle = Callable[[Event[Any], UnitOfWork], Awaitable[None]]
"""Takes in one event, within the transaction of its batch."""


def handlers(surroundings: Surroundings) -> Mapping[str, Handle]:
    """The handlers by type of event."""
    clock, ids = surroundings.clock, surroundings.ids
    return {
        **_of(CITY, partial(member_changed, surroundings=surroundings)),
        **_of(PARTNER, partial(member_changed, surroundings=surroundings)),
        **_of(REQUEST, partial(request_changed, clock=clock)),
        **_of(TWINNING, partial(twinning_changed, clock=clock)),
        RESPONSE_RECEIVED: partial(response_received, clock=clock, ids=ids),
        RESPONSES_COMPLETED: responses_completed,
        **_of(DELIVERY, delivered),
        CANARY_SOUNDED: partial(canary_sounded, clock=clock),
        CANARY_RETURNED: partial(canary_returned, clock=clock),
    }


def _of(topic: Topic, handle: Handle) -> Mapping[str, Handle]:
    """One handler for all types of a topic: each of its events carries the whole state."""
    return {event_type.name: handle for event_type in topic.types}


async def member_changed(
    event: Event[CityState] | Event[PartnerState], uow: UnitOfWork, surroundings: Surroundings
) -> None:
    """A member registered, was revised or endorsed, withdrew, was merged, or came back from a merger that was undone;
    what dropped programmes had is given up.

    A merger waits for the entry that stays. Raises Awaiting.
    """
    state = event.data
    row = member_row(state)
    is_automatic = surroundings.sending_policy is SendingPolicy.AUTOMATIC
    if is_automatic and state.status == ENDORSED:  # else there are no suggestions, whatever was chosen meanwhile
        is_automatic = await standing_policy(uow, surroundings) is SendingPolicy.AUTOMATIC
    suggests = state.status == ENDORSED and is_automatic and not state.bulk
    uow.parking.arrived(member_of(row.member_id))
    back = way_back(state)
    if row.kind == "city" and state.status != WITHDRAWN and not suggests and back is None:
        uow.members.put(row)
        return
    if is_automatic:
        await uow.gate.issue()  # at once: a transaction that has taken in may not come to it later
    if await _is_outdated(row, uow):
        return
    if (merger := merger_of(state)) is not None:
        await carry_membership(merger, state.merged_version or 0, row, uow, surroundings.clock())
        return
    if state.status == WITHDRAWN:
        await end_membership(row.member_id, uow, surroundings.clock())
        return
    if back is not None:
        await carry_back(back, row, uow)
    gave_back_to = state.gave_back_to if isinstance(state, PartnerState) else None
    await _end_dropped_programmes(row, gave_back_to, uow, surroundings.clock)
    if suggests and await uow.members.suggest_once(row.member_id, row.version):
        await suggest_partners(row, uow, surroundings)


async def request_changed(event: Event[RequestState], uow: UnitOfWork, clock: Clock) -> None:
    """A request was published, revised or closed; open proposals of one that closed are given up.

    What is open of one that goes on at another entry of its city goes on with the city.
    """
    data, is_closed = event.data, event.data.status == "closed"
    await uow.gate.take_in()
    state = SeenState(version=data.version, rules_out=is_closed)
    is_newer = await uow.seen_states.put(data.request_id, state)
    if is_newer and is_closed and data.moved_to is not None:
        await move_amounts(data.request_id, data.moved_to, uow)
    elif is_newer and is_closed:
        await uow.money.remove(data.request_id)
        open_ones = await uow.proposals.open_of(request_id=data.request_id)
        await give_up(open_ones, data.city_id, "request-closed", uow, clock())


async def twinning_changed(event: Event[TwinningState], uow: UnitOfWork, clock: Clock) -> None:
    """A twinning was declared or retracted; a declared one ends a proposal of the two that has not gone out yet.

    A proposal that is out stands: the other side's declaration may have made the twinning, and two yeses still agree.
    """
    data, is_declared = event.data, event.data.status == "declared"
    pair = twinning_pair(data.city_a, data.city_b)
    await uow.gate.take_in()
    state = SeenState(version=data.version, rules_out=is_declared)
    if await uow.seen_states.put(pair, state) and is_declared:
        await end_unsent(await uow.proposals.open_of(pair_key=pair), "already-tied", uow, clock())


async def response_received(event: Event[ResponseReceived], uow: UnitOfWork, clock: Clock, ids: IdFactory) -> None:
    """Record the answer of a side."""
    await take_answer(event.data, uow, clock, ids)


async def responses_completed(event: Event[ResponsesCompleted], uow: UnitOfWork) -> None:
    """All answers before a moment are taken in: they came before this event, in its partition."""
    await uow.watermarks.reach(event.data.partition, event.data.before)


async def delivered(event: Event[DeliveryState], uow: UnitOfWork) -> None:
    """A mail was sent, or was not; only a side that was mailed a proposal can be silent about it."""
    data = event.data
    if data.purpose == "proposal":
        mailed_at = data.at if data.outcome == "sent" else None
        await uow.deliveries.put(data.message_id, data.version, data.proposal_id, data.side, mailed_at)


async def canary_sounded(event: Event[CanarySounded], uow: UnitOfWork, clock: Clock) -> None:
    """The sign of life came from registry; a new one is passed on to notify."""
    if await uow.sightings.saw_canary(SOUNDED, event.data.sounded_at, clock()):
        uow.outbox.publish(CANARY_RELAYED, event.data)


async def canary_returned(event: Event[CanarySounded], uow: UnitOfWork, clock: Clock) -> None:
    """The sign of life is back from notify: answers can come, too."""
    await uow.sightings.saw_canary(RETURNED, event.data.sounded_at, clock())


async def _is_outdated(row: MemberRow, uow: UnitOfWork) -> bool:
    """Whether a newer state is known; otherwise the row is written at once, before anything is done about it.

    A state that is known already may not have had its effects: a transaction that issues a proposal writes the newest
    state of both sides that its graph holds, and the graph is ahead of the worker.
    """
    await uow.members.write()
    if row.version < await uow.members.version(row.member_id):
        return True
    uow.members.put(row)
    await uow.members.write()
    return False


async def _end_dropped_programmes(row: MemberRow, gave_back_to: str | None, uow: UnitOfWork, clock: Clock) -> None:
    """Give up open proposals of programmes that the partner no longer has.

    Those of an undone merger are left to the event of the entry `gave_back_to`, which may come later.
    """
    if row.kind != "partner":
        return
    gone = [
        proposal
        for proposal in await uow.proposals.open_of(member_id=row.member_id)
        if proposal.a.holder not in row.capacities and (gave_back_to is None or proposal.a.formerly != gave_back_to)
    ]
    await give_up(gone, row.member_id, "programme-closed", uow, clock())
