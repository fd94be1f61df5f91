"""What is promised and open of a programme's budget, in the eyes of its partner and of staff."""

from dataclasses import replace
from datetime import timedelta

from isopolity.matching.adapters.sql.queries import MatchingQueries
from isopolity.matching.domain.interest import Interest
from isopolity.matching.domain.money.grants import Budget, budget_of
from isopolity.matching.domain.network import Network
from isopolity.matching.domain.partnership import Partnership
from isopolity.matching.domain.proposal import Proposal, Stage
from isopolity.matching.domain.settings import SendingPolicy
from isopolity.persistence.database import Database
from tests.support.matching.instance import Instance
from tests.support.matching.networks import market_of, network_of
from tests.support.matching.service import NOW, TestClock, city, need, partner, programme, request

CITIES = [*(city(f"city-{i}") for i in range(4)), city("city-4", needs=(need("cluster.literacy", intensity=5),))]
FUND = partner("halcyon", [programme("reading", cities=9)])
REQUESTS = [
    request("rooms", "city-0", amount_min=30_000, amount_max=40_000),
    *(request(f"lamps-{i}", f"city-{i}", amount_min=10_000, amount_max=20_000) for i in range(1, 4)),
]
(READING,) = market_of([FUND]).programmes


async def budget(database: Database, *, for_staff: bool) -> Budget:
    found = await MatchingQueries(database).commitments("halcyon", NOW, for_staff=for_staff)
    return budget_of(READING, found, {})


def proposed(database: Database) -> tuple[Instance, dict[str, Proposal]]:
    network: Network = network_of([*CITIES, FUND], REQUESTS)
    instance = Instance(database, network, SendingPolicy.ROUNDS_ONLY, TestClock())
    return instance, {each.b.member_id: each for each in instance.new_proposals() if each.kind == "sponsorship"}


async def test_proposals_count_once_they_bind_and_for_the_partner_once_it_is_told(database: Database) -> None:
    instance, drawn = proposed(database)
    until = NOW + timedelta(days=21)
    out, held = drawn["city-0"].issue(NOW, until), drawn["city-1"]
    waits, over = (
        drawn["city-2"].schedule(NOW + timedelta(days=1)),
        drawn["city-3"].issue(NOW, until).supersede(NOW, "x"),
    )
    unasked = drawn["city-4"].issue(NOW, until)
    async with instance.unit_of_work() as uow:
        await uow.proposals.add([out, held, waits, over, unasked])
        await uow.commit()
    assert (await budget(database, for_staff=True)).open == 30_000 + 10_000
    assert await budget(database, for_staff=False) == Budget(whole=1_000_000, open=30_000)


async def test_partnerships_count_while_they_stand_and_once_they_are_completed(database: Database) -> None:
    instance, drawn = proposed(database)
    async with instance.unit_of_work() as uow:
        for number, reason in enumerate((None, "completed", "side-ended")):
            agreed = replace(drawn[f"city-{number}"], stage=Stage.AGREED)
            stands = Partnership.established(f"partnership-{number}", agreed, NOW)
            ended = stands if reason is None else stands.end(reason, NOW)
            assert ended is not None
            await uow.partnerships.add(ended)
        await uow.commit()
    for for_staff in (True, False):
        assert await budget(database, for_staff=for_staff) == Budget(whole=1_000_000, promised=40_000)


async def test_what_the_partner_asked_for_counts_once_until_it_hears(database: Database) -> None:
    instance, drawn = proposed(database)
    out = drawn["city-1"].asked("a", NOW, openly=False).issue(NOW, NOW + timedelta(days=21))
    async with instance.unit_of_work() as uow:
        await uow.proposals.add([out])
        for number, hear_by in (
            (1, NOW + timedelta(days=35)),
            (2, NOW + timedelta(days=35)),
            (3, NOW - timedelta(days=1)),
            (4, NOW + timedelta(days=35)),
        ):
            pair = drawn[f"city-{number}"]
            interest = Interest(
                interest_id=f"interest-{number}",
                member_id="halcyon",
                other_id=pair.b.member_id,
                other_name=pair.b.name,
                kind="sponsorship",
                pair_key=pair.pair_key,
                holder=pair.a.holder,
                other_holder=pair.b.holder,
                asked_at=NOW,
                hear_by=hear_by,
                asks_money=number < 4,
            )
            await uow.interests.add(interest)
        await uow.commit()
    for for_staff in (True, False):
        assert await budget(database, for_staff=for_staff) == Budget(whole=1_000_000, open=20_000)
