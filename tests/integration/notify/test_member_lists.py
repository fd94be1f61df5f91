"""Staff's lists of members: what they show, in which order, and their pages."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import product
from typing import Any

from sqlalchemy import Row, select

from isopolity.contracts import event_types
from isopolity.contracts.answers import Choice
from isopolity.contracts.event import Data, Event
from isopolity.contracts.registry import CityState, PartnerState
from isopolity.notify.adapters.sql import tables
from isopolity.notify.adapters.sql.member_lists import KEYS, Key, MemberLists, WantedMembers
from isopolity.notify.application.answers import Reply
from isopolity.notify.domain.errors import Refused
from isopolity.persistence.database import Database
from isopolity.persistence.migrations import downgrade, upgrade
from tests.support.notify.bench import NotifyBench
from tests.support.notify.events import PROPOSAL_ID, START, contact_event, event, proposal_event


def a_city(
    member_id: str, name: str, country: str = "FI", *, version: int = 1, status: str = "endorsed"
) -> Event[Data]:
    state = CityState(
        city_id=member_id, version=version, status=status, kind="city", name=name, country=country, region="europe"
    )
    return event(event_types.CITY_REVISED, state)


def a_partner(member_id: str, name: str) -> Event[Data]:
    state = PartnerState(
        partner_id=member_id,
        version=1,
        status="applied",
        kind="foundation",
        name=name,
        home_country="CO",
        changed_on=date(2026, 10, 1),
    )
    return event(event_types.PARTNER_REGISTERED, state)


async def names(database: Database, **wanted: object) -> list[str]:
    found = await MemberLists(database=database).page(WantedMembers(**wanted), after=None, limit=10)  # type: ignore[arg-type] # a test names fields
    return [each.member.name for each in found]


async def filled(bench: NotifyBench) -> None:
    """Turku has answered, mails to Medellín come back, Oulu has no contact, Fundación is not admitted."""
    await bench.handle(
        a_city("member-a", "Turku"),
        a_city("member-b", "Medellín", "CO"),
        a_city("member-c", "Oulu"),
        a_partner("member-d", "Fundación"),
        contact_event("a"),
        contact_event("b"),
        proposal_event(),
    )
    bench.mailer.at_offer["b@city.example"] = Refused("smtp-550")
    await bench.sender().send_due()
    await bench.answer("a", PROPOSAL_ID, Reply(choice=Choice.YES))


async def test_a_list_shows_contacts_mails_open_proposals_and_only_the_day_of_the_last_answer(
    bench: NotifyBench, database: Database
) -> None:
    await filled(bench)
    found = await MemberLists(database=database).page(WantedMembers(), after=None, limit=10)
    facts = {each.member.name: each.facts for each in found}
    assert list(facts) == ["Fundación", "Medellín", "Oulu", "Turku"]
    assert (facts["Turku"].contact, facts["Turku"].mails) == ("confirmed", "sent")
    assert (facts["Turku"].answered_on, facts["Turku"].open_proposals) == (START.date(), 1)
    assert (facts["Medellín"].mails, facts["Medellín"].answered_on) == ("lost", None)
    assert (facts["Oulu"].contact, facts["Oulu"].mails, facts["Oulu"].open_proposals) == ("none", "none", 0)
    assert next(each.member.changed_on for each in found) == date(2026, 10, 1)


async def test_a_list_is_filtered_by_each_criterion(bench: NotifyBench, database: Database) -> None:
    await filled(bench)
    assert await names(database, text="fundacion") == ["Fundación"]
    assert await names(database, country="CO") == ["Fundación", "Medellín"]
    assert await names(database, member_kind="city", status="endorsed") == ["Medellín", "Oulu", "Turku"]
    assert await names(database, contact="none") == ["Fundación", "Oulu"]
    assert await names(database, contact="confirmed") == ["Medellín", "Turku"]
    assert await names(database, mails_lost=True) == ["Medellín"]
    assert await names(database, no_answer_since=START.date()) == ["Fundación", "Medellín", "Oulu"]
    later = START.date() + timedelta(days=1)
    assert await names(database, no_answer_since=later, region="europe") == ["Medellín", "Oulu", "Turku"]
    assert await names(database, with_open_proposals=True) == ["Medellín", "Turku"]
    assert await names(database, ids=("member-c",)) == ["Oulu"]
    assert await MemberLists(database=database).total(WantedMembers(country="CO", order="answered_on")) == 2


async def test_pages_of_each_order_hold_each_member_once(bench: NotifyBench, database: Database) -> None:
    await filled(bench)
    lists = MemberLists(database=database)
    for order, descending in product(KEYS, (False, True)):
        wanted = WantedMembers(order=order, descending=descending)
        seen: list[tuple[Key, str]] = []
        place: tuple[Key, str] | None = None
        while page := await lists.page(wanted, after=place, limit=1):
            place = (page[0].key, page[0].member.member_id)
            seen.append(place)
        assert len({member_id for _, member_id in seen}) == len(seen) == 4, order
        assert seen == sorted(seen, reverse=descending), order


async def test_a_member_that_has_left_is_on_no_list_until_it_comes_back(bench: NotifyBench, database: Database) -> None:
    await bench.handle(a_city("c", "Oulu", version=2), a_city("c", "Old name", version=1))
    assert await names(database) == ["Oulu"]
    await bench.handle(a_city("c", "Oulu", version=3, status="withdrawn"))
    assert await names(database) == []
    await bench.handle(a_city("c", "Oulu", version=4, status="applied"))
    assert await names(database) == ["Oulu"]


async def test_a_settled_proposal_is_open_no_more_and_the_day_of_its_answer_stays(
    bench: NotifyBench, database: Database
) -> None:
    await filled(bench)
    await bench.handle(proposal_event("expired", 3))
    (turku,) = await MemberLists(database=database).page(WantedMembers(text="Turku"), after=None, limit=1)
    assert (turku.facts.open_proposals, turku.facts.answered_on) == (0, START.date())


async def test_the_migration_fills_sides_from_the_proposals_and_answers_of_before(
    bench: NotifyBench, database: Database
) -> None:
    await filled(bench)
    await bench.handle(proposal_event("expired", 1, proposal_id="closed"))
    before = await sides(database)
    assert [(each.is_open, each.answered_on) for each in before] == [
        (True, START.date()),
        (True, None),
        (False, None),
        (False, None),
    ]
    await downgrade(database, "isopolity.notify", "0026")
    await upgrade(database, "isopolity.notify")
    assert await sides(database) == before


async def sides(database: Database) -> Sequence[Row[Any]]:
    async with database.reading() as connection:
        return (
            await connection.execute(select(tables.sides).order_by(tables.sides.c.proposal_id, tables.sides.c.side))
        ).all()
