"""What notify does when a contact changes or is erased.

Invariant: what is kept is what registry says now; the event only tells that it changed. The fetch lies outside the
transaction, so every write names the version it is about, and the store refuses what is older than what it knows,
a forgotten contact's version included.
"""

from isopolity.contracts.event import Event
from isopolity.contracts.registry import ContactState
from isopolity.notify.application.ports import ContactDirectory, NotifyUnitOfWork


class ContactHandlers:
    """Handlers of the contact topic."""

    def __init__(self, directory: ContactDirectory) -> None:
        self._directory = directory

    async def changed(self, event: Event[ContactState], unit_of_work: NotifyUnitOfWork) -> None:
        """Fetch the contact and keep it; whatever waited for its member goes on.

        Registry has none when the contact is erased or its member has withdrawn. A member that returns publishes its
        contacts under a higher version.
        """
        contact = await self._directory.fetch(event.data.contact_id)
        if contact is None:
            await _forget(event.data, unit_of_work)
            return
        await unit_of_work.contacts.put(contact)
        unit_of_work.parking.arrived(member(contact.member_id))

    async def erased(self, event: Event[ContactState], unit_of_work: NotifyUnitOfWork) -> None:
        """Delete the person and what they wrote; mails keep the contact's id, and those not yet sent are suppressed."""
        await _forget(event.data, unit_of_work)


async def _forget(state: ContactState, unit_of_work: NotifyUnitOfWork) -> None:
    if await unit_of_work.contacts.forget(state.contact_id, state.version):
        await unit_of_work.answers.forget_words(state.contact_id)


def member(member_id: str) -> str:
    """What an event waits for that needs a contact of this member."""
    return f"member:{member_id}"
