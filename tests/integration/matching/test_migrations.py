"""The migrations run forward and back, and give the tables that the code defines."""

import gzip
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect

from isopolity.clock import system_clock
from isopolity.matching.adapters.sql import tables
from isopolity.matching.adapters.sql.queries import MatchingQueries
from isopolity.matching.assignment.certificate import check
from isopolity.matching.assignment.certificate_document import read
from isopolity.matching.domain.drafts.draft import Act
from isopolity.matching.domain.round import Round, RoundPlan, RoundStatus
from isopolity.matching.domain.round_rules import Pair
from isopolity.matching.domain.settings.sending_policy import SendingPolicy
from isopolity.persistence.database import Database
from isopolity.persistence.migrations import downgrade, is_current, upgrade
from tests.support.matching.instance import Instance, many_wishes, network_of
from tests.support.matching.networks import network_of as network_with
from tests.support.matching.service import NOW, TestClock, partner, programme

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
    running = _with_fund(database, SendingPolicy.HOLD)
    proposals = running.new_proposals()
    of_round = [replace(each, round_id="r") for each in proposals[:3]]
    assert {each.kind for each in of_round} == {"twinning", "sponsorship"}
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


async def test_slots_of_sponsorships_move_to_a_holder_of_their_own(database: Database) -> None:
    running = _with_fund(database, SendingPolicy.ROUNDS_ONLY)
    await running.run_round(never=[("city-0", "fund/late")])
    agreed = next(each for each in await running.proposals() if each.kind == "sponsorship")
    for side in "ab":
        await running.answer(agreed.proposal_id, side, "yes")
    before = await _stored(database)
    await downgrade(database, PACKAGE, "0010")
    shared = await _stored(database)
    assert "/sponsorships" not in str(shared)
    assert _load(shared) == {"city/city-0": 2, "city/city-1": 3, "programme/fund/early": 2, "programme/fund/late": 1}
    await upgrade(database, PACKAGE)
    after = await _stored(database)
    assert _load(after) == _load(before)
    assert _load(after)["city/city-0/sponsorships"] == 1
    for name in ("members", "proposals", "partnerships", "alternates"):
        assert after[name] == before[name]
    (late,) = (each for each in running.new_proposals() if each.a.programme_id == "late" and each.b.name == "City-0")
    assert await running.issue([late]) == 1  # the row of its city knows the capacity, too


async def test_a_draft_from_before_keeps_its_pairs_rules_and_bound_and_can_be_published(database: Database) -> None:
    running = _with_fund(database, SendingPolicy.HOLD)
    drawn = await running.run_draft(must=[("fund/early", "city-0")], never=[("city-1", "fund/late")])
    await running.edit(drawn.round_id, Act.PIN, ("city-0", "city-1"))
    assert (await running.publish(drawn.round_id, [("city-0", "fund/early")])).published == 1
    pairs = await running.draft_pairs(drawn.round_id)
    assert ("city/city-0/sponsorships", "programme/fund/early") in pairs
    rules = await _rules(running, drawn.round_id)
    await downgrade(database, PACKAGE, "0010")
    shared = await _rules(running, drawn.round_id)
    assert "/sponsorships" not in str(shared)
    assert shared["must"] == {("city/city-0", "programme/fund/early"), ("city/city-0", "city/city-1")}
    await upgrade(database, PACKAGE)
    assert await running.draft_pairs(drawn.round_id) == pairs
    assert await _rules(running, drawn.round_id) == rules
    improved = await running.improve(drawn.round_id)
    assert (improved.added, improved.removed) == ((), ())
    assert (await running.publish(drawn.round_id)).published == len(pairs) - 1
    draft = await running.draft(drawn.round_id)
    assert (draft.status, draft.value) == ("published", drawn.value)
    document = await running.certificate(drawn.round_id)
    assert document is not None
    proved = check(read(gzip.decompress(document).decode()))
    assert proved.is_proved
    assert proved.value <= drawn.bound


async def test_the_certificate_of_a_round_from_before_is_that_of_its_publication_1(database: Database) -> None:
    running = Instance(database, network_of(many_wishes(6, capacity=1)), SendingPolicy.HOLD, TestClock())
    draft = await running.run_draft()
    first, *_ = sorted(await running.draft_pairs(draft.round_id))
    await running.publish(draft.round_id, [(first[0].removeprefix("city/"), first[1].removeprefix("city/"))])
    await running.publish(draft.round_id)
    _, second = await running.publications(draft.round_id)
    certificate = await running.certificate(draft.round_id, 2)
    await downgrade(database, PACKAGE, "0024")
    await upgrade(database, PACKAGE)
    (record,) = await running.publications(draft.round_id)
    assert record == replace(second, number=1, by="", pairs=3, has_report=False)
    await downgrade(database, PACKAGE, "0024")
    single = sa.table("certificates", sa.column("round_id"), sa.column("document", sa.LargeBinary))
    async with database.writing() as connection:
        await connection.execute(sa.insert(single).values(round_id="damaged", document=b"no certificate"))
        await connection.commit()
    await upgrade(database, PACKAGE)
    (damaged,) = await running.publications("damaged")
    assert (damaged.number, damaged.fingerprint, damaged.proved_pairs) == (1, "", 0)
    assert await running.certificate(draft.round_id, 1) == certificate
    assert await MatchingQueries(database).publications.report(draft.round_id, 1) is None


def _with_fund(database: Database, policy: SendingPolicy) -> Instance:
    """Two cities that each can handle two pairs, and two programmes."""
    fund = partner("fund", [programme("early"), programme("late", subjects=("sdg.4",))])
    network = network_with([*many_wishes(2, capacity=2), fund])
    return Instance(database, network, policy, TestClock(), undo_window=timedelta(0))


async def _stored(database: Database) -> dict[str, list[tuple[object, ...]]]:
    names = ("members", "reservations", "proposals", "partnerships", "alternates")
    newer = {"is_shown", "waits", "a_answer_by", "b_answer_by"}  # columns that the release of 0010 did not have
    columns = [[column for column in tables.metadata.tables[name].c if column.name not in newer] for name in names]
    async with database.reading() as connection:
        found = [(await connection.execute(sa.select(*chosen))).all() for chosen in columns]
    return {name: sorted(map(tuple, rows), key=str) for name, rows in zip(names, found, strict=True)}


def _load(stored: dict[str, list[tuple[object, ...]]]) -> Counter[object]:
    """How many slots each holder has in use; each slot is held once."""
    return Counter(row[0] for row in stored["reservations"])


async def _rules(running: Instance, round_id: str) -> dict[str, set[Pair]]:
    """The pairs that are chosen, pinned, banned and out, by the names of the holders."""
    async with running.unit_of_work() as uow:
        numbers = await uow.drafts.numbers(round_id)
    choice = numbers.choice
    edges = {"chosen": choice.chosen, "must": choice.problem.must, "never": choice.problem.never, "out": choice.out}
    return {name: set(numbers.pairs(at)) for name, at in edges.items()}


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
