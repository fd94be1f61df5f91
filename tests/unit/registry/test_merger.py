"""Two entries of one member: what goes to the one that is kept, what ends, what is refused."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from isopolity.registry.application.changes import hide_words
from isopolity.registry.application.commands import (
    DeclareTwinning,
    MergeMembers,
    PublishRequest,
    RegisterMember,
    ReviseMember,
    WithdrawMember,
)
from isopolity.registry.application.contacts import add_person
from isopolity.registry.application.members import register_member, revise_member, withdraw_member
from isopolity.registry.application.mergers.merger import merge_members
from isopolity.registry.application.ports import Surroundings
from isopolity.registry.application.requests.acts import close_request, publish
from isopolity.registry.application.revised_profiles import Wait
from isopolity.registry.application.twinnings import declare_twinning
from isopolity.registry.domain.city import HiddenWords, Interest
from isopolity.registry.domain.errors import InvalidProfile, NotFound, NotPossible
from isopolity.registry.domain.handover import Handover
from isopolity.registry.domain.partner import Programme
from tests.support.registry.fakes import FakeUnitOfWork
from tests.support.registry.service import NOW, city_profile, partner_profile, person, programme, request_details


async def entered(work: FakeUnitOfWork, surroundings: Surroundings, profile: Any) -> str:
    made = await register_member(RegisterMember(profile=profile, endorse=True), work, surroundings)
    await work.flush()
    return str(made.member_id)


def merger(kept: str, duplicate: str, kind: str = "city") -> MergeMembers:
    return MergeMembers(member_kind=kind, member_id=kept, duplicate_id=duplicate)


async def test_what_only_the_duplicate_tells_goes_to_the_kept_city_and_nothing_is_overwritten(
    work: FakeUnitOfWork, surroundings: Surroundings
) -> None:
    literacy = Interest(subject="cluster.literacy", intensity=2, mode="webinar")
    health = Interest(subject="sdg.3", intensity=5, mode="training")
    kept = await entered(work, surroundings, city_profile(web=None))
    more = city_profile(
        geonames_id=None, name="Sao Leopoldo (city)", population=9, web="https://x.example", needs=(literacy, health)
    )
    double = await entered(work, surroundings, more)
    merged = await merge_members(merger(kept, double), work, surroundings)
    await work.flush()
    profile = merged.profile
    assert (profile.name, profile.population, profile.web) == ("São Leopoldo", 217409, "https://x.example")
    assert profile.needs == (*city_profile().needs, health)
    assert profile.offers == city_profile().offers
    gone = await work.cities.get(double)
    assert gone is not None
    assert gone.status == "withdrawn"
    assert work.outbox.names[-2:] == ["city.withdrawn", "revocation.issued"]
    assert "city.revised" in work.outbox.names


async def test_other_words_about_the_same_need_go_along_and_hidden_words_stay_hidden(
    work: FakeUnitOfWork, surroundings: Surroundings
) -> None:
    mine = Interest(subject="sdg.3", intensity=5, mode="training", title="Nurses for villages")
    others = [replace(mine, title=title) for title in ("Nurses for villages", None, "Loud words")]
    kept = await entered(work, surroundings, city_profile(needs=(mine,)))
    words = HiddenWords(title="Loud words", text=None, reason="Too loud.", hidden_on=date(2026, 3, 1))
    more = city_profile(geonames_id=2, name="Leopoldo", needs=tuple(others))
    double = await entered(work, surroundings, more)
    await hide_words(double, words, work)
    await work.flush()
    profile = (await merge_members(merger(kept, double), work, surroundings)).profile
    assert [each.title for each in profile.needs] == ["Nurses for villages", "Loud words"]
    assert [each.title for each in profile.shown().needs] == ["Nurses for villages", None]


async def test_what_the_kept_city_says_by_no_value_stays_said(work: FakeUnitOfWork, surroundings: Surroundings) -> None:
    kept = await entered(work, surroundings, city_profile(sponsorship_capacity=None, paused_until=None))
    more = city_profile(geonames_id=2, name="Leopoldo", sponsorship_capacity=0, paused_until=date(2026, 5, 1))
    merged = await merge_members(merger(kept, await entered(work, surroundings, more)), work, surroundings)
    assert (merged.profile.sponsorship_capacity, merged.profile.paused_until) == (None, None)


async def test_the_identity_of_the_kept_city_stays_as_it_is(work: FakeUnitOfWork, surroundings: Surroundings) -> None:
    kept = await entered(work, surroundings, city_profile(geonames_id=None))
    double = await entered(work, surroundings, city_profile(name="Leopoldo", geonames_id=2))
    merged = await merge_members(merger(kept, double), work, surroundings)
    assert (merged.profile.name, merged.profile.geonames_id) == ("São Leopoldo", None)


async def test_contacts_requests_and_twinnings_go_along_once(work: FakeUnitOfWork, surroundings: Surroundings) -> None:
    kept = await entered(work, surroundings, city_profile())
    double = await entered(work, surroundings, city_profile(geonames_id=2, name="Leopoldo"))
    other = await entered(work, surroundings, city_profile(geonames_id=3, name="Porto"))
    for member_id, addresses in ((kept, ("a@x.example",)), (double, ("A@x.example", "b@x.example"))):
        for address in addresses:
            add_person("city", member_id, person(email=address), work, surroundings, known=0)
    await publish(PublishRequest(city_id=double, details=request_details()), work, surroundings)
    for side, since in ((other, 1999), (kept, 2000)):
        await declare_twinning(DeclareTwinning(city_a=double, city_b=side, since=since), work)
    await work.flush()
    await merge_members(merger(kept, double), work, surroundings)
    await work.flush()
    contacts = await work.contacts.of_members([kept, double])
    assert sorted((one.member_id, one.person.email) for one in contacts) == [
        (kept, "a@x.example"),
        (kept, "b@x.example"),
    ]
    requests = [*await work.requests.of_city(kept), *await work.requests.of_city(double)]
    assert sorted((one.city_id, one.status) for one in requests) == sorted([(kept, "published"), (double, "closed")])
    standing = [one for one in await work.twinnings.of_city(kept) if one.status == "declared"]
    assert [({one.city_a, one.city_b}, one.since) for one in standing] == [({kept, other}, 1999)]
    assert all(one.status == "retracted" for one in await work.twinnings.of_city(double))


async def test_the_duplicates_people_stay_who_they_are_and_who_answers_for_both_is_one(
    work: FakeUnitOfWork, surroundings: Surroundings
) -> None:
    kept = await entered(work, surroundings, city_profile())
    double = await entered(work, surroundings, city_profile(geonames_id=2, name="Leopoldo"))
    stays = add_person("city", kept, person(email="a@x.test"), work, surroundings, known=0)
    same, other = [
        add_person("city", double, person(email=each), work, surroundings, known=0, confirmed_at=NOW)
        for each in ("A@x.test", "b@x.test")
    ]
    handover = Handover(
        handover_id="handed",
        member_kind="city",
        member_id=double,
        predecessor_id=same.contact_id,
        predecessor_becomes="gone",
        by_staff=False,
        successor=person(email="c@x.test"),
        started_at=NOW,
    )
    await work.handovers.put(handover)
    await work.flush()
    await merge_members(merger(kept, double), work, surroundings)
    await work.flush()
    contacts = {one.contact_id: one for one in await work.contacts.of_members([kept, double])}
    assert contacts.keys() == {stays.contact_id, other.contact_id}
    assert {one.member_id for one in contacts.values()} == {kept}
    assert contacts[other.contact_id].version == other.version + 1
    assert contacts[stays.contact_id].is_confirmed, "the person has opened a link in a mail to this address"
    (erased,) = [state for name, state in work.outbox.published if name == "contact.erased"]
    assert (erased.contact_id, erased.merged_into) == (same.contact_id, stays.contact_id)
    moved = await work.handovers.of_member(kept)
    assert moved == replace(handover, member_id=kept, predecessor_id=stays.contact_id)
    assert await work.handovers.of_member(double) is None


async def test_the_duplicate_tells_where_it_goes_on_also_when_that_entry_is_merged_or_leaves(
    work: FakeUnitOfWork, surroundings: Surroundings
) -> None:
    first, second, third = [
        await entered(work, surroundings, city_profile(geonames_id=number, name=f"Leopoldo {number}"))
        for number in range(3)
    ]
    asked = await publish(PublishRequest(city_id=first, details=request_details()), work, surroundings)
    await work.flush()
    for kept, double in ((second, first), (third, second)):
        await merge_members(merger(kept, double), work, surroundings)
        await work.flush()
    (goes_on,) = [one for one in await work.requests.of_city(third) if one.status == "published"]
    members = await work.cities.get_many([first, second, third])
    for each in (first, second):
        assert members[each].merged is not None
        assert (members[each].merged.into, members[each].merged.version) == (third, members[third].version)
    assert members[first].merged.moved_ids == {asked.request_id: goes_on.request_id}
    assert [(one.status, one.moved_to is not None) for one in await work.requests.of_city(first)] == [("closed", True)]
    await withdraw_member(WithdrawMember(member_kind="city", member_id=third), work)
    await work.flush()
    left = (await work.cities.get_many([first]))[first]
    assert (left.merged, left.version) == (None, members[first].version + 1), "so that what it had ends"


@pytest.mark.parametrize("is_closed", [True, False])
async def test_a_request_of_a_title_that_the_kept_city_has_is_published_only_where_its_own_is_closed(
    work: FakeUnitOfWork, surroundings: Surroundings, is_closed: bool
) -> None:
    kept = await entered(work, surroundings, city_profile())
    double = await entered(work, surroundings, city_profile(geonames_id=2, name="Leopoldo"))
    for city_id, most in ((kept, 200), (double, 300)):
        asked = request_details(amount_max=most)
        await publish(PublishRequest(city_id=city_id, details=asked), work, surroundings)
        await work.flush()
    (own,) = await work.requests.of_city(kept)
    if is_closed:
        await close_request(own.request_id, work)
        await work.flush()
    await merge_members(merger(kept, double), work, surroundings)
    await work.flush()
    (stands,) = await work.requests.of_city(kept)
    assert (stands.status, stands.details.amount_max) == ("published", 300 if is_closed else 200)


async def test_programmes_of_a_duplicate_partner_get_ids_of_their_own(
    work: FakeUnitOfWork, surroundings: Surroundings
) -> None:
    kept = await entered(work, surroundings, partner_profile(programmes=(programme(name="Read"),)))
    twice = partner_profile(
        name="Example Fund", registration_id=None, programmes=(programme(name="READ"), programme(name="Sea"))
    )
    double = await entered(work, surroundings, twice)
    before = await work.partners.get(kept)
    assert before is not None
    merged = await merge_members(merger(kept, double, "partner"), work, surroundings)
    first, second = merged.profile.programmes
    assert first == before.profile.programmes[0]
    assert (second.name, second.programme_id not in ("", first.programme_id)) == ("Sea", True)


@pytest.mark.parametrize("own", [(), (programme(name="Read"),)])
async def test_a_programme_of_a_duplicate_that_waits_for_staff_goes_on_waiting(
    work: FakeUnitOfWork, surroundings: Surroundings, own: tuple[Programme, ...]
) -> None:
    kept = await entered(work, surroundings, partner_profile(programmes=own))
    two = (programme(name="Sea"), programme(name="Write"))
    double = await entered(
        work, surroundings, partner_profile(name="Example Fund", registration_id=None, programmes=two[:1])
    )
    stored = await work.partners.get(double)
    assert stored is not None
    more = ReviseMember(
        member_id=double,
        profile=replace(stored.profile, programmes=(*stored.profile.programmes, two[1])),
        wait=Wait(new=True),
    )
    await revise_member(more, work, surroundings)
    await work.flush()
    merged = await merge_members(merger(kept, double, "partner"), work, surroundings)
    names = {each.programme_id: each.name for each in merged.profile.programmes}
    assert [names[each] for each in merged.profile.waiting] == ["Write"]
    assert "Write" not in [each.name for each in merged.profile.endorsed().programmes]


@pytest.mark.parametrize(("own", "stands"), [((), ["Sea"]), ((programme(name="Sea"),), ["Sea"])])
async def test_a_change_of_a_programme_of_a_duplicate_goes_on_waiting(
    work: FakeUnitOfWork, surroundings: Surroundings, own: tuple[Programme, ...], stands: list[str]
) -> None:
    kept = await entered(work, surroundings, partner_profile(programmes=own))
    double = await entered(
        work,
        surroundings,
        partner_profile(name="Example Fund", registration_id=None, programmes=(programme(name="Sea"),)),
    )
    stored = await work.partners.get(double)
    assert stored is not None
    changed = replace(stored.profile, programmes=(replace(stored.profile.programmes[0], name="Stadiums"),))
    more = ReviseMember(member_id=double, profile=changed, wait=Wait(new=True, changed=True))
    await revise_member(more, work, surroundings)
    await work.flush()
    merged = await merge_members(merger(kept, double, "partner"), work, surroundings)
    assert "Stadiums" in [each.name for each in merged.profile.programmes]
    assert [each.name for each in merged.profile.endorsed().programmes] == stands


async def test_what_cannot_be_merged_is_refused(work: FakeUnitOfWork, surroundings: Surroundings) -> None:
    kept = await entered(work, surroundings, city_profile())
    gone = await entered(work, surroundings, city_profile(geonames_id=2, name="Leopoldo"))
    await withdraw_member(WithdrawMember(member_kind="city", member_id=gone), work)
    await work.flush()
    for pair, refusal in (
        ((kept, kept), InvalidProfile),
        ((kept, "none"), InvalidProfile),
        (("none", kept), NotFound),
        ((kept, gone), NotPossible),
        ((gone, kept), NotPossible),
    ):
        with pytest.raises(refusal):
            await merge_members(merger(*pair), work, surroundings)
