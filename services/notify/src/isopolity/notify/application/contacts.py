"""Contacts that changed or were erased.

Invariant: notify keeps a contact as registry has it now; the event only tells that it changed. The fetch lies outside
the transaction, so every write names the version it is about, and the repository refuses a version older than the one
it knows, which may be that of a forgotten contact.
"""

from isopolity.contracts.event import Event
from isopolity.contracts.registry import ContactState
from isopolity.notify.application.ports import ContactDirectory, NotifyUnitOfWork


async def contact_changed(event: Event[ContactState], uow: NotifyUnitOfWork, directory: ContactDirectory) -> None:
    """Fetch the contact and keep it; once it is confirmed events that wait for a contact of its member go on.

    Registry has none when the contact is erased or its member has withdrawn. A member that returns publishes its
    contacts under a higher version.
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

    Where the person goes on as another contact, since two entries of their member were merged, mails and their answer
    links are that one's, and what the person wrote stays.
    """
    if event.data.merged_into is not None:
        await uow.mails.hand_on(event.data.contact_id, event.data.merged_into)
    await _forget(event.data, uow)


def contact_of(member_id: str) -> str:
    """The name under which events are parked that need a contact of this member."""
    return f"member:{member_id}"


async def _forget(state: ContactState, uow: NotifyUnitOfWork) -> None:
    if await uow.contacts.forget(state.contact_id, state.version):
        await uow.answers.forget_words(state.contact_id)
