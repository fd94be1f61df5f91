"""Queries of HTTP and the status page on a database: which entries are found, in which order."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from isopolity.machine.clock import uuid7
from isopolity.matching.adapters.sql import tables
from isopolity.matching.adapters.sql.attention import AttentionQueries, Noticed, members_in_use
from isopolity.matching.adapters.sql.queries import MatchingQueries, PartnershipFilter, ProposalFilter
from isopolity.matching.adapters.sql.unit_of_work import SqlMatchingUnitOfWork
from isopolity.matching.application.ports.repositories import MemberRow
from isopolity.matching.application.ports.unit_of_work import UnitOfWorkFactory
from isopolity.matching.application.workflows.drafts.edits import EditOrder
from isopolity.matching.application.workflows.drafts.improvement import tried_edits
from isopolity.matching.application.workflows.drafts.report import report_now
from isopolity.matching.application.workflows.drafts.states import release_due
from isopolity.matching.application.workflows.issuance import schedule
from isopolity.matching.application.workflows.settlement import end_membership
from isopolity.matching.domain.draft import Act, UnsentPairs
from isopolity.matching.domain.legal_acts import NO_ACTS, LegalAct, LegalActs
from isopolity.matching.domain.partnership import Partnership, PartnershipStage
from isopolity.matching.domain.proposal import Proposal, Stage
from isopolity.matching.domain.round import Round, RoundPlan, RoundStatus
from isopolity.matching.domain.settings import SendingPolicy
from isopolity.matching.domain.side import Answer
from isopolity.matching.errors import UnknownDraft
from isopolity.persistence.database import Database
from isopolity.persistence.unit_of_work import EventFactory, Storage
from tests.support.matching.instance import Instance, many_wishes, network_of
from tests.support.matching.service import NOW, TestClock

DAY = timedelta(days=1)


async def test_members_are_in_use_while_a_proposal_is_open_or_was_settled_since(database: Database) -> None:
    instance = Instance(database, network_of(many_wishes(4, capacity=9)), SendingPolicy.HOLD, TestClock())
    proposals = {proposal.a.member_id[-1] + proposal.b.member_id[-1]: proposal for proposal in instance.new_proposals()}
    kept = [
        replace(proposals["01"], proposal_id="p1"),
        replace(proposals["23"], proposal_id="p2", stage=Stage.AGREED, settled_at=NOW),
    ]
    async with instance.unit_of_work() as uow:
        await uow.proposals.add(kept)
        await uow.commit()
    ids = ["city-0", "city-2", "city-3", "nobody"]
    assert await members_in_use(database, ids, NOW) == {
        "city-0": "proposal",
        "city-2": "partnership",
        "city-3": "partnership",
    }
    assert await members_in_use(database, ids, NOW + DAY) == {"city-0": "proposal"}


async def test_proposals_are_found_by_either_side_by_stage_and_by_round_the_newest_first(database: Database) -> None:
    instance = Instance(database, network_of(many_wishes(3, capacity=9)), SendingPolicy.HOLD, TestClock())
    proposals = {proposal.a.member_id[-1] + proposal.b.member_id[-1]: proposal for proposal in instance.new_proposals()}
    kept = [
        replace(proposals["01"], proposal_id="p1", round_id="r", created_at=NOW - DAY),
        replace(proposals["02"], proposal_id="p2").issue(NOW, NOW + DAY),
        replace(proposals["12"], proposal_id="p3"),
    ]
    async with instance.unit_of_work() as uow:
        await uow.proposals.add(kept)
        await uow.commit()
    queries = MatchingQueries(database)

    async def found(after: str | None = None, limit: int = 10, **wanted: Any) -> list[str]:
        page = await queries.proposals(ProposalFilter(**wanted), after, limit)
        return [proposal.proposal_id for proposal in page]

    assert await found() == ["p3", "p2", "p1"]
    assert await found(limit=2) == ["p3", "p2"]
    assert await found("p2") == ["p1"]
    assert await found(member_id="city-0") == ["p2", "p1"]
    assert await found(member_id="city-1") == ["p3", "p1"]
    assert await found(member_id="city-0", known_to="city-0") == ["p2"]
    assert await found(stage="issued") == ["p2"]
    assert await found(round_id="r") == ["p1"]
    act = LegalAct(
        title="Act on Exemplary Distance",
        citation="Example Gazette 2026, No. 7",
        issued_by="Assembly of Examples",
        address="https://acts.example/7",
        forbids="It forbids partnerships of the two sides.",
        starts=NOW.date(),
        one_side=frozenset({"CX"}),
        other_side=frozenset({"AX", "DX"}),
    )
    assert await found(kept_apart_by=LegalActs((act,))) == ["p2"]
    assert await found(kept_apart_by=LegalActs((replace(act, kinds=frozenset({"sponsorship"})),))) == []
    assert await found(kept_apart_by=NO_ACTS) == []
    for member_id, proposed in (("city-0", {"02"}), ("city-1", set()), ("city-2", {"02"})):
        for for_staff in (True, False):
            pairs = await queries.closed_pairs_of(member_id, NOW, for_staff=for_staff)
            assert set(pairs.proposed) == {proposals[key].pair_key for key in proposed}
            assert len(pairs.closed) == 2
    assert await queries.outcomes("r") == {"held": 1}
    counts = await queries.counts()
    assert (counts["proposals_held"], counts["proposals_issued"]) == (2, 1)
    assert await queries.proposals_waiting(Stage.HELD) == (kept[0].created_at, 3)
    assert await queries.proposals_waiting(Stage.SCHEDULED) == (None, 0)


async def test_partnerships_are_found_by_member_while_they_stand_and_as_both_sides_show_them(
    database: Database,
) -> None:
    instance = Instance(database, network_of(many_wishes(3, capacity=9)), SendingPolicy.HOLD, TestClock())
    proposals = {proposal.a.member_id[-1] + proposal.b.member_id[-1]: proposal for proposal in instance.new_proposals()}
    one, two, three = (Partnership.established(key, proposals[key], NOW) for key in ("01", "02", "12"))
    async with instance.unit_of_work() as uow:
        for each in (
            replace(one, shown_by=("a",)),
            replace(two, shown_by=("a", "b")),
            replace(three, stage=PartnershipStage.ENDED),
        ):
            await uow.partnerships.add(each)
        await uow.commit()
    queries = MatchingQueries(database)

    async def found(**wanted: Any) -> list[str]:
        return [each.partnership_id for each in await queries.partnerships(PartnershipFilter(**wanted), None, 9)]

    assert await found() == ["12", "02", "01"]
    assert [await found(member_id=f"city-{number}") for number in range(3)] == [
        ["02", "01"],
        ["12", "01"],
        ["12", "02"],
    ]
    assert (await found(standing=True), await found(standing=False)) == (["02", "01"], ["12"])
    async with instance.unit_of_work() as uow:
        await uow.partnerships.save(replace(three, stage=PartnershipStage.ENDED, ended_at=NOW))
        await uow.commit()
    for for_staff in (True, False):
        closed = await queries.closed_pairs_of("city-1", NOW - timedelta(days=1), for_staff=for_staff)
        assert (closed.closed, closed.proposed) == ({"city-1:city-2"}, set())
    assert (await found(shown=True), await found(shown=False)) == (["02"], ["12", "01"])


async def test_a_proposal_and_a_round_are_found_by_their_ids(database: Database) -> None:
    instance = Instance(database, network_of(many_wishes(2, capacity=9)), SendingPolicy.HOLD, TestClock())
    (proposal,) = instance.new_proposals()
    ordered = [Round(round_id=name, plan=RoundPlan(), status=RoundStatus.WAITING, ordered_at=NOW) for name in "rs"]
    async with instance.unit_of_work() as uow:
        await uow.proposals.add([proposal])
        for one in ordered:
            await uow.rounds.add(one)
        await uow.commit()
    queries = MatchingQueries(database)
    assert [await queries.proposal(name) for name in (proposal.proposal_id, "none")] == [proposal, None]
    assert [await queries.round(name) for name in ("r", "s", "none")] == [*ordered, None]


@pytest.mark.parametrize(("member", "proposed"), [("0", {"02"}), ("2", {"02"}), ("1", set())])
async def test_only_the_pairs_of_a_member_that_are_out_speak_against_it(
    database: Database, member: str, proposed: set[str]
) -> None:
    instance = Instance(database, network_of(many_wishes(4, capacity=9)), SendingPolicy.HOLD, TestClock())
    proposals = {proposal.a.member_id[-1] + proposal.b.member_id[-1]: proposal for proposal in instance.new_proposals()}
    async with instance.unit_of_work() as uow:
        await uow.proposals.add(
            [proposals["01"], proposals["02"].issue(NOW, NOW + 30 * DAY), proposals["03"].discard(NOW)]
        )
        await uow.commit()
    found = await MatchingQueries(database).closed_pairs_of(f"city-{member}", NOW - 60 * DAY, for_staff=True)
    assert found.proposed == {proposals[pair].pair_key for pair in proposed}


async def test_what_is_still_to_go_out_takes_no_place_that_a_member_could_see(database: Database) -> None:
    running = Instance(database, network_of(many_wishes(2, capacity=1)), SendingPolicy.ROUNDS_ONLY, TestClock())
    async with running.unit_of_work() as uow:
        await schedule(running.new_proposals(), NOW + timedelta(hours=2), uow, running.surroundings)
        await uow.commit()
    queries, holders = MatchingQueries(database), ["city/city-0", "city/city-1"]
    assert await queries.next_release() == NOW + timedelta(hours=2)
    assert await queries.taken(holders) == dict.fromkeys(holders, 1)
    assert await queries.publicly_taken(holders) == {}
    running.clock.move(timedelta(hours=2))
    await release_due(running.unit_of_work, running.surroundings)
    assert await queries.publicly_taken(holders) == dict.fromkeys(holders, 1)
    assert await queries.next_release() is None


async def test_published_pairs_that_ended_before_their_mails_are_counted_apart(database: Database) -> None:
    network = network_of(many_wishes(6, capacity=1))
    instance = Instance(database, network, SendingPolicy.HOLD, TestClock(), undo_window=DAY)
    queries, draft = MatchingQueries(database), await instance.run_draft()
    both = [draft.round_id, "none"]
    assert await queries.unsent_pairs(both) == dict.fromkeys(both, UnsentPairs())
    await instance.publish(draft.round_id)
    assert (await queries.unsent_pairs(both))[draft.round_id] == UnsentPairs(3, 0)
    async with instance.unit_of_work() as uow:
        await end_membership("city-0", uow, NOW)
        await uow.commit()
    assert (await queries.unsent_pairs(both))[draft.round_id] == UnsentPairs(2, 1)
    instance.clock.move(DAY)
    await release_due(instance.unit_of_work, instance.surroundings)
    assert (await queries.unsent_pairs(both))[draft.round_id] == UnsentPairs(0, 1)


async def test_the_numbers_of_a_draft_are_as_it_is_now_however_often_they_were_read(database: Database) -> None:
    network = network_of(many_wishes(6, capacity=1))
    instance = Instance(database, network, SendingPolicy.HOLD, TestClock(), undo_window=DAY)
    queries = MatchingQueries(database)
    draft = await instance.run_draft()
    assert await queries.open_drafts() == [draft]

    async def read() -> tuple[list[int], list[int], list[int]]:
        seen = (await queries.draft_numbers(draft.round_id)).choice
        fresh = (await MatchingQueries(database).draft_numbers(draft.round_id)).choice
        parts = [(each.chosen.tolist(), each.problem.must.tolist(), each.out.tolist()) for each in (seen, fresh)]
        assert parts[0] == parts[1]
        return parts[0]

    before = await read()
    one, other = sorted(await instance.draft_pairs(draft.round_id))[:2]
    first, second = ((a.removeprefix("city/"), b.removeprefix("city/")) for a, b in (one, other))
    await instance.edit(draft.round_id, Act.PIN, first)
    pinned = await read()
    assert pinned != before
    for pair in (first, second):
        await instance.publish(draft.round_id, [pair])
        assert len((await read())[2]) == 1
        await instance.undo(draft.round_id)
        assert await read() == pinned
    with pytest.raises(UnknownDraft):
        await queries.draft_numbers("none")


async def test_what_looks_at_a_draft_again_reads_its_candidates_once(database: Database) -> None:
    instance = Instance(database, network_of(many_wishes(6, capacity=1)), SendingPolicy.HOLD, TestClock())
    queries, statements = MatchingQueries(database), list[str]()
    draft = await instance.run_draft()
    first, second, _ = sorted(await instance.draft_pairs(draft.round_id))
    orders = [
        EditOrder(act=Act.LEAVE_OUT, pair=(a.removeprefix("city/"), b.removeprefix("city/")))
        for a, b in (first, second)
    ]

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        statements.append(statement)

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    for _ in range(2):
        known, numbers = await queries.draft_with_numbers(draft.round_id)
        trials = await tried_edits(known, numbers, orders, "staff", instance.unit_of_work, instance.surroundings)
        assert [trial.edit is not None for trial in trials] == [True, True]
        await report_now(draft.round_id, numbers, instance.unit_of_work, instance.surroundings)
    assert sum("drafts.problem" in statement for statement in statements) == 1
    assert not any("FOR UPDATE" in statement for statement in statements), "nobody who edits waits for it"


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
