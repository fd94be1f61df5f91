"""The contract of matching's repositories: the fakes and the ones on a database hold the same."""

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from zlib import compress

import numpy as np
import pytest

from isopolity.contracts.catalogue import RESPONSE
from isopolity.contracts.event_types import CANARY_RELAYED
from isopolity.contracts.registry import CanarySounded
from isopolity.machine.clock import uuid7
from isopolity.matching.adapters.sql import tables
from isopolity.matching.adapters.sql.drafts import with_choice
from isopolity.matching.adapters.sql.unit_of_work import SqlMatchingUnitOfWork
from isopolity.matching.application.ports.repositories import MemberRow
from isopolity.matching.application.ports.rounds import Alternate
from isopolity.matching.application.ports.unit_of_work import SeenState, UnitOfWorkFactory
from isopolity.matching.arrays import Integers
from isopolity.matching.assignment.edited_choice import EditedChoice
from isopolity.matching.assignment.problem import Mode, RoundProblem
from isopolity.matching.domain.acceptance import Counts, Reply
from isopolity.matching.domain.draft import Act, Draft, DraftEdit, DraftNumbers, DraftStatus
from isopolity.matching.domain.draft_report import PublicationRecord
from isopolity.matching.domain.interest import Interest
from isopolity.matching.domain.money.grants import SetAmount
from isopolity.matching.domain.partnership import Partnership
from isopolity.matching.domain.proposal import Proposal
from isopolity.matching.domain.round import Round, RoundPlan, RoundStatus
from isopolity.matching.domain.settings import SendingPolicy
from isopolity.matching.domain.side import Answer
from isopolity.matching.errors import UnknownDraft, UnknownRound
from isopolity.persistence.unit_of_work import EventFactory, Storage
from tests.support.matching.answers import Trial, assert_equal, counts_of
from tests.support.matching.fakes import FakeStore
from tests.support.matching.instance import Instance, many_wishes, network_of
from tests.support.matching.service import NOW, TestClock
from tests.support.shared.migrated import open_migrated

DAY = timedelta(days=1)
MONTH = timedelta(days=30)
YEAR = timedelta(days=365)
ALL = {"01", "02", "03", "12", "23"}


@pytest.fixture(params=["fake", "sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str | None:
    if request.param == "fake":
        return None
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'matching.db'}"
    return str(request.getfixturevalue("postgres"))


@pytest.fixture
async def unit_of_work(address: str | None) -> AsyncIterator[UnitOfWorkFactory]:
    if address is None:
        yield FakeStore().unit_of_work
        return
    database = await open_migrated(address, "isopolity.matching")
    events = EventFactory("urn:isopolity:test", lambda: NOW, uuid7)
    storage = Storage(database=database, tables=tables.messaging, events=events, wake=lambda: None)
    yield lambda: SqlMatchingUnitOfWork(storage)
    await database.close()


def new_proposals_of(members: int) -> dict[str, Proposal]:
    """A held proposal for each pair of some cities, by the numbers of the two: `01`, `02`, …"""
    network = network_of(many_wishes(members, capacity=9))
    proposals = Instance(FakeStore(), network, SendingPolicy.HOLD, TestClock()).new_proposals()
    return {proposal.a.member_id[-1] + proposal.b.member_id[-1]: proposal for proposal in proposals}


def a_member(member_id: str, version: int = 1, **changes: object) -> MemberRow:
    values = {"kind": "city", "status": "endorsed", "capacities": {f"city/{member_id}": 3}} | changes
    return MemberRow(member_id=member_id, version=version, **values)  # type: ignore[arg-type] # by name


def a_round(round_id: str, status: RoundStatus = RoundStatus.WAITING) -> Round:
    return Round(round_id=round_id, plan=RoundPlan(), status=status, ordered_at=NOW)


async def keep(unit_of_work: UnitOfWorkFactory, proposals: Sequence[Proposal]) -> None:
    """Keep proposals of which every side was mailed at once."""
    async with unit_of_work() as uow:
        await uow.proposals.add(proposals)
        for proposal in proposals:
            for side in ("a", "b"):
                mail = f"{proposal.proposal_id}-{side}"
                await uow.deliveries.put(mail, 3, proposal.proposal_id, side, proposal.issued_at)
        await uow.commit()


async def counts(unit_of_work: UnitOfWorkFactory) -> Counts:
    async with unit_of_work() as uow:
        return await uow.answers.counts(NOW)


def trial(member: int, reply: Reply, days_ago: float | None) -> Trial:
    settled_at = None if days_ago is None else NOW - timedelta(days=days_ago)
    return Trial(kind="twinning", member=f"city/city-{member}", reply=reply, settled_at=settled_at)


def answered(proposal: Proposal, a: Answer | None, b: Answer | None, *, settled_days_ago: int | None = 0) -> Proposal:
    """The proposal sent out and answered; settled, unless that is None."""
    deadline = NOW - timedelta(days=settled_days_ago or 0)
    proposal = proposal.issue(deadline - timedelta(days=21), deadline if settled_days_ago is not None else NOW + YEAR)
    for side, answer in (("a", a), ("b", b)):
        if answer is not None:
            proposal = proposal.answered(side, answer, deadline - timedelta(days=1)) or proposal
    return proposal if settled_days_ago is None else proposal.settle(deadline) or proposal


async def test_what_is_not_committed_is_not_kept(unit_of_work: UnitOfWorkFactory) -> None:
    proposal = new_proposals_of(2)["01"]
    async with unit_of_work() as uow:
        await uow.proposals.add([proposal])
        await uow.rounds.add(a_round("r"))
    async with unit_of_work() as uow:
        assert await uow.proposals.get(proposal.proposal_id) is None
        assert not await uow.rounds.is_any_open()


async def test_only_a_newer_state_of_a_member_is_kept(unit_of_work: UnitOfWorkFactory) -> None:
    async with unit_of_work() as uow:
        uow.members.put(a_member("a", 2))
        uow.members.put(a_member("a", 1, status="applied"))
        assert await uow.members.version("a") == 0  # until it is written
        await uow.members.write()
        assert await uow.members.version("a") == 2
        uow.members.put(a_member("b", 1, status="applied"))
        await uow.commit()
    async with unit_of_work() as uow:
        locked = await uow.members.lock([a_member("b", 3), a_member("a", 1, status="withdrawn")])
        assert [(row.member_id, row.version, row.status) for row in locked] == [
            ("a", 2, "endorsed"),
            ("b", 3, "endorsed"),
        ]
        assert locked[0].capacities == {"city/a": 3}
        assert await uow.members.count() == {"city": 2}


async def test_suggestions_are_made_once_for_a_version(unit_of_work: UnitOfWorkFactory) -> None:
    async with unit_of_work() as uow:
        assert not await uow.members.suggest_once("a", 1)  # a member that nobody knows
        uow.members.put(a_member("a", 2))
        await uow.members.write()
        assert [await uow.members.suggest_once("a", version) for version in (2, 2, 1, 3)] == [True, False, False, True]


async def test_a_member_waits_for_suggestions_until_somebody_ends_it_or_makes_them(
    unit_of_work: UnitOfWorkFactory,
) -> None:
    async with unit_of_work() as uow:
        for name in ("a", "b", "c"):
            uow.members.put(a_member(name, 1))
        await uow.members.write()
        for name in ("c", "b", "a"):
            await uow.members.let_wait(name)
        assert await uow.members.waiting() == ["a", "b", "c"]
        ended = await uow.members.end_wait("b")
        assert ended is not None
        assert (ended.member_id, ended.version, ended.capacities) == ("b", 1, {"city/b": 3})
        assert await uow.members.end_wait("b") is None
        assert await uow.members.suggest_once("c", 1)
        uow.members.put(a_member("a", 2, status="withdrawn"))
        await uow.members.write()
        assert await uow.members.end_wait("a") is None
        assert await uow.members.waiting() == []


async def test_amounts_are_kept_by_request_and_currency_until_they_are_cleared(
    unit_of_work: UnitOfWorkFactory,
) -> None:
    def amount(request_id: str, currency: str, least: int) -> SetAmount:
        asked = {"asked_min": 1, "asked_max": 2, "asked_currency": "KES"}
        return SetAmount(request_id=request_id, currency=currency, least=least, most=9, set_at=NOW, **asked)  # type: ignore[arg-type]  # texts and numbers

    kept = [amount("rooms", "EUR", 3), amount("rooms", "USD", 4), amount("books", "EUR", 5)]
    async with unit_of_work() as uow:
        for each in (amount("rooms", "EUR", 1), *kept):
            await uow.money.put(each)
        assert await uow.money.amounts() == {(each.request_id, each.currency): each for each in kept}
        assert await uow.money.remove("rooms", "EUR") == 1
        assert await uow.money.remove("rooms", "EUR") == 0
        assert await uow.money.remove("rooms") == 1
        assert list(await uow.money.amounts()) == [("books", "EUR")]


async def test_a_pair_has_one_open_proposal(unit_of_work: UnitOfWorkFactory) -> None:
    first, again = new_proposals_of(2)["01"], new_proposals_of(2)["01"]
    async with unit_of_work() as uow:
        assert await uow.proposals.add([first]) == {first.proposal_id}
        assert await uow.proposals.add([again]) == set()
        assert await uow.proposals.add([again.discard(NOW)]) == {again.proposal_id}
        assert await uow.proposals.get(again.proposal_id) == again.discard(NOW)
        await uow.proposals.save([first.discard(NOW)])
        anew = new_proposals_of(2)["01"]
        assert await uow.proposals.add([anew]) == {anew.proposal_id}


async def test_proposals_are_found_by_id_in_order_and_unknown_ones_are_left_out(
    unit_of_work: UnitOfWorkFactory,
) -> None:
    proposals = list(new_proposals_of(3).values())
    async with unit_of_work() as uow:
        await uow.proposals.add(proposals)
        found = await uow.proposals.find([*(proposal.proposal_id for proposal in reversed(proposals)), "none"])
        assert list(found) == sorted(proposals, key=lambda proposal: proposal.proposal_id)
        await uow.proposals.save([proposals[0].issue(NOW, NOW + DAY)])
        assert (await uow.proposals.find([proposals[0].proposal_id]))[0].version == proposals[0].version + 1


async def test_open_and_held_proposals_are_found_by_what_they_are_about(unit_of_work: UnitOfWorkFactory) -> None:
    proposals = new_proposals_of(3)
    first, second, third = (proposals[key] for key in ("01", "02", "12"))
    async with unit_of_work() as uow:
        await uow.proposals.add([first, second.issue(NOW, NOW + DAY), third.discard(NOW)])
        ids = {proposal.proposal_id for proposal in await uow.proposals.open_of(member_id="city-0")}
        assert ids == {first.proposal_id, second.proposal_id}
        assert [one.proposal_id for one in await uow.proposals.open_of(member_id="city-1")] == [first.proposal_id]
        assert [one.pair_key for one in await uow.proposals.open_of(pair_key=first.pair_key)] == [first.pair_key]
        assert list(await uow.proposals.open_of(pair_key=third.pair_key)) == []
        assert list(await uow.proposals.open_of(request_id="none")) == []
        assert list(await uow.proposals.held()) == [first.proposal_id]
        assert list(await uow.proposals.held("another round")) == []


@pytest.mark.parametrize("address", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
async def test_open_proposals_that_another_transaction_holds_are_waited_for(unit_of_work: UnitOfWorkFactory) -> None:
    proposal = new_proposals_of(2)["01"]
    await keep(unit_of_work, [proposal])

    async def found() -> Sequence[Proposal]:
        async with unit_of_work() as uow:
            return await uow.proposals.open_of(member_id="city-0")

    async with unit_of_work() as uow:
        await uow.proposals.open_of(member_id="city-0")
        waiting = asyncio.create_task(found())
        await asyncio.wait([waiting], timeout=0.5)
    assert await waiting == [proposal]


async def test_due_are_those_that_are_out_and_whose_deadline_has_come(unit_of_work: UnitOfWorkFactory) -> None:
    proposals = new_proposals_of(4)
    async with unit_of_work() as uow:
        await uow.proposals.add(
            [
                proposals["01"].issue(NOW, NOW + DAY),
                proposals["02"].issue(NOW, NOW + 2 * DAY),
                proposals["03"],
                proposals["12"].issue(NOW, NOW + DAY).supersede(NOW, "x"),
                proposals["23"].issue(NOW, NOW),
            ]
        )
        due = await uow.proposals.due(NOW + DAY, 10)
        assert {one.pair_key for one in due} == {proposals["01"].pair_key, proposals["23"].pair_key}
        assert len(await uow.proposals.due(NOW + DAY, 1)) == 1
        (other,) = await uow.proposals.due(NOW + DAY, 10, [due[0].proposal_id])
        assert other == due[1]


@pytest.mark.parametrize(
    ("members", "closed"),
    [(None, ALL), ([], set()), (["0"], {"01", "02", "03"}), (["2"], {"02", "12", "23"}), (["0", "2"], ALL)],
)
async def test_a_pair_is_closed_for_either_side_while_it_is_open_or_was_settled_lately(
    unit_of_work: UnitOfWorkFactory, members: Collection[str] | None, closed: set[str]
) -> None:
    proposals = new_proposals_of(4)
    assert proposals.keys() == ALL | {"13"}
    async with unit_of_work() as uow:
        await uow.proposals.add(
            [
                proposals["01"],
                proposals["02"].issue(NOW, NOW + MONTH),
                proposals["03"],
                proposals["12"].discard(NOW - MONTH),
                proposals["13"].discard(NOW - 2 * MONTH),
                proposals["23"],
            ]
        )
        await uow.commit()
    names = None if members is None else [f"city-{member}" for member in members]
    async with unit_of_work() as uow:
        found = await uow.proposals.closed_pairs(NOW - 2 * MONTH, names)
    assert found == {proposals[pair].pair_key for pair in closed}


async def test_replies_are_read_as_what_they_were(unit_of_work: UnitOfWorkFactory) -> None:
    proposals = new_proposals_of(5)
    await keep(
        unit_of_work,
        [
            answered(proposals["01"], Answer.YES, Answer.YES, settled_days_ago=11),
            answered(proposals["02"], Answer.NO, None, settled_days_ago=20),
            answered(proposals["12"], Answer.LATER, Answer.YES, settled_days_ago=30),
            answered(proposals["13"], Answer.YES, None, settled_days_ago=None),
            answered(proposals["23"], None, Answer.PENDING, settled_days_ago=5).supersede(NOW, "already-tied"),
            answered(proposals["03"], Answer.NO, Answer.NO, settled_days_ago=366),
            proposals["04"],
            proposals["14"].discard(NOW),
            answered(proposals["24"], None, None, settled_days_ago=None),
        ],
    )
    expected = [
        trial(0, Reply.YES, 12),  # an agreement is settled by the answer
        trial(1, Reply.YES, 12),
        trial(0, Reply.OTHER, 20),
        trial(2, Reply.SILENT, 20),
        trial(1, Reply.OTHER, 30),
        trial(2, Reply.YES, 30),
        trial(1, Reply.YES, None),
        trial(3, Reply.OTHER, 0),
        trial(0, Reply.OTHER, 366),
        trial(3, Reply.OTHER, 366),
    ]
    assert_equal(await counts(unit_of_work), counts_of(expected, NOW))


async def test_answers_that_are_moved_count_for_the_other_member_alone(unit_of_work: UnitOfWorkFactory) -> None:
    proposals = new_proposals_of(4)
    first = answered(proposals["01"], Answer.NO, None, settled_days_ago=20)
    await keep(unit_of_work, [first, answered(proposals["23"], Answer.YES, None, settled_days_ago=30)])
    async with unit_of_work() as uow:
        await uow.answers.move("city/city-1", "city/city-2")
        await uow.commit()
    async with unit_of_work() as uow:  # a mail that is told later leaves them where they are
        await uow.deliveries.put("again", 3, first.proposal_id, "b", first.issued_at)
        await uow.commit()
    left = [trial(0, Reply.OTHER, 20), trial(2, Reply.SILENT, 20), trial(2, Reply.YES, 30), trial(3, Reply.SILENT, 30)]
    assert_equal(await counts(unit_of_work), counts_of(left, NOW))


@pytest.mark.parametrize(
    ("mails", "is_silent"),
    [
        ([], False),
        ([(3, NOW - timedelta(days=10))], True),
        ([(3, NOW - timedelta(days=10)), (3, None)], True),  # the first of a version counts
        ([(3, NOW)], False),  # at the deadline
        ([(3, None)], False),  # failed, suppressed, deferred or unknown
        ([(3, NOW - timedelta(days=10)), (4, None)], False),  # it came back
        ([(4, None), (3, NOW - timedelta(days=10))], False),  # and was told in another order
        ([(4, NOW - timedelta(days=9)), (3, None)], True),  # a person found out that it had gone out
    ],
)
async def test_silence_is_learned_only_from_a_side_that_was_mailed_in_time(
    unit_of_work: UnitOfWorkFactory, mails: list[tuple[int, datetime | None]], is_silent: bool
) -> None:
    proposal = new_proposals_of(2)["01"]
    async with unit_of_work() as uow:
        await uow.proposals.add([answered(proposal, Answer.NO, None)])
        for version, mailed_at in mails:
            await uow.deliveries.put("mail", version, proposal.proposal_id, "b", mailed_at)
        await uow.commit()
    silent = [trial(1, Reply.SILENT, 0)] if is_silent else []
    assert_equal(await counts(unit_of_work), counts_of([trial(0, Reply.OTHER, 0), *silent], NOW))


@pytest.mark.parametrize(("hours_before", "is_silent"), [(13, True), (11, False)])
async def test_who_is_mailed_after_its_own_day_though_before_the_other_ends_is_not_silent(
    unit_of_work: UnitOfWorkFactory, hours_before: int, is_silent: bool
) -> None:
    proposal = answered(new_proposals_of(2)["01"], Answer.NO, None)
    proposal = replace(proposal, b=replace(proposal.b, answer_by=NOW - timedelta(hours=12)))
    async with unit_of_work() as uow:
        await uow.proposals.add([proposal])
        await uow.deliveries.put("mail", 3, proposal.proposal_id, "b", NOW - timedelta(hours=hours_before))
        await uow.commit()
    silent = [trial(1, Reply.SILENT, 0)] if is_silent else []
    assert_equal(await counts(unit_of_work), counts_of([trial(0, Reply.OTHER, 0), *silent], NOW))


async def test_a_slot_is_given_once_and_a_proposal_gets_all_its_slots_or_none(unit_of_work: UnitOfWorkFactory) -> None:
    async with unit_of_work() as uow:
        wanted = [("p1", ["a", "b"]), ("p2", ["b", "c"]), ("p3", ["a", "c"]), ("p4", ["d", "a"])]
        assert set(await uow.reservations.reserve(wanted, {"a": 2, "b": 1, "c": 9})) == {"p1", "p3"}
        assert await uow.reservations.taken() == {"a": 2, "b": 1, "c": 1}
        assert await uow.reservations.taken(["b", "d"]) == {"b": 1}
        await uow.reservations.release(["p1", "none"])
        assert await uow.reservations.taken() == {"a": 1, "c": 1}
        assert set(await uow.reservations.reserve([("p5", ["a", "b"])], {"a": 2, "b": 1})) == {"p5"}
        assert set(await uow.reservations.reserve([("p6", ["a"])], {"a": 1})) == set()  # its capacity fell


async def test_a_holder_is_bound_until_the_first_deadline_of_its_open_proposals(
    unit_of_work: UnitOfWorkFactory,
) -> None:
    proposals = new_proposals_of(4)
    first, last = (proposals[pair].issue(NOW, NOW + number * DAY) for number, pair in ((2, "01"), (5, "02")))
    held, over = proposals["03"], proposals["12"].issue(NOW, NOW + DAY).supersede(NOW, "taken-back")
    holders = {"p": first, "q": last, "r": held, "s": over}
    async with unit_of_work() as uow:
        await uow.proposals.add([*holders.values()])
        wanted = [(each.proposal_id, ["x", name]) for name, each in holders.items()]
        await uow.reservations.reserve(wanted, dict.fromkeys([*holders, "x"], 9))
        assert await uow.reservations.bound_until() == {"x": NOW + 2 * DAY, "p": NOW + 2 * DAY, "q": NOW + 5 * DAY}


async def test_partnerships_are_found_while_they_stand(unit_of_work: UnitOfWorkFactory) -> None:
    proposals = new_proposals_of(3)
    first, second = (Partnership.established(key, proposals[key], NOW) for key in ("01", "12"))
    async with unit_of_work() as uow:
        await uow.partnerships.add(second)
        await uow.partnerships.add(first)
        assert list(await uow.partnerships.find(["12", "01", "none"])) == [first, second]
        assert list(await uow.partnerships.active_of("city-1")) == [first, second]
        ended = first.end("member-withdrew", NOW)
        assert ended is not None
        await uow.partnerships.save(ended)
        assert list(await uow.partnerships.active_of("city-1")) == [second]
        assert list(await uow.partnerships.active_of("city-0")) == []
        assert list(await uow.partnerships.find(["01"])) == [ended]


async def test_rounds_that_are_not_over_come_in_order(unit_of_work: UnitOfWorkFactory) -> None:
    async with unit_of_work() as uow:
        assert not await uow.rounds.is_any_open()
        for round_id in ("r2", "r1", "r3"):
            await uow.rounds.add(a_round(round_id))
        await uow.rounds.save((await uow.rounds.get("r1")).cancel(NOW))
        assert [one.round_id for one in await uow.rounds.open()] == ["r2", "r3"]
        assert await uow.rounds.is_any_open()
        assert (await uow.rounds.get("r1")).status is RoundStatus.CANCELLED
        with pytest.raises(UnknownRound):
            await uow.rounds.get("none")


async def test_alternates_stay_while_their_round_has_an_open_proposal(unit_of_work: UnitOfWorkFactory) -> None:
    proposals = new_proposals_of(3)
    of_r1 = proposals["01"]
    async with unit_of_work() as uow:
        await uow.proposals.add([_in_round(of_r1, "r1")])
        await uow.rounds.keep_alternates("r1", [("k1", "a", "b"), ("k2", "a", "c")])
        await uow.rounds.keep_alternates("r2", [("k1", "a", "b"), ("k3", "d", "e")])
        found = await uow.rounds.alternates(["r1", "r2"], ["b", "d"])
        assert found == {
            "k1": Alternate(round_id="r2", a="a", b="b"),  # of the newer round
            "k3": Alternate(round_id="r2", a="d", b="e"),
        }
        assert await uow.rounds.alternates(["r1"], ["c"]) == {"k2": Alternate(round_id="r1", a="a", b="c")}
        await uow.proposals.save([_in_round(of_r1, "r1").discard(NOW)])
        await uow.rounds.keep_alternates("r3", [])
        assert await uow.rounds.alternates(["r1", "r2"], ["a", "d"]) == {}


async def test_a_draft_is_kept_with_its_numbers_and_edits(unit_of_work: UnitOfWorkFactory) -> None:
    numbers = draft_numbers()
    open_one = Draft(
        round_id="r1", status=DraftStatus.OPEN, created_at=NOW, expires_at=NOW + MONTH, pairs=2, value=12, bound=14
    )
    async with unit_of_work() as uow:
        await uow.drafts.add(open_one, numbers)
        await uow.drafts.add(replace(open_one, round_id="r2").close(DraftStatus.EXPIRED), numbers)
        await uow.commit()
    wider = replace(numbers, choice=numbers.choice.pin(0).ban(1)).with_pair(("city/0", "city/3"), 5, (1, 1))
    edit = DraftEdit(number=1, at=NOW, by="staff", act=Act.PIN, pair=("city/0", "city/1"), value=-3)
    async with unit_of_work() as uow:
        assert list(await uow.drafts.open()) == [open_one]
        assert equal(await uow.drafts.numbers("r1"), numbers)
        await uow.drafts.save(replace(open_one, edits=1))
        await uow.drafts.save_numbers("r1", wider, has_new_pairs=True)
        await uow.drafts.note("r1", edit)
        await uow.commit()
    async with unit_of_work() as uow:
        assert await uow.drafts.get("r1") == replace(open_one, edits=1)
        assert await uow.drafts.edit("r1", 1) == edit
        assert equal(await uow.drafts.numbers("r1"), wider)
        out = replace(wider, choice=wider.choice.publish(np.array([0], np.int64)))
        await uow.drafts.save_numbers("r1", out, has_new_pairs=False)
        assert equal(await uow.drafts.numbers("r1"), out)
        for asking in (uow.drafts.get, uow.drafts.numbers):
            with pytest.raises(UnknownDraft):
                await asking("none")


def test_an_object_in_the_place_of_numbers_is_not_unpickled() -> None:
    file = BytesIO()
    np.savez(file, chosen=np.array([{}], object), must=[], never=[], out=[])
    with pytest.raises(ValueError, match="allow_pickle=False"):
        with_choice(draft_numbers(), compress(file.getvalue()))


def draft_numbers() -> DraftNumbers:
    problem = RoundProblem(
        capacity=np.array([2, 1, 1, 1], np.int64),
        a=np.array([0, 0, 2], np.int64),
        b=np.array([1, 2, 3], np.int64),
        weight=np.array([5, 7, 9], np.int64),
        seed=4,
        mode=Mode.EXACT,
    )
    choice = EditedChoice(problem=problem, chosen=np.array([0, 2], np.int64))
    return DraftNumbers(choice=choice, holders=[f"city/{i}" for i in range(4)])


def equal(one: DraftNumbers, other: DraftNumbers) -> bool:
    settings = [(of.holders, of.choice.problem.seed, of.choice.problem.mode) for of in (one, other)]
    return settings[0] == settings[1] and all(map(np.array_equal, arrays_of(one), arrays_of(other)))


def arrays_of(numbers: DraftNumbers) -> list[Integers]:
    choice, problem = numbers.choice, numbers.choice.problem
    of_problem = [problem.capacity, problem.a, problem.b, problem.weight, problem.must, problem.never]
    return [*of_problem, choice.chosen, choice.out]


async def test_scheduled_proposals_are_found_when_they_are_due_and_removed(unit_of_work: UnitOfWorkFactory) -> None:
    proposals = new_proposals_of(4)
    early, late = (_in_round(proposals[key], "r").schedule(NOW + days * DAY) for key, days in (("01", 1), ("23", 2)))
    async with unit_of_work() as uow:
        await uow.proposals.add([early, late, proposals["02"]])
        assert await uow.proposals.add([replace(proposals["01"], proposal_id="again")]) == set()
        assert list(await uow.proposals.due_out(NOW + DAY, 10)) == [early]
        assert len(await uow.proposals.due_out(NOW + MONTH, 1)) == 1
        both = {early.proposal_id, late.proposal_id}
        assert {one.proposal_id for one in await uow.proposals.scheduled()} == both
        assert {one.proposal_id for one in await uow.proposals.unsent("r")} == both
        assert await uow.proposals.unsent("other") == []
        assert {early.pair_key, late.pair_key} <= set(await uow.proposals.closed_pairs(NOW))
        assert await uow.proposals.out_of_round("r") == []
        await uow.proposals.save([early.issue(NOW, NOW + MONTH)])
        assert list(await uow.proposals.out_of_round("r")) == [early.proposal_id]
        assert list(await uow.proposals.unsent("r")) == [late]
        ended = late.supersede(NOW, "already-tied")
        await uow.proposals.save([ended])
        assert (await uow.proposals.scheduled(), list(await uow.proposals.unsent("r"))) == ([], [ended])
        assert ended not in await uow.proposals.settled_of(ended.a.member_id)
        await uow.proposals.remove([late.proposal_id])
        assert await uow.proposals.unsent("r") == []
        assert await uow.proposals.get(late.proposal_id) is None


async def test_alternates_take_the_place_of_earlier_ones(unit_of_work: UnitOfWorkFactory) -> None:
    proposals = new_proposals_of(2)
    async with unit_of_work() as uow:
        await uow.proposals.add([_in_round(proposals["01"], "r")])
        for key in ("first", "second"):
            await uow.rounds.keep_alternates("r", [(key, "a", "b")])
        assert set(await uow.rounds.alternates(["r"], ["a"])) == {"second"}
        await uow.rounds.keep_alternates("r", [])
        assert await uow.rounds.alternates(["r"], ["a"]) == {}


async def test_publications_are_kept_in_their_order_and_marked(unit_of_work: UnitOfWorkFactory) -> None:
    async with unit_of_work() as uow:
        records = [PublicationRecord(round_id="r", number=number, at=NOW, pairs=3) for number in (2, 1)]
        for record in records:
            await uow.publications.add(record, f"certificate {record.number}", None)
        undone = records[0].undo(2, NOW + DAY)
        await uow.publications.mark(undone)
        assert list(await uow.publications.of_round("r")) == [records[1], undone]
        assert (undone.stands, undone.undo(1, NOW).stands) == (True, False)
        assert list(await uow.publications.of_round("other")) == []


async def test_the_newest_canary_counts(unit_of_work: UnitOfWorkFactory) -> None:
    async with unit_of_work() as uow:
        seen = [await uow.sightings.saw_canary("canary", NOW + hours * DAY / 24, NOW) for hours in (1, 1, 0, 2)]
        assert seen == [True, False, False, True]
        assert await uow.sightings.saw_canary("another", NOW, NOW)


async def test_a_watermark_needs_all_partitions_and_never_goes_back(unit_of_work: UnitOfWorkFactory) -> None:
    async with unit_of_work() as uow:
        for partition in range(1, RESPONSE.partitions):
            await uow.watermarks.reach(partition, NOW)
        assert await uow.watermarks.answers_complete_before() is None
        await uow.watermarks.reach(0, NOW - DAY)
        assert await uow.watermarks.answers_complete_before() == NOW - DAY
        await uow.watermarks.reach(0, NOW)
        await uow.watermarks.reach(3, NOW - DAY)
        assert await uow.watermarks.answers_complete_before() == NOW


async def test_only_a_newer_state_of_a_request_or_twinning_is_kept(unit_of_work: UnitOfWorkFactory) -> None:
    closed, anew = SeenState(version=2, rules_out=True), SeenState(version=3, rules_out=False)
    async with unit_of_work() as uow:
        kept = [await uow.seen_states.put("rooms", state) for state in (closed, closed, anew, closed)]
        assert kept == [True, False, True, False]
        assert await uow.seen_states.find(["rooms", "none"]) == {"rooms": anew}


async def test_an_event_is_published_with_its_transaction(unit_of_work: UnitOfWorkFactory) -> None:
    async with unit_of_work() as uow:
        assert uow.outbox.publish(CANARY_RELAYED, CanarySounded(canary_id="c", sounded_at=NOW))
        await uow.commit()


def _in_round(proposal: Proposal, round_id: str) -> Proposal:
    return replace(proposal, round_id=round_id)


def an_interest(interest_id: str, proposal: Proposal, side: str = "a", **changes: object) -> Interest:
    """An interest of one side in the pair of a proposal, made yesterday for a month."""
    own, other = (proposal.a, proposal.b) if side == "a" else (proposal.b, proposal.a)
    values = {
        "interest_id": interest_id,
        "member_id": own.member_id,
        "other_id": other.member_id,
        "other_name": other.name,
        "kind": proposal.kind,
        "pair_key": proposal.pair_key,
        "holder": own.holder,
        "other_holder": other.holder,
        "asked_at": NOW - DAY,
        "hear_by": NOW + MONTH,
    }
    return Interest(**values | changes)  # type: ignore[arg-type] # by name


async def test_a_member_has_one_open_interest_in_a_pair(unit_of_work: UnitOfWorkFactory) -> None:
    proposals = new_proposals_of(3)
    first, other = an_interest("i1", proposals["01"], key="k"), an_interest("i2", proposals["01"], "b")
    async with unit_of_work() as uow:
        await uow.interests.of_member("city-0")
        assert await uow.interests.add(first)
        assert not await uow.interests.add(an_interest("i3", proposals["01"]))
        assert await uow.interests.add(other)
        await uow.interests.save([first.over()])
        assert await uow.interests.add(an_interest("i4", proposals["01"]))
        await uow.commit()
    async with unit_of_work() as uow:
        assert await uow.interests.keyed("city-0", "k") == first.over()
        assert await uow.interests.keyed("city-1", "k") is None
        assert [each.interest_id for each in await uow.interests.open_of(pair_key=first.pair_key)] == ["i2", "i4"]
        assert [each.interest_id for each in await uow.interests.open_of(member_id="city-0")] == ["i4"]
        assert [each.interest_id for each in await uow.interests.earlier("city-0", first.pair_key)] == ["i1", "i4"]
        assert await uow.interests.find(["i2", "i1", "i2", "none"]) == [first.over(), other]


async def test_interests_wait_until_they_are_placed_and_while_their_time_lasts(unit_of_work: UnitOfWorkFactory) -> None:
    proposals = new_proposals_of(4)
    held, overtaken, sent = (proposals[pair] for pair in ("01", "02", "03"))
    async with unit_of_work() as uow:
        taken_back = sent.issue(NOW, NOW + DAY).supersede(NOW, "taken-back")
        await uow.proposals.add([held, overtaken.supersede(NOW, "overtaken"), taken_back])
        for number, pair in enumerate((held, overtaken, sent)):
            await uow.interests.add(an_interest(f"i{number}", pair).put_into(pair.proposal_id))
        await uow.interests.add(an_interest("i3", proposals["12"]))
        await uow.interests.add(an_interest("i4", proposals["13"], hear_by=NOW))
        assert [each.interest_id for each in await uow.interests.unplaced(NOW)] == ["i1", "i3"]
        assert [each.interest_id for each in await uow.interests.unplaced(NOW, "city-1")] == ["i3"]
        assert [each.interest_id for each in await uow.interests.due(NOW, 9)] == ["i4"]
        assert len(await uow.interests.due(NOW + YEAR, 2)) == 2


async def test_a_pair_rests_for_an_interest_of_either_side(unit_of_work: UnitOfWorkFactory) -> None:
    proposals = new_proposals_of(3)
    async with unit_of_work() as uow:
        await uow.interests.add(an_interest("i1", proposals["01"]).over())
        await uow.interests.add(an_interest("i2", proposals["12"], "b", hear_by=NOW - YEAR))
        assert await uow.interests.resting(NOW - MONTH) == {proposals["01"].pair_key}
        assert await uow.interests.resting(NOW - 2 * YEAR) == {proposals[pair].pair_key for pair in ("01", "12")}
        assert await uow.interests.resting(NOW - 2 * YEAR, ["city-0"]) == {proposals["01"].pair_key}
        assert await uow.interests.resting(NOW - 2 * YEAR, ["city-2"]) == {proposals["12"].pair_key}
        assert await uow.interests.resting(NOW + MONTH) == set()


async def test_a_slot_of_an_interest_passes_to_its_proposal_once(unit_of_work: UnitOfWorkFactory) -> None:
    async with unit_of_work() as uow:
        await uow.reservations.reserve([("i1", ["x"]), ("i2", ["y"]), ("p", ["y"])], {"x": 1, "y": 2})
        assert await uow.reservations.holding(["i1", "i2", "none"]) == {"i1", "i2"}
        await uow.reservations.pass_on("i1", "p")
        await uow.reservations.pass_on("i2", "p")
        assert await uow.reservations.taken() == {"x": 1, "y": 1}
        assert await uow.reservations.holding(["i1", "i2", "p"]) == {"p"}


async def test_a_member_is_told_of_no_proposal_that_it_asked_for_before_both_agree(
    unit_of_work: UnitOfWorkFactory,
) -> None:
    proposals = new_proposals_of(4)
    plain = proposals["01"].issue(NOW, NOW + DAY)
    asked = proposals["02"].asked("a", NOW, openly=False).issue(NOW, NOW + DAY)
    agreed = proposals["03"].asked("a", NOW, openly=False).issue(NOW, NOW + DAY).answered("b", Answer.YES, NOW)
    assert agreed is not None
    held = proposals["12"]
    async with unit_of_work() as uow:
        await uow.proposals.add([plain, asked, agreed, held])
        for proposal, expected in ((plain, True), (asked, False), (agreed, True)):
            assert len(await uow.proposals.known_to("city-0", proposal.pair_key)) == expected
            assert len(await uow.proposals.known_to(proposal.b.member_id, proposal.pair_key)) == 1
        assert await uow.proposals.known_to("city-1", held.pair_key) == []
        assert await uow.proposals.known_to("city-3", plain.pair_key) == []


async def test_a_round_learns_nothing_from_the_yes_of_who_asked(unit_of_work: UnitOfWorkFactory) -> None:
    asked = new_proposals_of(2)["01"].asked("b", NOW - MONTH, openly=False)
    await keep(unit_of_work, [answered(asked, Answer.NO, None)])
    assert_equal(await counts(unit_of_work), counts_of([trial(0, Reply.OTHER, 0)], NOW))


async def test_what_a_member_has_goes_on_under_another_id(unit_of_work: UnitOfWorkFactory) -> None:
    known = new_proposals_of(4)
    settled = known["02"].discard(NOW)
    await keep(unit_of_work, [known["01"], settled])
    async with unit_of_work() as uow:
        uow.members.put(a_member("many-0001", 3))
        await uow.members.write()
        assert [row.version for row in await uow.members.find(["many-0001", "nobody"])] == [3]
        asked = [an_interest("1", known["01"]), an_interest("2", known["01"], "b")]
        for each in asked:
            await uow.interests.add(each)
        a = known["01"].a
        assert await uow.interests.concerning(a.member_id) == asked
        assert [each.proposal_id for each in await uow.proposals.settled_of(a.member_id)] == [settled.proposal_id]
        moved = replace(known["01"], a=replace(a, member_id="kept", holder="city/kept"), pair_key="kept:other")
        await uow.proposals.save([moved])
        await uow.interests.save([replace(asked[0], member_id="kept", pair_key="kept:other", key="again")])
        assert await uow.proposals.open_of(member_id="kept") == [moved]
        assert await uow.proposals.open_of(pair_key="kept:other") == [moved]
        assert [each.interest_id for each in await uow.interests.open_of(member_id="kept", pair_key="kept:other")] == [
            "1"
        ]
        assert await uow.interests.keyed("kept", "again") is not None
        await uow.reservations.reserve([("1", [a.holder]), ("2", ["city/kept"])], {a.holder: 1, "city/kept": 1})
        for _ in range(2):  # what it does not hold it does not move
            await uow.reservations.move("1", a.holder, "city/kept")
        assert await uow.reservations.taken() == {"city/kept": 2}, "though there is a place for one"
        agreed = Partnership.established("p", known["01"], NOW)
        await uow.partnerships.add(agreed)
        ended = agreed.end("other", NOW)
        assert ended is not None
        await uow.partnerships.save(ended)
        assert await uow.partnerships.all_of(a.member_id) == [ended]
