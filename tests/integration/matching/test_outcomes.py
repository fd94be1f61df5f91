"""What a round learns from answers: read from the proposals, felt in its choice, and told to nobody."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from isopolity.matching.application.workflows.issuance import SendingPolicy
from isopolity.matching.domain.acceptance import Outcomes, Reply
from isopolity.matching.domain.proposal import Answer, Proposal
from isopolity.persistence.database import Database
from tests.support.matching.instance import Instance, many_wishes, network_of
from tests.support.matching.service import NOW, TestClock, city, need, offer

YEAR = timedelta(days=365)


async def keep(instance: Instance, proposals: Sequence[Proposal]) -> None:
    """Keep proposals of which every side was mailed at once."""
    async with instance.unit_of_work() as uow:
        await uow.proposals.add(proposals)
        for proposal in proposals:
            for side in ("a", "b"):
                mail = f"{proposal.proposal_id}-{side}"
                await uow.deliveries.put(mail, 3, proposal.proposal_id, side, proposal.issued_at)
        await uow.commit()


async def outcomes(instance: Instance) -> Outcomes:
    async with instance.unit_of_work() as uow:
        return await uow.proposals.outcomes(NOW, NOW - YEAR)


def answered(draft: Proposal, a: Answer | None, b: Answer | None, *, settled_days_ago: int | None = 0) -> Proposal:
    """The draft sent out and answered; settled, unless that is None."""
    deadline = NOW - timedelta(days=settled_days_ago or 0)
    proposal = draft.issue(deadline - timedelta(days=21), deadline if settled_days_ago is not None else NOW + YEAR)
    for side, answer in (("a", a), ("b", b)):
        if answer is not None:
            proposal = proposal.answered(side, answer, deadline - timedelta(days=1)) or proposal
    return proposal if settled_days_ago is None else proposal.settle(deadline) or proposal


async def test_replies_are_read_as_what_they_were(database: Database) -> None:
    instance = Instance(database, network_of(many_wishes(5, capacity=9)), SendingPolicy.HOLD, TestClock())
    drafts = {(draft.a.member_id[-1], draft.b.member_id[-1]): draft for draft in instance.drafts()}
    await keep(
        instance,
        [
            answered(drafts["0", "1"], Answer.YES, Answer.YES, settled_days_ago=11),
            answered(drafts["0", "2"], Answer.NO, None, settled_days_ago=20),
            answered(drafts["1", "2"], Answer.LATER, Answer.YES, settled_days_ago=30),
            answered(drafts["1", "3"], Answer.YES, None, settled_days_ago=None),
            answered(drafts["2", "3"], None, Answer.PENDING, settled_days_ago=5).supersede(NOW, "already-tied"),
            answered(drafts["0", "3"], Answer.NO, Answer.NO, settled_days_ago=366),
            drafts["0", "4"],
            drafts["1", "4"].discard(NOW),
            answered(drafts["2", "4"], None, None, settled_days_ago=None),
        ],
    )
    found = await outcomes(instance)
    trials = zip(found.kind, found.member, found.reply.tolist(), found.age.round(3).tolist(), strict=True)
    assert sorted(trials) == sorted(
        ("twinning", f"city/city-{number}", reply, age)
        for number, reply, age in [
            (0, Reply.YES, 12.0),  # an agreement is settled by the answer
            (1, Reply.YES, 12.0),
            (0, Reply.OTHER, 20.0),
            (2, Reply.SILENT, 20.0),
            (1, Reply.OTHER, 30.0),
            (2, Reply.YES, 30.0),
            (1, Reply.YES, 0.0),
            (3, Reply.OTHER, 0.0),
        ]
    )


@pytest.mark.parametrize(
    ("mails", "is_silent"),
    [
        ([], False),
        ([(3, NOW - timedelta(days=10))], True),
        ([(3, NOW)], False),  # at the deadline
        ([(3, None)], False),  # failed, suppressed, deferred or unknown
        ([(3, NOW - timedelta(days=10)), (4, None)], False),  # it came back
        ([(4, None), (3, NOW - timedelta(days=10))], False),  # and was told in another order
        ([(4, NOW - timedelta(days=9)), (3, None)], True),  # a person found out that it had gone out
    ],
)
async def test_silence_is_learned_only_from_a_side_that_was_mailed_in_time(
    database: Database, mails: list[tuple[int, datetime | None]], is_silent: bool
) -> None:
    instance = Instance(database, network_of(many_wishes(2, capacity=9)), SendingPolicy.HOLD, TestClock())
    (draft,) = instance.drafts()
    async with instance.unit_of_work() as uow:
        await uow.proposals.add([answered(draft, Answer.NO, None)])
        for version, mailed_at in mails:
            await uow.deliveries.put("mail", version, draft.proposal_id, "b", mailed_at)
        await uow.commit()
    replies = (await outcomes(instance)).reply.tolist()
    assert replies == ([Reply.OTHER, Reply.SILENT] if is_silent else [Reply.OTHER])


async def test_a_round_prefers_who_answers_and_shows_nothing_of_it(database: Database) -> None:
    gives, wants = (offer("cluster.literacy"),), (need("cluster.literacy"),)
    members = [
        city("asker", country="KE", needs=wants, offers=gives),
        *(city(name, country=name[:2], needs=wants, offers=gives) for name in ("silent", "eager")),
        *(city(f"other-{i}", country=f"{i}Z", region="arab-states", needs=wants, capacity=0) for i in range(5)),
    ]
    instance = Instance(database, network_of(members), SendingPolicy.ROUNDS_ONLY, TestClock())
    draft = instance.drafts()[0]
    history = [
        answered(
            replace(
                draft,
                proposal_id=f"{name}-{i}",
                pair_key=f"{name}:other-{i}",
                a=replace(draft.a, member_id=name),
                b=replace(draft.b, member_id=f"other-{i}"),
            ),
            answer,
            None,
            settled_days_ago=30,
        )
        for name, answer in (("silent", None), ("eager", Answer.YES))
        for i in range(5)
    ]
    await keep(instance, history)
    result = await instance.run_round()
    assert result.issued == 1
    async with instance.unit_of_work() as uow:
        (proposal,) = await uow.proposals.open_of(member_id="asker")
    assert {side.member_id for side in proposal.sides} == {"asker", "eager"}
    fresh = {draft.pair_key: draft for draft in instance.drafts()}[proposal.pair_key]
    assert (proposal.score, proposal.parts) == (fresh.score, fresh.parts)
    assert [side.reasons for side in proposal.sides] == [side.reasons for side in fresh.sides]
