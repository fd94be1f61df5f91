"""What the worker does with each event, in one transaction a batch.

Its invariant: an event that is older than what the database knows has no effect, and one that comes again has none
either, whatever order and however often events come.
"""

from dataclasses import dataclass
from typing import Final

from isopolity.clock import Clock
from isopolity.contracts.canary import CanarySounded
from isopolity.contracts.event import Event
from isopolity.contracts.notify import DeliveryState, ResponseReceived, ResponsesCompleted
from isopolity.contracts.registry import CityState, PartnerState, RequestState, TwinningState
from isopolity.matching.application.ports.repositories import MemberRow, SeenState
from isopolity.matching.application.ports.workflows import UnitOfWork
from isopolity.matching.application.workflows.issuance import SendingPolicy, member_row
from isopolity.matching.application.workflows.settlement import Settling
from isopolity.matching.application.workflows.suggestions import Suggesting
from isopolity.matching.domain.member import ENDORSED, twinning_pair
from isopolity.matching.domain.network import WITHDRAWN
from isopolity.matching.domain.proposal import Answer

CANARY_RELAYED: Final = "isopolity.matching.canary.relayed.v1"
SOUNDED, RETURNED = "canary", "returned canary"
"""Names of sightings: the canary on its way to notify, and on its way back from there."""
_ANSWERS: Final = frozenset(answer.value for answer in Answer)


@dataclass(frozen=True, slots=True, kw_only=True)
class Handlers:
    """Handlers by subject."""

    settling: Settling
    suggesting: Suggesting
    policy: SendingPolicy
    clock: Clock

    async def city_changed(self, event: Event[CityState], uow: UnitOfWork) -> None:
        """A city registered, was revised or endorsed, or withdrew."""
        await self._member_changed(event, uow)

    async def partner_changed(self, event: Event[PartnerState], uow: UnitOfWork) -> None:
        """A partner likewise; proposals of programmes that it no longer has end."""
        await self._member_changed(event, uow)

    async def request_changed(self, event: Event[RequestState], uow: UnitOfWork) -> None:
        """A request that closed takes its open proposals with it."""
        data, is_closed = event.data, event.data.status == "closed"
        await uow.gate.take_in()
        state = SeenState(version=data.version, rules_out=is_closed)
        if await uow.seen_states.put(data.request_id, state) and is_closed:
            found = await uow.proposals.open_of(request_id=data.request_id)
            await self.settling.supersede(uow, found, "request-closed")

    async def twinning_changed(self, event: Event[TwinningState], uow: UnitOfWork) -> None:
        """Two cities that turn out to be twinned already are not proposed to each other."""
        data, is_declared = event.data, event.data.status == "declared"
        pair = twinning_pair(data.city_a, data.city_b)
        await uow.gate.take_in()
        state = SeenState(version=data.version, rules_out=is_declared)
        if await uow.seen_states.put(pair, state) and is_declared:
            await self.settling.supersede(uow, await uow.proposals.open_of(pair_key=pair), "already-tied")

    async def response_received(self, event: Event[ResponseReceived], uow: UnitOfWork) -> None:
        """A side answered; an answer that this release does not know is left aside."""
        data = event.data
        if data.answer not in _ANSWERS or data.side not in ("a", "b"):
            return
        answer = Answer(data.answer)
        await self.settling.answer(uow, data.proposal_id, data.side, answer, data.answered_at, data.pending_until)

    async def responses_completed(self, event: Event[ResponsesCompleted], uow: UnitOfWork) -> None:
        """All answers before a moment are taken in: they came before this event, in its partition."""
        await uow.watermarks.reach(event.data.partition, event.data.before)

    async def delivered(self, event: Event[DeliveryState], uow: UnitOfWork) -> None:
        """Keep whether the mail that puts a proposal to a side was sent; only a side that was mailed can be silent."""
        data = event.data
        if data.purpose == "proposal":
            mailed_at = data.at if data.outcome == "sent" else None
            await uow.deliveries.put(data.message_id, data.version, data.proposal_id, data.side, mailed_at)

    async def canary_sounded(self, event: Event[CanarySounded], uow: UnitOfWork) -> None:
        """Pass a new sign of life on."""
        if await uow.sightings.saw_canary(SOUNDED, event.data.sounded_at, self.clock()):
            uow.outbox.publish(CANARY_RELAYED, event.data)

    async def canary_returned(self, event: Event[CanarySounded], uow: UnitOfWork) -> None:
        """The sign of life is back from notify: answers can come, too."""
        await uow.sightings.saw_canary(RETURNED, event.data.sounded_at, self.clock())

    async def _member_changed(self, event: Event[CityState] | Event[PartnerState], uow: UnitOfWork) -> None:
        state = event.data
        row = member_row(state)
        suggests = state.status == ENDORSED and self.policy is SendingPolicy.AUTOMATIC and not state.bulk
        if row.kind == "city" and state.status != WITHDRAWN and not suggests:
            uow.members.put(row)
            return
        if self.policy is SendingPolicy.AUTOMATIC:
            await uow.gate.issue()  # at once: whoever has taken in may not come to it later
        if await self._is_outdated(row, uow):
            return
        if state.status == WITHDRAWN:
            await self.settling.withdraw_member(uow, row.member_id)
            return
        await self._drop_programmes(row, uow)
        if suggests and await uow.members.suggest_once(row.member_id, row.version):
            await self.suggesting.suggest_for(uow, row.member_id, sorted(row.capacities))

    async def _is_outdated(self, row: MemberRow, uow: UnitOfWork) -> bool:
        """Whether a newer state is known; otherwise the row is written at once, before anything is done about it.

        A state that is known already may not have had its effects: whoever issues a proposal writes the newest state
        of both sides that its graph holds, and the graph is ahead of the worker.
        """
        await uow.members.write()
        if row.version < await uow.members.version(row.member_id):
            return True
        uow.members.put(row)
        await uow.members.write()
        return False

    async def _drop_programmes(self, row: MemberRow, uow: UnitOfWork) -> None:
        if row.kind != "partner":
            return
        gone = [
            proposal
            for proposal in await uow.proposals.open_of(member_id=row.member_id)
            if proposal.a.holder not in row.capacities
        ]
        await self.settling.supersede(uow, gone, "programme-closed")
