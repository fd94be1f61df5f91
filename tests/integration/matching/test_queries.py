"""Queries of HTTP and the status page on a database: which entries are found, in which order."""

from dataclasses import replace
from datetime import timedelta

from isopolity.matching.adapters.sql.queries import MatchingQueries, ProposalFilter
from isopolity.matching.application.workflows.surroundings import SendingPolicy
from isopolity.persistence.database import Database
from tests.support.matching.instance import Instance, many_wishes, network_of
from tests.support.matching.service import NOW, TestClock

DAY = timedelta(days=1)


async def test_proposals_are_found_by_either_side_by_stage_and_by_round_the_newest_first(database: Database) -> None:
    instance = Instance(database, network_of(many_wishes(3, capacity=9)), SendingPolicy.HOLD, TestClock())
    drafts = {draft.a.member_id[-1] + draft.b.member_id[-1]: draft for draft in instance.drafts()}
    kept = [
        replace(drafts["01"], proposal_id="p1", round_id="r"),
        replace(drafts["02"], proposal_id="p2").issue(NOW, NOW + DAY),
        replace(drafts["12"], proposal_id="p3"),
    ]
    async with instance.unit_of_work() as uow:
        await uow.proposals.add(kept)
        await uow.commit()
    queries = MatchingQueries(database)

    async def found(after: str | None = None, limit: int = 10, **wanted: str) -> list[str]:
        page = await queries.proposals(ProposalFilter(**wanted), after, limit)
        return [proposal.proposal_id for proposal in page]

    assert await found() == ["p3", "p2", "p1"]
    assert await found(limit=2) == ["p3", "p2"]
    assert await found("p2") == ["p1"]
    assert await found(member_id="city-0") == ["p2", "p1"]
    assert await found(member_id="city-1") == ["p3", "p1"]
    assert await found(stage="issued") == ["p2"]
    assert await found(round_id="r") == ["p1"]
    for member_id, proposed in (("city-0", {"02"}), ("city-1", set()), ("city-2", {"02"})):
        pairs = await queries.closed_pairs_of(member_id, NOW)
        assert set(pairs.proposed) == {drafts[key].pair_key for key in proposed}
        assert len(pairs.closed) == 2
    counts = await queries.counts()
    assert (counts["proposals_held"], counts["proposals_issued"]) == (2, 1)
