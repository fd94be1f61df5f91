"""A contact directory that asks registry for the contacts of a whole batch at once, before its transaction begins.

Invariant: no transaction waits for registry, unless an event that had been parked needs a contact after all.
"""

from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from typing import Final

from isopolity.contracts.registry import ContactState
from isopolity.messaging.consuming.delivery import Delivery, EventProcessor
from isopolity.notify.application.ports import BulkContactDirectory
from isopolity.notify.domain.contact import Contact

_CHANGED: Final = "changed"


class PrefetchingDirectory:
    """A ContactDirectory in front of another, which it asks for up to 500 contacts in one call."""

    def __init__(self, directory: BulkContactDirectory) -> None:
        self._directory = directory
        self._fetched: ContextVar[Mapping[str, Contact | None]] = ContextVar("fetched_contacts", default={})  # noqa: B039 - never changed in place

    async def fetch(self, contact_id: str) -> Contact | None:
        fetched = self._fetched.get()
        return fetched[contact_id] if contact_id in fetched else await self._directory.fetch(contact_id)

    def before(self, processor: EventProcessor) -> EventProcessor:
        """A processor that fetches what the batch needs, then hands it on."""

        async def process(deliveries: Sequence[Delivery]) -> None:
            needed = _changed_contacts(deliveries)
            token = self._fetched.set(await self._directory.fetch_all(needed) if needed else {})
            try:
                await processor(deliveries)
            finally:
                self._fetched.reset(token)

        return process


def _changed_contacts(deliveries: Sequence[Delivery]) -> Sequence[str]:
    """Each contact once, as it is after the batch; one that is erased within the batch is not there any more."""
    states = [event.data for _, event in deliveries if isinstance(event.data, ContactState)]
    return list({state.contact_id: None for state in states if state.status == _CHANGED})
