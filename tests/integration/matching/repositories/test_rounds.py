"""Repositories of matching: rounds, their alternates, drafts and publications."""

from dataclasses import replace
from io import BytesIO
from zlib import compress

import numpy as np
import pytest

from isopolity.matching.adapters.sql.drafts import with_choice
from isopolity.matching.application.ports.rounds import Alternate
from isopolity.matching.application.ports.unit_of_work import UnitOfWorkFactory
from isopolity.matching.arrays import Integers
from isopolity.matching.assignment.edited_choice import EditedChoice
from isopolity.matching.assignment.problem import Mode, RoundProblem
from isopolity.matching.domain.draft import Act, Draft, DraftEdit, DraftNumbers, DraftStatus
from isopolity.matching.domain.draft_report import PublicationRecord
from isopolity.matching.domain.round import RoundStatus
from isopolity.matching.errors import UnknownDraft, UnknownRound
from tests.support.matching.service import NOW
from tests.support.matching.stored import DAY, MONTH, a_round, in_round, new_proposals_of


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
        await uow.proposals.add([in_round(of_r1, "r1")])
        await uow.rounds.keep_alternates("r1", [("k1", "a", "b"), ("k2", "a", "c")])
        await uow.rounds.keep_alternates("r2", [("k1", "a", "b"), ("k3", "d", "e")])
        found = await uow.rounds.alternates(["r1", "r2"], ["b", "d"])
        assert found == {
            "k1": Alternate(round_id="r2", a="a", b="b"),  # of the newer round
            "k3": Alternate(round_id="r2", a="d", b="e"),
        }
        assert await uow.rounds.alternates(["r1"], ["c"]) == {"k2": Alternate(round_id="r1", a="a", b="c")}
        await uow.proposals.save([in_round(of_r1, "r1").discard(NOW)])
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


async def test_alternates_take_the_place_of_earlier_ones(unit_of_work: UnitOfWorkFactory) -> None:
    proposals = new_proposals_of(2)
    async with unit_of_work() as uow:
        await uow.proposals.add([in_round(proposals["01"], "r")])
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
