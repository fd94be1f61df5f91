"""Repositories of matching: proposals, the slots that bind them, and partnerships."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import replace

import pytest

from isopolity.matching.application.ports.unit_of_work import UnitOfWorkFactory
from isopolity.matching.domain.partnership import Partnership
from isopolity.matching.domain.proposal import Proposal
from tests.support.matching.service import NOW
from tests.support.matching.stored import DAY, MONTH, YEAR, a_round, in_round, keep, new_proposals_of

ALL = {"01", "02", "03", "12", "23"}


async def test_what_is_not_committed_is_not_kept(unit_of_work: UnitOfWorkFactory) -> None:
    proposal = new_proposals_of(2)["01"]
    async with unit_of_work() as uow:
        await uow.proposals.add([proposal])
        await uow.rounds.add(a_round("r"))
    async with unit_of_work() as uow:
        assert await uow.proposals.get(proposal.proposal_id) is None
        assert not await uow.rounds.is_any_open()


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


async def test_a_pair_is_closed_for_a_while_after_its_partnership_ended(unit_of_work: UnitOfWorkFactory) -> None:
    proposals = new_proposals_of(4)
    lately, long_ago, stands = (Partnership.established(key, proposals[key], NOW - YEAR) for key in ("01", "12", "23"))
    for each, ends in ((lately, NOW - DAY), (long_ago, NOW - 2 * MONTH)):
        ended = each.end("completed", ends)
        assert ended is not None
        async with unit_of_work() as uow:
            await uow.partnerships.add(ended)
            await uow.commit()
    async with unit_of_work() as uow:
        await uow.partnerships.add(stands)
        await uow.commit()
    async with unit_of_work() as uow:
        for members, closed in ((None, {"01"}), (["city-1"], {"01"}), (["city-2", "city-3"], set()), ([], set())):
            found = await uow.proposals.closed_pairs(NOW - MONTH, members)
            assert found == {proposals[pair].pair_key for pair in closed}


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


async def test_scheduled_proposals_are_found_when_they_are_due_and_removed(unit_of_work: UnitOfWorkFactory) -> None:
    proposals = new_proposals_of(4)
    early, late = (in_round(proposals[key], "r").schedule(NOW + days * DAY) for key, days in (("01", 1), ("23", 2)))
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
