"""A member has at most twenty contacts, by whatever way one comes in; who has more keeps them."""

import pytest

from isopolity.registry.application.commands import AddContact, MergeMembers, RegisterMember
from isopolity.registry.application.contacts import add_contact, add_person, erase_contact, upsert_person
from isopolity.registry.application.imports.lookup import MemberLookup
from isopolity.registry.application.imports.members import import_members
from isopolity.registry.application.imports.rows import ImportRow, Outcome, StatedPerson
from isopolity.registry.application.members import register_member
from isopolity.registry.application.mergers.merger import merge_members
from isopolity.registry.application.ports import Surroundings
from isopolity.registry.domain.contact import MOST_CONTACTS
from isopolity.registry.domain.errors import NotPossible
from tests.support.registry.fakes import FakeUnitOfWork
from tests.support.registry.service import city_profile, person

SENTENCE = f"at most {MOST_CONTACTS} contacts; erase one"


async def full(work: FakeUnitOfWork, surroundings: Surroundings, *, with_contacts: int = MOST_CONTACTS) -> str:
    """A city with so many contacts, also more than may come in now."""
    city = await register_member(RegisterMember(profile=city_profile()), work, surroundings)
    for number in range(with_contacts):
        one = person(email=f"p{number}@city.example")
        add_person("city", city.member_id, one, work, surroundings, known=0)
    await work.flush()
    return city.member_id


def naming(member_id: str, email: str, **changes: str) -> AddContact:
    return AddContact(member_kind="city", member_id=member_id, person=person(email=email, **changes))


async def test_the_twenty_first_is_refused_and_one_that_is_there_may_change(
    work: FakeUnitOfWork, surroundings: Surroundings
) -> None:
    city_id = await full(work, surroundings)
    with pytest.raises(NotPossible, match=SENTENCE):
        await add_contact(naming(city_id, "another@city.example"), work, surroundings)
    changed = await add_contact(naming(city_id, "p3@city.example", name="Bo Lind"), work, surroundings)
    assert changed.person.name == "Bo Lind"


async def test_who_has_more_from_before_keeps_them_and_only_removes(
    work: FakeUnitOfWork, surroundings: Surroundings
) -> None:
    city_id = await full(work, surroundings, with_contacts=MOST_CONTACTS + 2)
    for left in (22, 21, 20):
        contacts = await work.contacts.of_members([city_id])
        assert len(contacts) == left
        with pytest.raises(NotPossible):
            await add_contact(naming(city_id, "another@city.example"), work, surroundings)
        await erase_contact(contacts[0].contact_id, work)
        await work.flush()
    await add_contact(naming(city_id, "another@city.example"), work, surroundings)


async def test_who_takes_the_place_of_one_that_goes_finds_room(
    work: FakeUnitOfWork, surroundings: Surroundings
) -> None:
    city_id = await full(work, surroundings)
    await upsert_person("city", city_id, person(email="new@city.example"), work, surroundings, leaving=1)


async def test_a_row_that_names_one_too_many_is_refused_whole(work: FakeUnitOfWork, surroundings: Surroundings) -> None:
    await full(work, surroundings)
    row = ImportRow(
        2, city_profile(population=7), frozenset({"population"}), (StatedPerson(person(email="another@city.example")),)
    )
    outcome = Outcome()
    await import_members([row], work, surroundings, outcome, MemberLookup(work.cities, "city"), endorse=False)
    assert (outcome.wrong_lines, outcome.revised) == ({2}, 0)
    assert SENTENCE in outcome.problems[0].detail
    known = ImportRow(
        2, city_profile(population=7), frozenset({"population"}), (StatedPerson(person(email="p3@city.example")),)
    )
    outcome = Outcome()
    await import_members([known], work, surroundings, outcome, MemberLookup(work.cities, "city"), endorse=False)
    assert (outcome.wrong_lines, outcome.revised) == (set(), 1)


async def test_two_entries_with_more_than_twenty_people_are_not_merged(
    work: FakeUnitOfWork, surroundings: Surroundings
) -> None:
    city_id = await full(work, surroundings)
    other = city_profile(geonames_id=1, name="Leopoldo")
    double = await register_member(
        RegisterMember(profile=other, person=person(email="p3@city.example")), work, surroundings
    )
    command = MergeMembers(member_kind="city", member_id=city_id, duplicate_id=double.member_id)
    await work.flush()
    await add_contact(naming(double.member_id, "another@city.example"), work, surroundings)
    await work.flush()
    with pytest.raises(NotPossible, match=SENTENCE):
        await merge_members(command, work, surroundings)
