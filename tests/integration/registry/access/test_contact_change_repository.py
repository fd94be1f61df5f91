"""The contract of changes of contacts: the fake and the one on a database hold the same."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import timedelta
from typing import Any

from isopolity.registry.application.repositories import ChangeLink
from isopolity.registry.domain.contact import Person
from isopolity.registry.domain.contact_change import WAITING, ContactChange, NamedPerson, Notice
from isopolity.registry.domain.joining.letter import CONTACT_CHANGE, Letter
from tests.support.registry.service import NOW

UnitOfWork = Callable[[], AbstractAsyncContextManager[Any]]
WANTED = Person(role="coordinator", name="Cy", email="cy@city.example")
CHANGE = ContactChange(
    change_id="1",
    member_kind="city",
    member_id="espoo",
    contact_id="a",
    what="replaced",
    role_before="coordinator",
    role_after="coordinator",
    by_contact_id="b",
    by_staff=False,
    started_at=NOW,
    stepped_at=NOW,
    status=WAITING,
    wanted=WANTED,
)
LINK = ChangeLink(letter_id="l1", change_id="1", to="person", secret_digest="d1")


async def test_a_change_comes_back_equal_in_each_state(unit_of_work: UnitOfWork) -> None:
    issued = CHANGE.issued(NOW).mailed(NOW)
    called = issued.called("person", NOW, "I am here.")
    for state in (CHANGE, issued, called, called.refused(NOW, "She stays."), issued.made(NOW)):
        async with unit_of_work() as unit:
            await unit.contact_changes.put(state)
            await unit.commit()
        async with unit_of_work() as unit:
            assert await unit.contact_changes.get("1") == await unit.contact_changes.peek("1") == state
            assert list(await unit.contact_changes.of_member("espoo")) == [state]
            assert list(await unit.contact_changes.of_member("turku")) == []
            assert list(await unit.contact_changes.on_desk(9)) == ([state] if state == called else [])
            is_due = state == issued
            assert list(await unit.contact_changes.due(NOW + timedelta(days=9), 9)) == (["1"] if is_due else [])


async def test_what_is_open_goes_with_its_contact_or_its_starter_and_so_do_its_links(unit_of_work: UnitOfWork) -> None:
    async with unit_of_work() as unit:
        await unit.contact_changes.put(CHANGE)
        await unit.contact_changes.put(replace(CHANGE, change_id="2", contact_id="b", by_contact_id="c"))
        await unit.contact_changes.put(replace(CHANGE, change_id="3", contact_id="c").made(NOW))
        await unit.contact_changes.put_link(LINK)
        await unit.contact_changes.put_link(replace(LINK, secret_digest="d2"))
        await unit.commit()
    async with unit_of_work() as unit:
        assert await unit.contact_changes.link_by_secret("d1") is None
        assert await unit.contact_changes.link_by_secret("d2") == await unit.contact_changes.link_of_letter("l1")
        await unit.contact_changes.drop_of(["b"])
        assert [one.change_id for one in await unit.contact_changes.of_member("espoo")] == ["3"]
        assert await unit.contact_changes.link_of_letter("l1") is None


async def test_a_letter_keeps_what_it_says_of_a_change(unit_of_work: UnitOfWork) -> None:
    notice = Notice(
        what="imported",
        stage="made",
        to="main",
        at=NOW,
        by_name=None,
        by_role=None,
        by_office=True,
        person="",
        role_before=None,
        role_after=None,
        people=(NamedPerson(name="Cy", what="entered", role="deputy"),),
    )
    letter = Letter(
        letter_id="l1",
        about=CONTACT_CHANGE,
        application_id="",
        member_name="Espoo",
        name="Ana",
        email="ana@city.example",
        language="en",
        written_at=NOW,
        change_id="1",
        notice=notice,
    )
    async with unit_of_work() as unit:
        await unit.letters.add(letter)
        await unit.commit()
    async with unit_of_work() as unit:
        assert await unit.letters.get("l1") == letter
