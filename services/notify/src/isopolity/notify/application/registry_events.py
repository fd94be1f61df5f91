"""Handles registry's events: contacts that changed or were erased, and mails that registry orders.

Invariants: notify stores a contact as registry has it now; the event only says that it changed. The fetch lies outside
the transaction, so every write names its version, and the repository refuses a version older than the one it knows,
also that of a forgotten contact. The recipient of a mail that registry orders is neither looked up here nor stored.
"""

from typing import Final

from isopolity.contracts.codes import country_regions
from isopolity.contracts.event import Event
from isopolity.contracts.registry import CityState, ConfirmationRequested, ContactState, PartnerState, SignInRequested
from isopolity.identity.lineage import current_lineage
from isopolity.machine.clock import Clock, IdFactory
from isopolity.notify.application.mails import new_mail
from isopolity.notify.application.ports import ContactDirectory, NotifyUnitOfWork
from isopolity.notify.domain.listed_member import Member
from isopolity.notify.domain.mail import FROM_OFFICE, Purpose

MemberEvent = Event[CityState] | Event[PartnerState]


async def member_changed(event: MemberEvent, uow: NotifyUnitOfWork) -> None:
    """Store the member for staff's lists; one that has left is deleted."""
    state = event.data
    if isinstance(state, CityState):
        member_kind, member_id, country, region = "city", state.city_id, state.country, state.region
    else:
        member_kind, member_id, country = "partner", state.partner_id, state.home_country
        region = country_regions().get(country, "")
    if state.status == "withdrawn":
        await uow.members.remove(member_id, state.version)
        return
    member = Member(
        member_id=member_id,
        version=state.version,
        member_kind=member_kind,
        kind=state.kind,
        status=state.status,
        name=state.name,
        country=country,
        region=region,
        changed_on=state.changed_on or event.envelope.time.date(),
    )
    await uow.members.put(member)


async def contact_changed(event: Event[ContactState], uow: NotifyUnitOfWork, directory: ContactDirectory) -> None:
    """Fetch and store the contact; if it is confirmed, events parked for a contact of its member are handled.

    Registry returns no contact if it was erased or its member has withdrawn. If the member returns, registry publishes
    its contacts again with a higher version.
    """
    contact = await directory.fetch(event.data.contact_id)
    if contact is None:
        await forget_contact(event.data, uow)
        return
    await uow.contacts.put(contact)
    if contact.confirmed:
        uow.parking.arrived(contact_of(contact.member_id))


async def contact_erased(event: Event[ContactState], uow: NotifyUnitOfWork) -> None:
    """Delete the person and what they wrote; mails keep the contact's id, and those not yet sent are suppressed.

    If two entries of a member were merged and the person continues as another contact, mails and their answer links
    pass to that contact, and the person's words are kept.
    """
    await forget_contact(event.data, uow)


def contact_of(member_id: str) -> str:
    """The key under which events that need a contact of this member are parked."""
    return f"member:{member_id}"


async def forget_contact(state: ContactState, uow: NotifyUnitOfWork) -> bool:
    """Delete the contact, its words and its name as a caller; returns False if it is forgotten at this version already.

    What belongs to a contact that continues as another one passes to that contact instead.
    """
    if state.merged_into is not None:
        await uow.mails.hand_on(state.contact_id, state.merged_into)
    known = (await uow.contacts.get([state.contact_id])).get(state.contact_id)
    if not await uow.contacts.forget(state.contact_id, state.version):
        return False
    await uow.answers.forget_words(state.contact_id)
    name = known.name if known is not None and state.merged_into is None else None
    await uow.calls.forget_names(state.contact_id, name)
    return True


_ABOUT: Final = {purpose.value: purpose for purpose in (Purpose.DRAFT, *FROM_OFFICE)}
"""Purposes by the event's `about`; for any other value registry refuses to issue a confirmation."""


async def confirmation_requested(
    event: Event[ConfirmationRequested], uow: NotifyUnitOfWork, clock: Clock, ids: IdFactory
) -> None:
    """Enter the mail that the event asks for; a repeated event enters no second mail."""
    lineage = current_lineage() or event.envelope.lineage
    purpose = _ABOUT.get(event.data.about or "", Purpose.CONFIRMATION)
    mail = new_mail(ids(), event.data.confirmation_id, purpose, lineage, clock())
    await uow.mails.add([mail])


async def sign_in_requested(event: Event[SignInRequested], uow: NotifyUnitOfWork, clock: Clock, ids: IdFactory) -> None:
    """Enter a sign-in mail; registry names its recipient, or says that there is no account, when it is written."""
    lineage = current_lineage() or event.envelope.lineage
    await uow.mails.add([new_mail(ids(), event.data.sign_in_id, Purpose.SIGN_IN, lineage, clock())])
