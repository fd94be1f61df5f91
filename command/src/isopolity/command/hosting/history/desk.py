"""What waits for somebody when the demo begins: applications, changes, programmes; and a foundation's shortlist."""

from typing import Any, Final

from isopolity.client.registry import cities, confirmations, partners, programmes, shortlist
from isopolity.client.registry.models import (
    CityApplication,
    Confirmation,
    EntryInput,
    NoteInput,
    PartnerEntry,
    ProgrammeInput,
    ProgrammeRefusal,
)
from isopolity.command.failure import Failure
from isopolity.command.hosting.history.past import Past
from isopolity.command.hosting.history.rounds import asked
from isopolity.command.hosting.history.script import Application, Listed, NewProgramme, Wish

_CONFIRM: Final = "notify/confirm"


async def apply(past: Past, application: Application) -> None:
    """A stranger applies for a city, and confirms the address by the mailed link."""
    past.move(application.days)
    body = CityApplication.model_validate(application.city)
    await past.send_as_stranger(cities.create(body))
    address = "" if body.contact is None else body.contact.email
    secret = await past.mails.secret_to(address, _CONFIRM)
    await past.send_as_stranger(confirmations.create(Confirmation(secret=secret)))


async def wish(past: Past, wanted: Wish) -> None:
    """A member changes its profile; what needs the office's word waits."""
    past.move(wanted.days)
    if wanted.member in past.cities:
        member_id = past.cities[wanted.member]
        known: Any = await past.send(cities.read(member_id))
        call: Any = cities.change(member_id, wanted.values, version=known.version)
    else:
        member_id = _partner(past, wanted.member)
        known = await past.send(partners.read(member_id))
        call = partners.change(member_id, wanted.values, version=known.version)
    await past.send(call, of=member_id, contact_id=await asked(past, member_id))


async def add_programme(past: Past, new: NewProgramme) -> None:
    """A partner writes a programme, which waits; or the office has refused it as it is."""
    past.move(new.days)
    partner_id = _partner(past, new.partner)
    known = await past.send(partners.read(partner_id))
    fields = set(ProgrammeInput.model_fields)
    written = [each.model_dump(mode="json", include=fields) for each in known.programmes]
    changed: PartnerEntry = await past.send(
        partners.change(partner_id, {**new.values, "programmes": [*written, new.programme]}, version=known.version),
        of=partner_id,
        contact_id=await asked(past, partner_id),
    )
    if new.refused:
        name = new.programme["name"]
        programme_id = next(each.programme_id for each in changed.programmes if each.name == name)
        await past.send(programmes.refuse(partner_id, programme_id, ProgrammeRefusal(reason=new.refused)))


async def keep_on_list(past: Past, listed: Listed) -> None:
    """A partner puts a city on its shortlist, with a note."""
    past.move(listed.days)
    partner_id, city_id = _partner(past, listed.partner), past.cities[listed.city]
    who = await asked(past, partner_id)
    entry = shortlist.change(partner_id, city_id, EntryInput(status="shortlisted"))
    await past.send(entry, of=partner_id, contact_id=who)
    await past.send(shortlist.notes(partner_id, city_id, NoteInput(text=listed.note)), of=partner_id, contact_id=who)


def _partner(past: Past, name: str) -> str:
    if name not in past.partners:
        raise Failure(f"The demo's history names {name}, which has not joined by then.")
    return past.partners[name]
