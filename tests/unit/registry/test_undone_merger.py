"""A merger is undone: what comes back, what stays, and when it is refused."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from isopolity.registry.application.commands import (
    DeclareTwinning,
    MergeMembers,
    PublishRequest,
    RegisterMember,
    ReviseMember,
    ReviseRequest,
)
from isopolity.registry.application.contacts import add_person, change_person, erase_contact
from isopolity.registry.application.events import city_json
from isopolity.registry.application.members import register_member, revise_member
from isopolity.registry.application.mergers.merger import merge_members
from isopolity.registry.application.mergers.record import KEPT
from isopolity.registry.application.mergers.undone_merger import REASONS, undo_merger, undoing
from isopolity.registry.application.ports import Surroundings
from isopolity.registry.application.requests.acts import publish, revise_request
from isopolity.registry.application.twinnings import declare_twinning, retract_twinning
from isopolity.registry.domain.desk import Entry, SavedSelection
from isopolity.registry.domain.errors import InvalidProfile, NotFound, NotPossible
from isopolity.registry.domain.handover import Handover
from isopolity.registry.domain.member import OfficeNote
from tests.support.registry.fakes import FakeUnitOfWork
from tests.support.registry.service import NOW, city_profile, partner_profile, person, programme, request_details


async def entered(work: FakeUnitOfWork, surroundings: Surroundings, profile: Any) -> str:
    made = await register_member(RegisterMember(profile=profile, endorse=True), work, surroundings)
    await work.flush()
    return str(made.member_id)


async def two_cities(work: FakeUnitOfWork, surroundings: Surroundings) -> tuple[str, str]:
    kept = await entered(work, surroundings, city_profile(web=None))
    more = city_profile(
        geonames_id=None, name="Sao Leopoldo (city)", web="https://x.example", avoided_countries=("CL",)
    )
    return kept, await entered(work, surroundings, more)


async def merge(
    work: FakeUnitOfWork, surroundings: Surroundings, kept: str, duplicate: str, kind: str = "city"
) -> None:
    await merge_members(MergeMembers(member_kind=kind, member_id=kept, duplicate_id=duplicate), work, surroundings)
    await work.flush()


async def undo(work: FakeUnitOfWork, surroundings: Surroundings, duplicate: str) -> None:
    await undo_merger(duplicate, work, surroundings, confirmed=True)
    await work.flush()


async def test_both_cities_are_as_they_were_before(work: FakeUnitOfWork, surroundings: Surroundings) -> None:
    kept, double = await two_cities(work, surroundings)
    before = [await work.cities.get(each) for each in (kept, double)]
    await merge(work, surroundings, kept, double)
    await undo(work, surroundings, double)
    for former, now in zip(before, [await work.cities.get(each) for each in (kept, double)], strict=True):
        assert former is not None
        assert now is not None
        assert (now.profile, now.status) == (former.profile, former.status)
        assert now.version > former.version
    event = next(data for name, data in reversed(work.outbox.published) if name == "city.endorsed")
    assert (event.parted_from, event.merged_into) == (kept, None)
    with pytest.raises(NotFound):  # a second time
        await undo(work, surroundings, double)


async def test_contacts_requests_twinnings_and_notes_come_back(
    work: FakeUnitOfWork, surroundings: Surroundings
) -> None:
    kept, double = await two_cities(work, surroundings)
    other = await entered(work, surroundings, city_profile(geonames_id=7, name="Canoas"))
    own = add_person("city", kept, person(), work, surroundings, known=0, confirmed_at=NOW)
    same = add_person("city", double, person(), work, surroundings, known=0, confirmed_at=NOW)
    ana = add_person("city", double, person(email="ana@x.example"), work, surroundings, known=1, confirmed_at=NOW)
    gone = add_person("city", double, person(email="old@x.example"), work, surroundings, known=2)
    asked = await publish(PublishRequest(city_id=double, details=request_details()), work, surroundings)
    await declare_twinning(DeclareTwinning(city_a=double, city_b=other, since=1999), work)
    note = OfficeNote(
        note_id="1",
        member_kind="city",
        member_id=double,
        about="note",
        day=None,
        text="x",
        written_at=NOW,
        written_by="mia",
    )
    await work.office_notes.add(note)
    await work.flush()
    await merge(work, surroundings, kept, double)
    await work.office_notes.add(replace(note, note_id="2", member_id=kept))
    await erase_contact(gone.contact_id, work)
    await work.flush()
    await undo(work, surroundings, double)
    contacts = await work.contacts.of_members([kept, double])
    assert [each.contact_id for each in contacts if each.member_id == kept] == [own.contact_id]
    back = {each.person.email: each.contact_id for each in contacts if each.member_id == double}
    assert set(back) == {same.person.email, "ana@x.example"}
    assert back["ana@x.example"] == ana.contact_id
    assert {(each.request_id, each.status) for each in await work.requests.of_city(double)} == {
        (asked.request_id, "published")
    }
    (closed,) = await work.requests.of_city(kept)
    assert (closed.status, closed.moved_to) == ("closed", asked.request_id)
    assert {(each.city_a, each.city_b): each.status for each in await work.twinnings.of_city(other)} == {
        tuple(sorted((double, other))): "declared",
        tuple(sorted((kept, other))): "retracted",
    }
    assert [each.note_id for each in await work.office_notes.of_member(double)] == ["1"]
    assert [each.note_id for each in await work.office_notes.of_member(kept)] == ["2"]
    changes = [each for each in await work.contact_changes.of_member(double) if each.what == "parted"]
    assert {each.contact_id for each in changes} == set(back.values())
    assert "parted" in {each.what for each in await work.contact_changes.of_member(kept)}


async def test_others_do_not_learn_that_there_was_a_merger(work: FakeUnitOfWork, surroundings: Surroundings) -> None:
    kept, double = await two_cities(work, surroundings)
    await merge(work, surroundings, kept, double)
    await undo(work, surroundings, double)
    found = await work.cities.get(double)
    assert found is not None
    assert b"parted_from" in city_json(found, bulk=False)
    assert kept.encode() not in city_json(found.seen_by_others(), bulk=False)


async def test_a_twinning_that_was_retracted_since_stays_so(work: FakeUnitOfWork, surroundings: Surroundings) -> None:
    kept, double = await two_cities(work, surroundings)
    other = await entered(work, surroundings, city_profile(geonames_id=7, name="Canoas"))
    await declare_twinning(DeclareTwinning(city_a=double, city_b=other, since=1999), work)
    await work.flush()
    await merge(work, surroundings, kept, double)
    await retract_twinning(":".join(sorted((kept, other))), work)
    await work.flush()
    await undo(work, surroundings, double)
    assert {each.status for each in await work.twinnings.of_city(other)} == {"retracted"}


async def test_a_partner_has_its_programmes_back_and_of_its_shortlist_what_nobody_edited(
    work: FakeUnitOfWork, surroundings: Surroundings
) -> None:
    kept = await entered(work, surroundings, partner_profile(programmes=(programme(name="Own"),)))
    double = await entered(
        work,
        surroundings,
        partner_profile(name="Halcyon again", registration_id=None, programmes=(programme(name="Other"),)),
    )
    (its,) = (await work.partners.get(double)).profile.programmes  # type: ignore[union-attr]  # it was just entered
    entry = Entry(city_id="espoo", status="shortlisted", programme_id=its.programme_id, changed_at=NOW, changed_by="x")
    for each in (entry, replace(entry, city_id="oulu", programme_id=None)):
        await work.desk.put_entry(double, each)
    saved = SavedSelection(selection_id="s1", name="North", query="region=africa", saved_at=NOW, saved_by="x")
    for one in (saved, replace(saved, selection_id="s2", name="South")):
        await work.desk.put_selection(double, one)
    await merge(work, surroundings, kept, double, "partner")
    later = surroundings.clock() + timedelta(hours=1)
    await work.desk.put_selection(kept, replace(saved, selection_id="s2", name="South", saved_at=later))
    edited = await work.desk.entry(kept, "oulu")
    assert edited is not None
    await work.desk.put_entry(kept, replace(edited, changed_at=later))
    await undo(work, surroundings, double)
    assert [each.programme_id for each in (await work.partners.get(double)).profile.programmes] == [its.programme_id]  # type: ignore[union-attr]  # it is there
    back = await work.desk.entry(double, "espoo")
    assert back is not None
    assert back.programme_id == its.programme_id
    assert [each.city_id for each in await work.desk.entries(kept)] == ["oulu"], "it was edited since"
    assert [each.selection_id for each in await work.desk.selections(double)] == ["s1"]
    assert [each.selection_id for each in await work.desk.selections(kept)] == ["s2"], "it was saved again since"


async def test_a_person_of_both_is_confirmed_only_where_it_was_and_hands_over_only_there(
    work: FakeUnitOfWork, surroundings: Surroundings
) -> None:
    kept, double = await two_cities(work, surroundings)
    ana = person(email="ana@x.test")
    own = add_person("city", kept, ana, work, surroundings, known=0, confirmed_at=NOW)
    same = add_person("city", double, ana, work, surroundings, known=0)
    await work.handovers.put(handover(double, same.contact_id))
    await work.flush()
    await merge(work, surroundings, kept, double)
    await undo(work, surroundings, double)
    (again,) = await work.contacts.of_members([double])
    assert not again.is_confirmed
    (still,) = await work.contacts.of_members([kept])
    assert (still.contact_id, still.is_confirmed) == (own.contact_id, True)
    back = await work.handovers.of_member(double)
    assert back is not None
    assert back.predecessor_id == again.contact_id


def handover(member_id: str, predecessor_id: str) -> Handover:
    return Handover(
        handover_id="handed",
        member_kind="city",
        member_id=member_id,
        predecessor_id=predecessor_id,
        predecessor_becomes="deputy",
        by_staff=False,
        successor=person(email="new@x.example"),
        started_at=NOW,
    )


async def _revised(work: FakeUnitOfWork, surroundings: Surroundings, kept: str, _double: str) -> None:
    await revise_member(ReviseMember(member_id=kept, profile=city_profile(population=5)), work, surroundings)


async def _request_changed(work: FakeUnitOfWork, surroundings: Surroundings, kept: str, _double: str) -> None:
    (request,) = await work.requests.of_city(kept)
    details = replace(request.details, amount_max=request.details.amount_max + 1)
    await revise_request(ReviseRequest(request_id=request.request_id, details=details), work)


async def _entered_again(work: FakeUnitOfWork, surroundings: Surroundings, _kept: str, double: str) -> None:
    profile = (await work.cities.get(double)).profile  # type: ignore[union-attr]  # it is there
    await register_member(RegisterMember(profile=profile), work, surroundings)


async def _contact_is_another(work: FakeUnitOfWork, surroundings: Surroundings, kept: str, _double: str) -> None:
    (contact,) = await work.contacts.of_members([kept])
    await change_person(contact, person(email="bob@x.example"), work, surroundings)


async def _hands_over(work: FakeUnitOfWork, surroundings: Surroundings, kept: str, _double: str) -> None:
    (contact,) = await work.contacts.of_members([kept])
    await work.handovers.put(handover(kept, contact.contact_id))


async def _another_is_merged(work: FakeUnitOfWork, surroundings: Surroundings, kept: str, _double: str) -> None:
    third = await entered(work, surroundings, city_profile(geonames_id=3, name="Leopoldo"))
    later = replace(surroundings, clock=lambda: surroundings.clock() + timedelta(hours=1))
    await merge(work, later, kept, third)


@pytest.mark.parametrize(
    ("change", "obstacle"),
    [
        (_revised, "changed-since"),
        (_request_changed, "request-changed"),
        (_entered_again, "changed-since"),
        (_contact_is_another, "contact-changed"),
        (_hands_over, "contact-changed"),
        (_another_is_merged, "changed-since"),
    ],
)
async def test_a_later_change_that_rests_on_it_keeps_the_merger(
    work: FakeUnitOfWork, surroundings: Surroundings, change: Any, obstacle: str
) -> None:
    kept, double = await two_cities(work, surroundings)
    await publish(PublishRequest(city_id=double, details=request_details()), work, surroundings)
    add_person("city", double, person(), work, surroundings, known=0, confirmed_at=NOW)
    await work.flush()
    await merge(work, surroundings, kept, double)
    await change(work, surroundings, kept, double)
    await work.flush()
    assert (await undoing(double, work, surroundings)).obstacle == obstacle
    with pytest.raises(NotPossible, match=REASONS[obstacle]):
        await undo(work, surroundings, double)


async def test_it_is_refused_after_its_period_unread_and_with_a_third_entry(
    work: FakeUnitOfWork, surroundings: Surroundings
) -> None:
    kept, double = await two_cities(work, surroundings)
    third = await entered(work, surroundings, city_profile(geonames_id=3, name="Leopoldo"))
    await merge(work, surroundings, double, third)
    await merge(work, surroundings, kept, double)
    with pytest.raises(NotPossible, match="third entry"):
        await undo(work, surroundings, double)
    fourth = await entered(work, surroundings, city_profile(geonames_id=4, name="Leopoldo IV"))
    await merge(work, surroundings, kept, fourth)
    with pytest.raises(InvalidProfile):
        await undo_merger(fourth, work, surroundings, confirmed=False)
    later = replace(surroundings, clock=lambda: surroundings.clock() + KEPT + timedelta(seconds=1))
    with pytest.raises(NotPossible, match="too long ago"):
        await undo(work, later, fourth)
