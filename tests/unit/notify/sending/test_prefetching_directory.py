"""Contacts of a batch are fetched together, before its transaction."""

from collections.abc import Mapping, Sequence

import pytest

from isopolity.messaging.consuming.lane import Delivery
from isopolity.messaging.errors import RetryableError
from isopolity.notify.adapters.http_registry import PrefetchingDirectory
from isopolity.notify.domain.people import Contact
from tests.support.notify.events import contact, contact_event, delivery, proposal_event


class CountingDirectory:
    """Registry that counts what it is asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.calls = 0
        self.problem: Exception | None = None

    async def fetch(self, contact_id: str) -> Contact | None:
        self.asked.append(contact_id)
        if self.problem is not None:
            raise self.problem
        return contact("a") if contact_id == "contact-a" else None

    async def fetch_all(self, contact_ids: Sequence[str]) -> Mapping[str, Contact | None]:
        self.calls += 1
        return {contact_id: await self.fetch(contact_id) for contact_id in contact_ids}


async def test_all_contacts_of_a_batch_are_asked_for_in_one_call_and_before_its_effects() -> None:
    registry = CountingDirectory()
    directory = PrefetchingDirectory(registry)
    seen: list[Contact | None] = []

    async def process(deliveries: Sequence[Delivery]) -> None:
        assert sorted(registry.asked) == ["contact-a", "contact-b"]
        seen.extend([await directory.fetch("contact-a"), await directory.fetch("contact-b")])

    events = [contact_event("a"), contact_event("a", 2), contact_event("b"), proposal_event()]
    await directory.before(process)([delivery(event) for event in events])
    assert seen == [contact("a"), None]
    assert len(registry.asked) == 2
    assert registry.calls == 1


async def test_what_was_fetched_for_one_batch_is_not_used_for_another() -> None:
    registry = CountingDirectory()
    directory = PrefetchingDirectory(registry)

    async def process(deliveries: Sequence[Delivery]) -> None:
        await directory.fetch("contact-a")

    await directory.before(process)([delivery(contact_event("a"))])
    await directory.before(process)([delivery(proposal_event())])
    assert registry.asked == ["contact-a", "contact-a"]


async def test_while_registry_is_away_nothing_is_processed() -> None:
    registry = CountingDirectory()
    registry.problem = RetryableError("registry does not answer")

    async def process(deliveries: Sequence[Delivery]) -> None:
        pytest.fail("the batch was processed")

    with pytest.raises(RetryableError):
        await PrefetchingDirectory(registry).before(process)([delivery(contact_event("a"))])
