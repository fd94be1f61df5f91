"""Asks for the contacts of a whole batch at once, before its transaction begins.

Invariant: no transaction waits for registry, unless an event that had been parked needs a contact after all.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from typing import Final

from isopolity.contracts.registry import ContactState
from isopolity.messaging.delivery import Delivery, EventProcessor
from isopolity.notify.application.ports import ContactDirectory
from isopolity.notify.domain.contact import Contact

_AT_ONCE: Final = 8
_CHANGED: Final = "changed"


class PrefetchingDirectory:
    """A ContactDirectory in front of another."""

    def __init__(self, directory: ContactDirectory) -> None:
        self._directory = directory
        self._fetched: ContextVar[Mapping[str, Contact | None]] = ContextVar("fetched_contacts", default={})  # noqa: B039 - never changed in place

    async def fetch(self, contact_id: str) -> Contact | None:
        fetched = self._fetched.get()
        return fetched[contact_id] if contact_id in fetched else await self._directory.fetch(contact_id)

    def before(self, processor: EventProcessor) -> EventProcessor:
        """A processor that fetches what the batch needs, then hands it on."""

        async def process(deliveries: Sequence[Delivery]) -> None:
            token = self._fetched.set(await self._fetch_all(_changed_contacts(deliveries)))
            try:
                await processor(deliveries)
            finally:
                self._fetched.reset(token)

        return process

    async def _fetch_all(self, contact_ids: Sequence[str]) -> Mapping[str, Contact | None]:
        slots = asyncio.Semaphore(_AT_ONCE)

        async def fetch(contact_id: str) -> Contact | None:
            async with slots:
                return await self._directory.fetch(contact_id)

        contacts = await asyncio.gather(*map(fetch, contact_ids))
        return dict(zip(contact_ids, contacts, strict=True))


def _changed_contacts(deliveries: Sequence[Delivery]) -> Sequence[str]:
    """Each contact once, as it is after the batch; one that is erased within the batch is not there any more."""
    states = [event.data for _, event in deliveries if isinstance(event.data, ContactState)]
    return list({state.contact_id: None for state in states if state.status == _CHANGED})
