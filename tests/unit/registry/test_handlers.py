"""The handlers with fakes: what is kept, what is published, what is refused."""

import pytest

from isopolity.registry.application.commands import (
    AddContact,
    ChangeContact,
    DeclareTwinning,
    EndorseMembers,
    PublishRequest,
    RegisterMember,
    ReviseMember,
    ReviseRequest,
    WithdrawMember,
)
from isopolity.registry.application.contacts import add_contact, change_contact, erase_contact
from isopolity.registry.application.imports.lookup import MemberLookup
from isopolity.registry.application.imports.members import import_members
from isopolity.registry.application.imports.rows import ImportRow, Outcome
from isopolity.registry.application.members import endorse_members, register_member, revise_member, withdraw_member
from isopolity.registry.application.ports import Surroundings
from isopolity.registry.application.requests.acts import close_request, publish, revise_request
from isopolity.registry.application.twinnings import declare_twinning, retract_twinning
from isopolity.registry.domain.errors import (
    AlreadyRegistered,
    InvalidProfile,
    NotFound,
    NotPossible,
)
from tests.support.registry.fakes import FakeUnitOfWork
from tests.support.registry.service import city_profile, partner_profile, person, programme, request_details


async def registered(work: FakeUnitOfWork, surroundings: Surroundings, **changes: object) -> str:
    applied = await register_member(RegisterMember(profile=city_profile(**changes)), work, surroundings)
    await work.flush()
    return applied.member_id


async def test_a_member_that_staff_enters_is_kept_as_applied_and_published(
    work: FakeUnitOfWork, surroundings: Surroundings
) -> None:
    applied = await register_member(RegisterMember(profile=city_profile(), person=person()), work, surroundings)
    assert (applied.status, applied.version, applied.region) == ("applied", 1, "latin-america-caribbean")
    assert work.outbox.names == ["city.registered", "contact.changed"]


async def test_a_city_of_an_earlier_release_that_contradicts_itself_can_be_changed_but_none_begins_to(
    work: FakeUnitOfWork, surroundings: Surroundings
) -> None:
    old = await registered(work, surroundings, online_only=True)
    command = ReviseMember(member_id=old, profile=city_profile(online_only=True, can_travel=False))
    assert (await revise_member(command, work, surroundings)).version == 2
    other = await registered(work, surroundings, name="Lugo", geonames_id=None)
    profile = city_profile(name="Lugo", geonames_id=None, online_only=True, can_host=False)
    with pytest.raises(InvalidProfile, match="online only"):
        await revise_member(ReviseMember(member_id=other, profile=profile), work, surroundings)


async def test_an_event_of_a_contact_says_ids_and_role_only(work: FakeUnitOfWork, surroundings: Surroundings) -> None:
    await register_member(RegisterMember(profile=city_profile(), person=person()), work, surroundings)
    text = work.outbox.published[1][1].model_dump_json()
    assert "ana@city.example" not in text
    assert "Ana Prado" not in text


async def test_the_same_city_is_not_registered_twice(work: FakeUnitOfWork, surroundings: Surroundings) -> None:
    await registered(work, surroundings)
    with pytest.raises(AlreadyRegistered):
        await registered(work, surroundings, name="Another name of it")


async def test_a_country_that_is_none_is_refused_by_field(work: FakeUnitOfWork, surroundings: Surroundings) -> None:
    with pytest.raises(InvalidProfile) as refused:
        await registered(work, surroundings, country="XX")
    assert refused.value.errors[0].path == ("country",)


async def test_a_withdrawn_city_is_entered_again_under_its_old_id(
    work: FakeUnitOfWork, surroundings: Surroundings
) -> None:
    city_id = await registered(work, surroundings)
    await withdraw_member(WithdrawMember(member_kind="city", member_id=city_id), work)
    await work.flush()
    again = await register_member(RegisterMember(profile=city_profile()), work, surroundings)
    assert (again.member_id, again.status, again.version) == (city_id, "applied", 3)


async def test_a_revision_without_a_difference_publishes_nothing(
    work: FakeUnitOfWork, surroundings: Surroundings
) -> None:
    city_id = await registered(work, surroundings)
    await revise_member(ReviseMember(member_id=city_id, profile=city_profile()), work, surroundings)
    assert work.outbox.names == ["city.registered"]


async def test_a_revision_cannot_take_the_identity_of_another_city(
    work: FakeUnitOfWork, surroundings: Surroundings
) -> None:
    await registered(work, surroundings)
    other = await registered(work, surroundings, geonames_id=2)
    with pytest.raises(AlreadyRegistered):
        await revise_member(ReviseMember(member_id=other, profile=city_profile()), work, surroundings)


async def test_endorsing_a_list_is_all_or_nothing(work: FakeUnitOfWork, surroundings: Surroundings) -> None:
    city_id = await registered(work, surroundings)
    with pytest.raises(InvalidProfile) as refused:
        await endorse_members(EndorseMembers(cities=[city_id, "nobody"]), work)
    assert refused.value.errors[0].path == ("cities", 1)
    assert "city.endorsed" not in work.outbox.names


async def test_endorsing_twice_publishes_once(work: FakeUnitOfWork, surroundings: Surroundings) -> None:
    city_id = await registered(work, surroundings)
    await endorse_members(EndorseMembers(cities=[city_id, city_id]), work)
    await work.flush()
    await endorse_members(EndorseMembers(cities=[city_id]), work)
    assert work.outbox.names.count("city.endorsed") == 1


async def test_withdrawing_a_city_closes_its_requests_and_keeps_its_contacts(
    work: FakeUnitOfWork, surroundings: Surroundings
) -> None:
    city_id = await registered(work, surroundings)
    await publish(PublishRequest(city_id=city_id, details=request_details()), work, surroundings)
    await add_contact(AddContact(member_kind="city", member_id=city_id, person=person()), work, surroundings)
    await work.flush()
    await withdraw_member(WithdrawMember(member_kind="city", member_id=city_id), work)
    assert work.outbox.names[-4:] == ["city.withdrawn", "request.closed", "revocation.issued", "contact.changed"]
    assert len(await work.contacts.of_members([city_id])) == 1


async def test_withdrawing_erases_the_contacts_when_asked(work: FakeUnitOfWork, surroundings: Surroundings) -> None:
    city_id = await registered(work, surroundings)
    await add_contact(AddContact(member_kind="city", member_id=city_id, person=person()), work, surroundings)
    await work.flush()
    await withdraw_member(WithdrawMember(member_kind="city", member_id=city_id, erase_contacts=True), work)
    await work.flush()
    assert await work.contacts.of_members([city_id]) == []
    assert work.outbox.names[-2:] == ["contact.erased", "revocation.issued"]


async def test_a_programme_keeps_its_id_while_its_name_stays(work: FakeUnitOfWork, surroundings: Surroundings) -> None:
    partner = await register_member(RegisterMember(profile=partner_profile()), work, surroundings)
    await work.flush()
    first = partner.profile.programmes[0].programme_id
    profile = partner_profile(programmes=(programme(name="CITIES that read", cities=9), programme(name="New")))
    revised = await revise_member(ReviseMember(member_id=partner.member_id, profile=profile), work, surroundings)
    ids = [one.programme_id for one in revised.profile.programmes]
    assert ids[0] == first
    assert len(set(ids)) == 2


async def test_a_programme_id_that_registry_did_not_give_is_refused(
    work: FakeUnitOfWork, surroundings: Surroundings
) -> None:
    profile = partner_profile(programmes=(programme(programme_id="mine"),))
    with pytest.raises(InvalidProfile) as refused:
        await register_member(RegisterMember(profile=profile), work, surroundings)
    assert refused.value.errors[0].path == ("programmes", 0, "programme_id")


async def test_a_closed_request_opens_again_under_its_id(work: FakeUnitOfWork, surroundings: Surroundings) -> None:
    city_id = await registered(work, surroundings)
    request = await publish(PublishRequest(city_id=city_id, details=request_details()), work, surroundings)
    await work.flush()
    with pytest.raises(AlreadyRegistered):
        await publish(PublishRequest(city_id=city_id, details=request_details(title="BOOKS")), work, surroundings)
    await close_request(request.request_id, work)
    await work.flush()
    with pytest.raises(NotPossible):
        await revise_request(
            ReviseRequest(request_id=request.request_id, details=request_details(amount_max=900)), work
        )
    again = await publish(PublishRequest(city_id=city_id, details=request_details()), work, surroundings)
    assert (again.request_id, again.version, again.status) == (request.request_id, 3, "published")


async def test_a_withdrawn_city_publishes_no_request(work: FakeUnitOfWork, surroundings: Surroundings) -> None:
    city_id = await registered(work, surroundings)
    await withdraw_member(WithdrawMember(member_kind="city", member_id=city_id), work)
    await work.flush()
    with pytest.raises(NotPossible):
        await publish(PublishRequest(city_id=city_id, details=request_details()), work, surroundings)


async def test_a_twinning_declared_in_both_orders_is_one(work: FakeUnitOfWork, surroundings: Surroundings) -> None:
    one, other = await registered(work, surroundings), await registered(work, surroundings, geonames_id=2)
    await declare_twinning(DeclareTwinning(city_a=one, city_b=other), work)
    await work.flush()
    await declare_twinning(DeclareTwinning(city_a=other, city_b=one), work)
    assert work.outbox.names.count("twinning.declared") == 1
    with pytest.raises(InvalidProfile):
        await declare_twinning(DeclareTwinning(city_a=one, city_b="nobody"), work)


async def test_a_retracted_twinning_can_be_declared_again(work: FakeUnitOfWork, surroundings: Surroundings) -> None:
    one, other = await registered(work, surroundings), await registered(work, surroundings, geonames_id=2)
    declared = await declare_twinning(DeclareTwinning(city_a=one, city_b=other), work)
    await work.flush()
    await retract_twinning(declared.identifier, work)
    await work.flush()
    again = await declare_twinning(DeclareTwinning(city_a=one, city_b=other, since=1999), work)
    assert (again.version, again.status, again.since) == (3, "declared", 1999)


async def test_the_same_address_again_changes_the_contact(work: FakeUnitOfWork, surroundings: Surroundings) -> None:
    city_id = await registered(work, surroundings)
    first = await add_contact(AddContact(member_kind="city", member_id=city_id, person=person()), work, surroundings)
    await work.flush()
    changed = person(email="ANA@city.example", name="Ana P.")
    second = await add_contact(AddContact(member_kind="city", member_id=city_id, person=changed), work, surroundings)
    assert (second.contact_id, second.version) == (first.contact_id, 2)


async def test_an_erased_contact_is_gone_and_its_event_has_the_next_version(
    work: FakeUnitOfWork, surroundings: Surroundings
) -> None:
    city_id = await registered(work, surroundings)
    contact = await add_contact(AddContact(member_kind="city", member_id=city_id, person=person()), work, surroundings)
    await work.flush()
    await erase_contact(contact.contact_id, work)
    await work.flush()
    name, data = work.outbox.published[-2]
    assert (name, data.version) == ("contact.erased", 2)
    with pytest.raises(NotFound):
        await change_contact(ChangeContact(contact_id=contact.contact_id, person=person()), work, surroundings)


async def test_an_import_marks_its_events_as_bulk(work: FakeUnitOfWork, surroundings: Surroundings) -> None:
    row = ImportRow(2, city_profile(), frozenset({"name"}))
    await import_members([row], work, surroundings, Outcome(), MemberLookup(work.cities, "city"), endorse=True)
    assert [data.bulk for _, data in work.outbox.published] == [True]


async def test_an_import_leaves_what_its_columns_do_not_speak_of(
    work: FakeUnitOfWork, surroundings: Surroundings
) -> None:
    city_id = await registered(work, surroundings)
    row = ImportRow(2, city_profile(population=7, needs=(), offers=()), frozenset({"name", "population"}))
    outcome = Outcome()
    await import_members([row], work, surroundings, outcome, MemberLookup(work.cities, "city"), endorse=False)
    await work.flush()
    city = await work.cities.get(city_id)
    assert city is not None
    assert (outcome.revised, city.profile.population) == (1, 7)
    assert city.profile.needs == city_profile().needs


async def test_an_import_does_not_bring_back_a_member_that_has_left(
    work: FakeUnitOfWork, surroundings: Surroundings
) -> None:
    city_id = await registered(work, surroundings)
    await withdraw_member(WithdrawMember(member_kind="city", member_id=city_id), work)
    await work.flush()
    row = ImportRow(2, city_profile(population=7), frozenset({"name", "population"}))
    outcome = Outcome()
    await import_members([row], work, surroundings, outcome, MemberLookup(work.cities, "city"), endorse=True)
    assert [problem.line for problem in outcome.problems] == [2]
