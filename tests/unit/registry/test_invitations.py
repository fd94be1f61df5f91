"""Staff invites cities to make a request: whom, how often, and what is kept of it."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from isopolity.machine import periods
from isopolity.registry.application.commands import MergeMembers, PublishRequest, RegisterMember, WithdrawMember
from isopolity.registry.application.contacts import add_person, erase_contacts_of
from isopolity.registry.application.joining.letters import IssuedLetter, forget_letter, issue_letter
from isopolity.registry.application.members import register_member, withdraw_member
from isopolity.registry.application.mergers.merger import merge_members
from isopolity.registry.application.ports import Surroundings
from isopolity.registry.application.requests.acts import publish
from isopolity.registry.application.requests.invitations import InviteCities, invite_cities
from isopolity.registry.domain.errors import Gone, NotFound, NotPossible
from isopolity.registry.domain.request import Invitation
from tests.support.registry.fakes import FakeUnitOfWork
from tests.support.registry.service import NOW, city_profile, partner_profile, person, programme, request_details

SEA = {"name": "Sea", "subjects": ("sdg.14",)}


class Office:
    """Staff at a day that it sets, and the members that it works with."""

    def __init__(self, work: FakeUnitOfWork, surroundings: Surroundings) -> None:
        self.work, self.now = work, NOW
        self.surroundings = replace(surroundings, clock=lambda: self.now)

    async def city(self, name: str, *, confirmed: bool = True, **changes: Any) -> str:
        """A city with a contact."""
        member_id = await self.entered(city_profile(name=name, geonames_id=None, **changes))
        to, at = person(email=f"{name.lower()}@x.test"), self.now if confirmed else None
        add_person("city", member_id, to, self.work, self.surroundings, known=0, confirmed_at=at)
        await self.work.flush()
        return member_id

    async def entered(self, profile: Any) -> str:
        made = await register_member(RegisterMember(profile=profile, endorse=True), self.work, self.surroundings)
        await self.work.flush()
        return str(made.member_id)

    async def partner(self, *programmes: dict[str, Any], **changes: Any) -> tuple[str, list[str]]:
        """The id of a partner, and the ids of its programmes."""
        lines = tuple(programme(programme_id="", **each) for each in programmes or ({},))
        partner_id = await self.entered(partner_profile(programmes=lines, **changes))
        stored = await self.work.partners.get(partner_id)
        assert stored is not None
        return partner_id, [each.programme_id for each in stored.profile.programmes]

    async def invite(self, partner_id: str, programme_id: str, *city_ids: str) -> list[str]:
        wanted = InviteCities(partner_id=partner_id, programme_id=programme_id, city_ids=city_ids)
        outcomes = await invite_cities(wanted, self.work, self.surroundings)
        return [outcomes[each] for each in city_ids]

    async def kept(self, city_id: str) -> list[Invitation]:
        return list(await self.work.invitations.of_city(city_id))

    async def issued(self, city_id: str) -> IssuedLetter:
        (invitation,) = await self.kept(city_id)
        return await issue_letter(invitation.invitation_id, self.work, self.surroundings)


@pytest.fixture
def office(work: FakeUnitOfWork, surroundings: Surroundings) -> Office:
    return Office(work, surroundings)


async def test_a_city_is_invited_once_and_its_main_contact_gets_one_mail(office: Office) -> None:
    (partner_id, (reading,)), city_id = await office.partner(), await office.city("Espoo")
    office.work.outbox.published.clear()
    assert await office.invite(partner_id, reading, city_id) == ["invited"]
    office.now += timedelta(days=400)
    assert await office.invite(partner_id, reading, city_id) == ["invited-before"]
    assert office.work.outbox.names == ["confirmation.requested"]
    (invitation,) = await office.kept(city_id)
    assert (invitation.invited_at, invitation.programme_id, invitation.outcome) == (NOW, reading, None)


async def test_another_programme_waits_for_thirty_days(office: Office) -> None:
    (partner_id, (reading, sea)), city_id = await office.partner({}, SEA), await office.city("Espoo")
    await office.invite(partner_id, reading, city_id)
    office.now += periods.INVITATION - timedelta(seconds=1)
    assert await office.invite(partner_id, sea, city_id) == ["invited-lately"]
    office.now += timedelta(seconds=1)
    assert await office.invite(partner_id, sea, city_id) == ["invited"]


async def test_a_city_is_invited_from_the_day_on_which_its_pause_ends(office: Office) -> None:
    (partner_id, (reading,)), city_id = await office.partner(), await office.city("Espoo", paused_until=NOW.date())
    assert await office.invite(partner_id, reading, city_id) == ["invited"]


async def test_who_pauses_has_left_or_has_no_confirmed_contact_is_not_invited(office: Office) -> None:
    partner_id, (reading,) = await office.partner()
    paused = await office.city("Espoo", paused_until=date(2027, 1, 1))
    unconfirmed, left = await office.city("Turku", confirmed=False), await office.city("Vaasa")
    await withdraw_member(WithdrawMember(member_kind="city", member_id=left), office.work)
    await office.work.flush()
    found = await office.invite(partner_id, reading, paused, unconfirmed, left, "nowhere")
    assert found == ["paused", "no-contact", "not-a-member", "not-a-member"]
    assert [await office.kept(each) for each in (paused, unconfirmed, left)] == [[], [], []]


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"closes": date(2026, 1, 1)}, NotPossible),
        ({"opens": date(2030, 1, 1)}, NotPossible),
        ({"grant_min": 0, "grant_max": 0}, NotPossible),
    ],
)
async def test_only_an_open_programme_of_money_invites(office: Office, changes: Any, error: type[Exception]) -> None:
    (partner_id, (reading,)), city_id = await office.partner(changes), await office.city("Espoo")
    with pytest.raises(error):
        await office.invite(partner_id, reading, city_id)
    with pytest.raises(NotFound):
        await office.invite(partner_id, "unknown", city_id)


async def test_the_mail_names_the_programme_as_it_is_when_it_is_written(office: Office) -> None:
    (partner_id, (reading,)), city_id = await office.partner(), await office.city("Espoo")
    await office.invite(partner_id, reading, city_id)
    issued = await office.issued(city_id)
    assert issued.inviting is not None
    assert issued.inviting.programme.programme_id == reading
    assert (issued.letter.email, issued.letter.member_name, issued.secret) == ("espoo@x.test", "Espoo", None)


async def pauses(office: Office, city_id: str) -> None:
    stored = await office.work.cities.get(city_id)
    assert stored is not None
    office.work.cities.save(stored.revised(stored.profile.paused(date(2027, 1, 1)), stored.region))


async def leaves(office: Office, city_id: str) -> None:
    await withdraw_member(WithdrawMember(member_kind="city", member_id=city_id), office.work)


async def asks(office: Office, city_id: str) -> None:
    wanted = PublishRequest(city_id=city_id, details=request_details())
    await publish(wanted, office.work, office.surroundings)


async def loses_its_contact(office: Office, city_id: str) -> None:
    await erase_contacts_of(city_id, office.work)


@pytest.mark.parametrize("happens", [pauses, leaves, asks, loses_its_contact])
async def test_a_mail_that_is_not_wanted_any_more_is_not_sent(office: Office, happens: Any) -> None:
    (partner_id, (reading,)), city_id = await office.partner(), await office.city("Espoo")
    await office.invite(partner_id, reading, city_id)
    await happens(office, city_id)
    await office.work.flush()
    with pytest.raises(Gone):
        await office.issued(city_id)


@pytest.mark.parametrize("outcome", ["sent", "bounced", "failed", "suppressed"])
async def test_what_became_of_the_mail_is_kept(office: Office, outcome: str) -> None:
    (partner_id, (reading,)), city_id = await office.partner(), await office.city("Espoo")
    await office.invite(partner_id, reading, city_id)
    (invitation,) = await office.kept(city_id)
    await forget_letter(invitation.invitation_id, outcome, office.work, office.surroundings)
    assert [each.outcome for each in await office.kept(city_id)] == [outcome]
    letter = await office.work.letters.get(invitation.invitation_id)
    assert (letter is not None) == (outcome == "failed"), "a mail that failed can be sent again"


async def test_the_first_request_that_follows_is_kept(office: Office) -> None:
    (partner_id, (reading,)), city_id = await office.partner(), await office.city("Espoo")
    await office.invite(partner_id, reading, city_id)
    office.now += timedelta(days=3)
    first = await publish(PublishRequest(city_id=city_id, details=request_details()), office.work, office.surroundings)
    await office.work.flush()
    more = request_details(title="Another library")
    await publish(PublishRequest(city_id=city_id, details=more), office.work, office.surroundings)
    (invitation,) = await office.kept(city_id)
    assert (invitation.request_id, invitation.requested_at) == (first.request_id, office.now)


async def test_two_entries_of_a_city_that_are_merged_are_invited_once(office: Office) -> None:
    partner_id, (reading, sea) = await office.partner({}, SEA)
    kept, double = await office.city("Espoo"), await office.city("Esbo")
    await office.invite(partner_id, reading, kept, double)
    office.now += periods.INVITATION
    await office.invite(partner_id, sea, double)
    await merge_members(
        MergeMembers(member_kind="city", member_id=kept, duplicate_id=double), office.work, office.surroundings
    )
    assert {each.programme_id for each in await office.kept(kept)} == {reading, sea}
    assert len(await office.kept(kept)) == 2
    assert await office.kept(double) == []
    office.now += timedelta(days=400)
    assert await office.invite(partner_id, sea, kept) == ["invited-before"]


async def test_a_programme_of_merged_partners_invites_a_city_once(office: Office) -> None:
    kept, (reading,) = await office.partner()
    double, (same,) = await office.partner(name="Halcyon (double)", registration_id=None)
    first, second = await office.city("Espoo"), await office.city("Turku")
    await office.invite(kept, reading, first)
    office.now += timedelta(days=400)
    await office.invite(double, same, first, second)
    await merge_members(
        MergeMembers(member_kind="partner", member_id=kept, duplicate_id=double), office.work, office.surroundings
    )
    office.now += timedelta(days=400)
    assert await office.invite(kept, reading, first, second) == ["invited-before", "invited-before"]


async def test_the_day_of_an_invitation_is_that_of_the_clock(office: Office) -> None:
    (partner_id, (reading,)), city_id = await office.partner(), await office.city("Espoo")
    office.now = datetime(2026, 5, 1, 8, tzinfo=NOW.tzinfo)
    await office.invite(partner_id, reading, city_id)
    assert [each.invited_at for each in await office.kept(city_id)] == [office.now]
