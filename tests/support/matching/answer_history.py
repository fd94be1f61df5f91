"""A history of answers: proposals of four cities go out, are answered, settled, undone, erased and merged."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from isopolity.machine.clock import uuid7
from isopolity.matching.adapters.sql import tables
from isopolity.matching.application.ports.unit_of_work import UnitOfWorkFactory
from isopolity.matching.domain.acceptance import Counts
from isopolity.matching.domain.proposal import OPEN, Proposal
from isopolity.matching.domain.settings import SendingPolicy
from isopolity.matching.domain.side import Answer
from isopolity.persistence.database import Database
from isopolity.persistence.unit_of_work import EventFactory, Storage
from tests.support.matching.fakes import FakeStore
from tests.support.matching.instance import Instance, many_wishes, network_of
from tests.support.matching.service import NOW, TestClock

DAY: Final = timedelta(days=1)
MEMBERS: Final = 4

Act = tuple[str, int, str, Answer, int]


def drawn_up() -> Sequence[Proposal]:
    """Proposals of all pairs of four cities."""
    network = network_of(many_wishes(MEMBERS, capacity=9))
    return Instance(FakeStore(), network, SendingPolicy.HOLD, TestClock()).new_proposals()


def storage_of(database: Database) -> Storage:
    events = EventFactory("urn:isopolity:test", lambda: NOW, uuid7)
    return Storage(database=database, tables=tables.messaging, events=events, wake=lambda: None)


class History:
    """One course of events, on a database or on the fakes; `names` are the ids that proposals get, in their order."""

    def __init__(self, unit_of_work: UnitOfWorkFactory, pairs: Sequence[Proposal]) -> None:
        self.unit_of_work, self.pairs = unit_of_work, pairs
        self.latest: dict[int, str] = {}
        self.sent = 0
        self.now = NOW

    async def do(self, act: Act) -> None:
        what, pair, side, answer, days = act
        self.now += days * DAY
        pair %= len(self.pairs)
        async with self.unit_of_work() as uow:
            known = await uow.proposals.get(self.latest.get(pair, ""))
            if what == "send" and (known is None or known.stage not in OPEN):
                await self._send(uow, pair)
            elif what == "merge":
                keys = [f"{each.member_kind}/{each.member_id}" for each in self.pairs[pair].sides]
                await uow.answers.move(*(keys if side == "a" else reversed(keys)))
            elif what == "settle":
                await uow.proposals.save(
                    [done for one in await uow.proposals.due(self.now, 99) if (done := one.settle(self.now))]
                )
            elif known is not None:
                await self._change(uow, known, what, side, answer)
            await uow.commit()

    async def _send(self, uow: Any, pair: int) -> None:
        self.sent += 1
        self.latest[pair] = f"proposal-{self.sent:03}"
        proposal = replace(self.pairs[pair], proposal_id=self.latest[pair])
        await uow.proposals.add([proposal.issue(self.now, self.now + 21 * DAY)])
        await uow.deliveries.put(f"mail-{self.sent}", 1, proposal.proposal_id, "a", self.now)

    async def _change(self, uow: Any, known: Proposal, what: str, side: str, answer: Answer) -> None:
        changed = None
        if what == "answer":
            changed = known.answered(side, answer, self.now)
        elif what == "supersede" and known.is_out:
            changed = known.supersede(self.now, "already-tied")
        elif what == "lapse":
            changed = known.lapse(side, "request-closed")
        elif what == "mail":  # the event comes late
            await uow.deliveries.put(f"late-{known.proposal_id}", 1, known.proposal_id, side, known.issued_at)
        elif what == "undo":
            await uow.proposals.remove([known.proposal_id])
        if changed is not None:
            await uow.proposals.save([changed])

    async def counts(self) -> Counts:
        async with self.unit_of_work() as uow:
            return await uow.answers.counts(self.now)
