"""Questions that HTTP asks the database outside a transaction."""

from datetime import timedelta

import pytest

from isopolity.matching.adapters.sql.queries import MatchingQueries
from isopolity.matching.application.workflows.surroundings import SendingPolicy
from isopolity.persistence.database import Database
from tests.support.matching.instance import Instance, many_wishes, network_of
from tests.support.matching.service import NOW, TestClock

MONTH = timedelta(days=30)


@pytest.mark.parametrize(("member", "proposed"), [("0", {"02"}), ("2", {"02"}), ("1", set())])
async def test_only_the_pairs_of_a_member_that_are_out_speak_against_it(
    database: Database, member: str, proposed: set[str]
) -> None:
    instance = Instance(database, network_of(many_wishes(4, capacity=9)), SendingPolicy.HOLD, TestClock())
    drafts = {draft.a.member_id[-1] + draft.b.member_id[-1]: draft for draft in instance.drafts()}
    async with instance.unit_of_work() as uow:
        await uow.proposals.add([drafts["01"], drafts["02"].issue(NOW, NOW + MONTH), drafts["03"].discard(NOW)])
        await uow.commit()
    found = await MatchingQueries(database).closed_pairs_of(f"city-{member}", NOW - 2 * MONTH)
    assert found.proposed == {drafts[pair].pair_key for pair in proposed}
