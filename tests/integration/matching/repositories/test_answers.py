"""Repositories of matching: answers and silence, as rounds learn from them."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from isopolity.matching.application.ports.unit_of_work import UnitOfWorkFactory
from isopolity.matching.domain.acceptance import Counts, Reply
from isopolity.matching.domain.side import Answer
from tests.support.matching.answers import Trial, assert_equal, counts_of
from tests.support.matching.service import NOW
from tests.support.matching.stored import MONTH, answered, keep, new_proposals_of


async def counts(unit_of_work: UnitOfWorkFactory) -> Counts:
    async with unit_of_work() as uow:
        return await uow.answers.counts(NOW)


def trial(member: int, reply: Reply, days_ago: float | None) -> Trial:
    settled_at = None if days_ago is None else NOW - timedelta(days=days_ago)
    cell, _ = new_proposals_of(2)["01"].cells or ("", "")  # these cities are all alike
    return Trial(kind="twinning", member=f"city/city-{member}", reply=reply, settled_at=settled_at, cell=cell)


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


@pytest.mark.parametrize("answer", list(Answer))
async def test_an_answer_moves_no_expectation_before_its_proposal_is_settled(
    unit_of_work: UnitOfWorkFactory, answer: Answer
) -> None:
    proposals = new_proposals_of(4)
    before = answered(proposals["01"], Answer.YES, Answer.NO, settled_days_ago=20)
    await keep(unit_of_work, [before, answered(proposals["23"], answer, None, settled_days_ago=None)])
    expected = counts_of([trial(0, Reply.YES, 20), trial(1, Reply.OTHER, 20)], NOW)
    assert_equal(await counts(unit_of_work), expected)
    async with unit_of_work() as uow:
        of_some = await uow.answers.counts(NOW, ["city/city-2"])
    assert of_some.network is None or of_some.network["twinning"].members == 2


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
    async with unit_of_work() as uow:  # an undone merger takes back its own
        await uow.answers.move("city/city-2", "city/city-1", of=[first.proposal_id])
        await uow.commit()
    back = [trial(0, Reply.OTHER, 20), trial(1, Reply.SILENT, 20), *left[2:]]
    assert_equal(await counts(unit_of_work), counts_of(back, NOW))


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


async def test_a_round_learns_nothing_from_the_yes_of_who_asked(unit_of_work: UnitOfWorkFactory) -> None:
    asked = new_proposals_of(2)["01"].asked("b", NOW - MONTH, openly=False)
    await keep(unit_of_work, [answered(asked, Answer.NO, None)])
    assert_equal(await counts(unit_of_work), counts_of([trial(0, Reply.OTHER, 0)], NOW))
