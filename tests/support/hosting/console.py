"""The console of an operator, and its use after a flood that stopped notify's consumer."""

import time
from collections.abc import Callable

from playwright.sync_api import Page, expect

from isopolity.contracts.event_types import CANARY_RELAYED
from isopolity.contracts.registry import CanarySounded
from isopolity.machine.clock import system_clock, uuid7
from isopolity.messaging.broker import Message, MessageBroker
from isopolity.messaging.codec import to_message
from isopolity.persistence.unit_of_work import EventFactory
from tests.support.hosting.looking import picture

_SLOW = 70_000
"""Milliseconds that a redrive may take."""


def shows(page: Page, url: str, *texts: str, within: float = 60.0) -> str:
    """The text of the page of flow once it has all of these texts; it is loaded again and again."""
    return _until(page, f"{url}/operations", lambda found: all(text in found for text in texts), within)


def _until(page: Page, address: str, is_so: Callable[[str], bool], within: float = 60.0) -> str:
    end = time.monotonic() + within
    while True:
        page.goto(address)
        found = page.inner_text("main")
        if is_so(found):
            return found
        assert time.monotonic() < end, found
        page.wait_for_timeout(500)


async def flood(broker: MessageBroker, number: int) -> None:
    """Publish canaries that matching passes on to notify, as the smallest events that are handled."""
    events = EventFactory("urn:isopolity:matching", system_clock, uuid7)
    sounded = [CanarySounded(canary_id=f"flood-{each}", sounded_at=system_clock()) for each in range(number)]
    messages: list[Message] = [to_message(events.event(CANARY_RELAYED, each)) for each in sounded]
    async with broker.producer() as producer:
        await producer.publish(messages)


def end_flood(page: Page, url: str, *, mend: Callable[[], None]) -> None:
    """Open the page of the stopped group, mend the cause, resume the group, and redrive its dead letters."""
    group = f"{url}/operations/groups/isopolity.notify"
    main = page.locator("main")
    _until(page, group, lambda found: "stopped by too many dead letters" in found)
    shows(page, url, "notify reads no events")
    page.goto(group)
    picture(page, "operations-group-stopped")
    mend()
    page.get_by_label("Reason, kept in the audit").first.fill("the bad release is rolled back")
    page.get_by_role("button", name="Resume").click()
    expect(main).to_contain_text("The group is resumed.")
    _until(page, group, lambda found: "It reads events as they come." in found)

    page.goto(f"{url}/operations/dead-letters")
    expect(main).to_contain_text("20 letters, the oldest first (5 of them are shown)")
    page.get_by_role("link", name="Show all 20").click()
    boxes = page.get_by_role("checkbox")
    expect(boxes).to_have_count(20)
    for box in boxes.all():
        box.check()
    page.get_by_role("button", name="Try without sending").click()
    expect(main).to_contain_text("20 records would be sent again.")
    expect(main).to_contain_text("This release can read it.")
    picture(page, "operations-dead-letters-tried")
    page.get_by_role("button", name="Send the ticked letters again").click(timeout=_SLOW)
    expect(main).to_contain_text("All were sent again and read.", timeout=_SLOW)
    expect(main).to_contain_text("There are no dead letters.")
    _until(page, f"{url}/operations", lambda found: "notify reads no events" not in found)
