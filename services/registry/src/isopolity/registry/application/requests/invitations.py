"""Staff invites cities to make a request for a programme that gives money for what they look for.

Invariants: a city is invited once for a programme, and at most once in `periods.INVITATION`, whatever programmes they
are for. A city that pauses, has left or has no confirmed contact is not invited, and its mail is not sent if it pauses
or leaves, or the programme closes, before the mail is written. An invitation and its letter are stored in one
transaction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from isopolity.identity.addresses import address_key
from isopolity.machine import periods
from isopolity.registry.application.events import publish_letter
from isopolity.registry.application.members import member
from isopolity.registry.application.ports import RegistryRepositories, Surroundings
from isopolity.registry.domain.contact import Contact, main_contact
from isopolity.registry.domain.errors import Gone, NotFound, NotPossible
from isopolity.registry.domain.joining.letter import INVITATION, Letter
from isopolity.registry.domain.member import City, Partner
from isopolity.registry.domain.partner import Programme
from isopolity.registry.domain.request import Invitation

INVITED: Final = "invited"
NOT_MEMBER: Final = "not-a-member"
PAUSED: Final = "paused"
NO_CONTACT: Final = "no-contact"
ALREADY: Final = "invited-before"
LATELY: Final = "invited-lately"
"""The city was invited for another programme within `periods.INVITATION`."""
OUTCOMES: Final = (INVITED, NOT_MEMBER, PAUSED, NO_CONTACT, ALREADY, LATELY)
"""What becomes of each city that staff wants to invite."""
_NEEDLESS: Final = "The city pauses or has left, its contact is another, or the programme is closed; send nothing."


@dataclass(frozen=True, slots=True, kw_only=True)
class InviteCities:
    """Invite these cities to make a request for a programme."""

    partner_id: str
    programme_id: str
    city_ids: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitingProgramme:
    """A programme with its partner, as an invitation names it."""

    partner: Partner
    programme: Programme


async def invite_cities(
    command: InviteCities, uow: RegistryRepositories, surroundings: Surroundings
) -> Mapping[str, str]:
    """Invite the cities; returns what became of each, by its id. Raises NotFound, NotPossible."""
    now = surroundings.clock()
    inviting = await _inviting(command.partner_id, command.programme_id, now.date(), uow)
    city_ids = sorted(set(command.city_ids))
    cities = await uow.cities.get_many(city_ids)
    contacts = await uow.contacts.of_members(city_ids)
    outcomes = dict[str, str]()
    for city_id in city_ids:
        main = main_contact([each for each in contacts if each.member_id == city_id])
        outcome = await _obstacle(cities.get(city_id), main, command.programme_id, now, uow)
        if outcome is None and main is not None:
            outcome = await _invite(cities[city_id], main, inviting, uow, surroundings)
        outcomes[city_id] = outcome or NO_CONTACT
    return outcomes


async def _inviting(partner_id: str, programme_id: str, today: date, uow: RegistryRepositories) -> InvitingProgramme:
    """The programme that invites. Raises NotFound, and NotPossible where it is not open or gives no money."""
    partner = (await uow.partners.peek_many([partner_id])).get(partner_id)
    if partner is None:
        raise NotFound("There is no partner with this id.")
    named = (each for each in partner.profile.endorsed().programmes if each.programme_id == programme_id)
    programme = next(named, None)
    if programme is None:
        raise NotFound("There is no programme with this id that the office has admitted.")
    if partner.status != "endorsed" or not _is_open(programme, today):
        raise NotPossible("The programme takes no applications now; invite cities while it is open.")
    if not programme.grant_max:
        raise NotPossible("The programme gives no money, so no city has to make a request for it.")
    return InvitingProgramme(partner=partner, programme=programme)


def _is_open(programme: Programme, today: date) -> bool:
    return (programme.opens is None or programme.opens <= today) and (
        programme.closes is None or programme.closes >= today
    )


async def _obstacle(
    city: City | None, main: Contact | None, programme_id: str, now: datetime, uow: RegistryRepositories
) -> str | None:
    """Why the city is not invited, as a code; None where nothing speaks against it."""
    if city is None or city.status != "endorsed":
        return NOT_MEMBER
    known = await uow.invitations.of_city(city.member_id)
    if any(each.programme_id == programme_id for each in known):
        return ALREADY
    if _pauses(city, now.date()):
        return PAUSED
    if any(now - each.invited_at < periods.INVITATION for each in known):
        return LATELY
    return NO_CONTACT if main is None else None


def _pauses(city: City, today: date) -> bool:
    return city.profile.paused_until is not None and today < city.profile.paused_until


async def _invite(
    city: City, to: Contact, inviting: InvitingProgramme, uow: RegistryRepositories, surroundings: Surroundings
) -> str:
    invitation = Invitation(
        invitation_id=surroundings.ids(),
        partner_id=inviting.partner.member_id,
        programme_id=inviting.programme.programme_id,
        city_id=city.member_id,
        invited_at=surroundings.clock(),
    )
    if not await uow.invitations.add(invitation):
        return ALREADY
    letter = Letter(
        letter_id=invitation.invitation_id,
        about=INVITATION,
        application_id="",
        member_name=city.profile.name,
        name=to.person.name,
        email=to.person.email,
        language=to.person.language,
        written_at=invitation.invited_at,
    )
    await uow.letters.add(letter)
    about = {"partner_id": invitation.partner_id, "programme_id": invitation.programme_id}
    uow.audit.note("city", city.member_id, after={"invited_for": about})
    publish_letter(uow.outbox, letter)
    return INVITED


async def inviting_programme(
    letter: Letter, uow: RegistryRepositories, surroundings: Surroundings
) -> InvitingProgramme:
    """The programme of an invitation whose mail is written now. Raises Gone if the mail is not wanted any more."""
    invitation, today = await uow.invitations.get(letter.letter_id), surroundings.clock().date()
    if invitation is None or invitation.request_id is not None:
        raise Gone("The city has made a request since, or is deleted; send nothing.")
    city = await member(uow, "city", invitation.city_id)
    contacts = await uow.contacts.of_members([invitation.city_id])
    addresses = {each.person.address for each in contacts if each.is_confirmed}
    if city.status != "endorsed" or _pauses(city, today) or address_key(letter.email) not in addresses:
        raise Gone(_NEEDLESS)
    try:
        return await _inviting(invitation.partner_id, invitation.programme_id, today, uow)
    except (NotFound, NotPossible) as error:
        raise Gone(_NEEDLESS) from error


async def note_outcome(letter_id: str, outcome: str, uow: RegistryRepositories) -> None:
    """Keep the outcome of a mail, if it is that of an invitation."""
    invitation = await uow.invitations.get(letter_id)
    if invitation is not None:
        await uow.invitations.save(invitation.mailed(outcome))


async def note_request(city_id: str, request_id: str, now: datetime, uow: RegistryRepositories) -> None:
    """Keep that a city has published a request, with its invitations that no request has followed yet."""
    for each in await uow.invitations.of_city(city_id):
        if each.request_id is None:
            await uow.invitations.save(each.followed_by(request_id, now))


async def move_invitations(city_id: str, duplicate_id: str, uow: RegistryRepositories) -> None:
    """Move the invitations of a duplicate to the kept city; of two for one programme the kept city's stays."""
    known = {each.programme_id for each in await uow.invitations.of_city(city_id)}
    for each in await uow.invitations.of_city(duplicate_id):
        await _move(each, replace(each, city_id=city_id), each.programme_id in known, uow)


async def move_programmes(
    partner_id: str, duplicate_id: str, moved: Mapping[str, str], uow: RegistryRepositories
) -> None:
    """Move the invitations of a duplicate partner's programmes; `moved`: ids of programmes by former ids."""
    for programme_id, here in moved.items():
        known = {each.city_id for each in await uow.invitations.of_programme(partner_id, here)}
        for each in await uow.invitations.of_programme(duplicate_id, programme_id):
            changed = replace(each, partner_id=partner_id, programme_id=here)
            await _move(each, changed, each.city_id in known, uow)


async def _move(old: Invitation, new: Invitation, is_known: bool, uow: RegistryRepositories) -> None:
    if is_known:
        await uow.invitations.delete(old.invitation_id)
    else:
        await uow.invitations.save(new)
