"""The migrations run forward and back, and give the tables that the code defines."""

from dataclasses import replace
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect

from isopolity.clock import system_clock
from isopolity.matching.adapters.sql import tables
from isopolity.matching.application.workflows.surroundings import SendingPolicy
from isopolity.matching.domain.round import Round, RoundPlan, RoundStatus
from isopolity.persistence.database import Database
from isopolity.persistence.migrations import downgrade, is_current, upgrade
from tests.support.matching.instance import Instance, many_wishes, network_of
from tests.support.matching.service import NOW, TestClock

PACKAGE = "isopolity.matching"


async def test_migrations_give_the_tables_of_the_code(database: Database) -> None:
    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), tables.metadata))

    async with database.reading() as connection:
        assert await connection.run_sync(differences) == []


async def test_migrations_go_back_to_nothing_and_forward_again(database: Database) -> None:
    await downgrade(database, PACKAGE, "base")
    async with database.reading() as connection:
        left = await connection.run_sync(lambda sync: set(inspect(sync).get_table_names()))
    assert left <= {"alembic_version"}
    await upgrade(database, PACKAGE)
    assert await is_current(database, PACKAGE)


async def test_what_was_settled_before_deliveries_were_known_counts_as_mailed_and_members_as_suggested(
    database: Database,
) -> None:
    await downgrade(database, PACKAGE, "0002")
    await _write(
        database,
        "INSERT INTO members (member_id, kind, version, status, capacities) VALUES ('m', 'city', 7, 'endorsed', '{}')",
        *(_proposal(name, stage) for name, stage in (("p1", "expired"), ("p2", "declined"), ("p3", "issued"))),
    )
    await upgrade(database, PACKAGE)
    async with database.reading() as connection:
        deliveries = (await connection.execute(sa.select(tables.deliveries))).all()
        suggested = (await connection.execute(sa.select(tables.members.c.suggested))).scalar_one()
    assert suggested == 7
    assert sorted((row.proposal_id, row.side) for row in deliveries) == [
        *(("p1", side) for side in "ab"),
        *(("p2", side) for side in "ab"),
    ]
    assert {row.mailed_at for row in deliveries} == {datetime(1970, 1, 1, tzinfo=UTC)}
    async with database.writing() as connection:
        await connection.execute(sa.insert(tables.watermarks).values(partition=0, before=NOW))
        await connection.execute(sa.insert(tables.seen_states).values(name="a:b", version=1, rules_out=True))
        await connection.commit()
    await downgrade(database, PACKAGE, "0002")
    await upgrade(database, PACKAGE)


async def test_a_partnership_that_had_ended_counts_from_the_upgrade(database: Database) -> None:
    await downgrade(database, PACKAGE, "0004")
    names = "partnership_id, version, stage, proposal_id, a_member_id, b_member_id, document"
    for stage in ("ended", "exploratory"):
        values = f"'{stage}', 1, '{stage}', '{stage}', 'm', 'n', '{{}}'"
        await _write(database, f"INSERT INTO partnerships ({names}) VALUES ({values})")  # noqa: S608 - the test's own words
    before = system_clock()
    await upgrade(database, PACKAGE)
    async with database.reading() as connection:
        rows = (await connection.execute(sa.select(tables.partnerships.c.stage, tables.partnerships.c.ended_at))).all()
    ended = {row.stage: row.ended_at for row in rows}
    assert ended["exploratory"] is None
    assert before <= ended["ended"] <= system_clock()


async def test_what_a_round_had_held_becomes_its_draft_and_single_suggestions_stay_held(database: Database) -> None:
    running = Instance(database, network_of(many_wishes(4, capacity=3)), SendingPolicy.HOLD, TestClock())
    proposals = running.new_proposals()
    of_round = [replace(each, round_id="r") for each in proposals[:3]]
    async with running.unit_of_work() as uow:
        await uow.rounds.add(Round(round_id="r", plan=RoundPlan(), status=RoundStatus.DONE, ordered_at=NOW))
        await uow.proposals.add([*of_round, proposals[3]])
        await uow.commit()
    await downgrade(database, PACKAGE, "0008")
    await upgrade(database, PACKAGE)
    assert await running.proposals() == [proposals[3]]
    assert await running.draft_pairs("r") == {tuple(sorted(side.holder for side in one.sides)) for one in of_round}
    draft = await running.draft("r")
    assert (draft.status, draft.pairs) == ("open", 3)
    assert draft.value == sum(round(one.score * 1_000_000) for one in of_round)
    assert (await running.publish("r")).published == 3
    await downgrade(database, PACKAGE, "0008")
    await upgrade(database, PACKAGE)


async def test_proposals_that_were_discarded_are_called_so_from_the_upgrade(database: Database) -> None:
    running = Instance(database, network_of(many_wishes(4, capacity=3)), SendingPolicy.HOLD, TestClock())
    held, other = running.new_proposals()[:2]
    discarded = held.discard(NOW)
    async with running.unit_of_work() as uow:
        await uow.proposals.add([discarded, other])
        await uow.commit()
    await downgrade(database, PACKAGE, "0009")
    async with database.reading() as connection:
        rows = (await connection.execute(sa.select(tables.proposals.c.stage, tables.proposals.c.document))).all()
    assert {(row.stage, row.document["stage"]) for row in rows} == {("withdrawn", "withdrawn"), ("held", "held")}
    await upgrade(database, PACKAGE)
    async with running.unit_of_work() as uow:
        assert await uow.proposals.get(held.proposal_id) == discarded


def _proposal(proposal_id: str, stage: str) -> str:
    return (
        "INSERT INTO proposals (proposal_id, version, stage, pair_key, a_member_id, b_member_id, score, document) "  # noqa: S608 - the test's own words
        f"VALUES ('{proposal_id}', 1, '{stage}', '{proposal_id}', 'm', 'n', 0.5, '{{}}')"
    )


async def _write(database: Database, *statements: str) -> None:
    async with database.writing() as connection:
        for statement in statements:
            await connection.execute(sa.text(statement))
        await connection.commit()
