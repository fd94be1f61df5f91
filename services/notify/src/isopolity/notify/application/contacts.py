"""Handles contacts that changed or were erased.

Invariant: notify stores a contact as registry has it now; the event only says that it changed. The fetch lies outside
the transaction, so every write names its version, and the repository refuses a version older than the one it knows,
also that of a forgotten contact.
"""

from isopolity.contracts.event import Event
from isopolity.contracts.registry import ContactState
from isopolity.notify.application.ports import ContactDirectory, NotifyUnitOfWork


async def contact_changed(event: Event[ContactState], uow: NotifyUnitOfWork, directory: ContactDirectory) -> None:
    """Fetch and store the contact; if it is confirmed, events parked for a contact of its member are handled.

    Registry returns no contact if it was erased or its member has withdrawn. If the member returns, registry publishes
    its contacts again with a higher version.
    """
    contact = await directory.fetch(event.data.contact_id)
    if contact is None:
        await _forget(event.data, uow)
        return
    await uow.contacts.put(contact)
    if contact.confirmed:
        uow.parking.arrived(contact_of(contact.member_id))


async def contact_erased(event: Event[ContactState], uow: NotifyUnitOfWork) -> None:
    """Delete the person and what they wrote; mails keep the contact's id, and those not yet sent are suppressed.

    If two entries of a member were merged and the person continues as another contact, mails and their answer links
    pass to that contact, and the person's words are kept.
    """
    if event.data.merged_into is not None:
        await uow.mails.hand_on(event.data.contact_id, event.data.merged_into)
    await _forget(event.data, uow)


def contact_of(member_id: str) -> str:
    """The key under which events that need a contact of this member are parked."""
    return f"member:{member_id}"


async def _forget(state: ContactState, uow: NotifyUnitOfWork) -> None:
    if await uow.contacts.forget(state.contact_id, state.version):
        await uow.answers.forget_words(state.contact_id)
