"""Members that staff looks after, on a database: who never answers, and who has no room left."""

from dataclasses import replace
from datetime import timedelta

from isopolity.machine.clock import uuid7
from isopolity.matching.adapters.sql import tables
from isopolity.matching.adapters.sql.attention import AttentionQueries, Noticed
from isopolity.matching.adapters.sql.unit_of_work import SqlMatchingUnitOfWork
from isopolity.matching.application.ports.repositories import MemberRow
from isopolity.matching.application.ports.unit_of_work import UnitOfWorkFactory
from isopolity.matching.domain.proposal import Proposal
from isopolity.matching.domain.settings import SendingPolicy
from isopolity.matching.domain.side import Answer
from isopolity.persistence.database import Database
from isopolity.persistence.unit_of_work import EventFactory, Storage
from tests.support.matching.instance import Instance, many_wishes, network_of
from tests.support.matching.service import NOW, TestClock


def transactions(database: Database) -> UnitOfWorkFactory:
    events = EventFactory("urn:isopolity:test", lambda: NOW, uuid7)
    storage = Storage(database=database, tables=tables.messaging, events=events, wake=lambda: None)
    return lambda: SqlMatchingUnitOfWork(storage)


def member(member_id: str, status: str = "endorsed") -> MemberRow:
    capacities = {f"city/{member_id}": 1, f"city/{member_id}/sponsorships": 1}
    return MemberRow(member_id=member_id, kind="city", version=1, status=status, capacities=capacities)


def settled(proposal: Proposal, **answers: Answer) -> Proposal:
    out = proposal.issue(NOW - timedelta(days=30), NOW - timedelta(days=9))
    for side, answer in answers.items():
        out = out.answered(side, answer, NOW - timedelta(days=20)) or out
    return out.settle(NOW - timedelta(days=9)) or out


async def test_who_let_two_proposals_pass_and_answered_none_is_silent(database: Database) -> None:
    network = network_of(many_wishes(4, capacity=9))
    made = Instance(database, network, SendingPolicy.HOLD, TestClock()).new_proposals()
    pairs = {one.a.member_id[-1] + one.b.member_id[-1]: one for one in made}
    kept = [  # 0 and 3 say nothing twice, 1 answers once, 2 always does
        settled(replace(pairs["01"], proposal_id="p1"), b=Answer.YES),
        settled(replace(pairs["02"], proposal_id="p2"), b=Answer.YES),
        settled(replace(pairs["13"], proposal_id="p3")),
        settled(replace(pairs["23"], proposal_id="p4"), a=Answer.YES),
    ]
    async with transactions(database)() as uow:
        for number in range(4):
            uow.members.put(member(f"city-{number}", "withdrawn" if number == 3 else "endorsed"))
        await uow.proposals.add(kept)
        for one in kept:
            for side in ("a", "b"):
                await uow.deliveries.put(f"{one.proposal_id}-{side}", 3, one.proposal_id, side, one.issued_at)
        await uow.commit()
    found = await AttentionQueries(database).silent(NOW)
    assert found == [Noticed(member_kind="city", member_id="city-0", number=2)], (
        "who has left is no longer looked after"
    )


async def test_who_has_a_capacity_used_up_is_told(database: Database) -> None:
    async with transactions(database)() as uow:
        for name in ("full", "free"):
            uow.members.put(member(name))
        uow.members.put(replace(member("half"), capacities={"city/half": 2}))
        await uow.reservations.reserve([("p1", ["city/full"]), ("p2", ["city/half"])], {"city/full": 1, "city/half": 2})
        await uow.commit()
    full = Noticed(member_kind="city", member_id="full", number=1, of=1)
    assert await AttentionQueries(database).at_capacity() == [full]
