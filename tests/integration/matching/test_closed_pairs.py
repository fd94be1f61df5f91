"""Which pairs are not to be proposed: of everybody, or of the members that somebody asks about."""

from collections.abc import Collection
from datetime import timedelta

import pytest

from isopolity.matching.application.workflows.issuance import SendingPolicy
from isopolity.persistence.database import Database
from tests.support.matching.instance import Instance, many_wishes, network_of
from tests.support.matching.service import NOW, TestClock

MONTH = timedelta(days=30)
ALL = {"01", "02", "03", "12", "23"}


@pytest.mark.parametrize(
    ("members", "closed"),
    [(None, ALL), ([], set()), (["0"], {"01", "02", "03"}), (["2"], {"02", "12", "23"}), (["0", "2"], ALL)],
)
async def test_a_pair_is_closed_for_either_side_while_it_is_open_or_was_settled_lately(
    database: Database, members: Collection[str] | None, closed: set[str]
) -> None:
    instance = Instance(database, network_of(many_wishes(4, capacity=9)), SendingPolicy.HOLD, TestClock())
    drafts = {draft.a.member_id[-1] + draft.b.member_id[-1]: draft for draft in instance.drafts()}
    assert drafts.keys() == ALL | {"13"}
    async with instance.unit_of_work() as uow:
        await uow.proposals.add(
            [
                drafts["01"],
                drafts["02"].issue(NOW, NOW + MONTH),
                drafts["03"],
                drafts["12"].discard(NOW - MONTH),
                drafts["13"].discard(NOW - 3 * MONTH),
                drafts["23"],
            ]
        )
        await uow.commit()
    names = None if members is None else [f"city-{member}" for member in members]
    async with instance.unit_of_work() as uow:
        found = await uow.proposals.closed_pairs(NOW - 2 * MONTH, names)
    assert found == {drafts[pair].pair_key for pair in closed}
