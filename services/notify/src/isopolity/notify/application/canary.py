"""The canary arrives: its path from registry through matching works. notify passes it back to matching."""

from typing import Final

from isopolity.clock import Clock
from isopolity.contracts.canary import CanarySounded
from isopolity.contracts.event import Event
from isopolity.notify.application.ports import NotifyUnitOfWork

RETURNED: Final = "isopolity.notify.canary.returned.v1"


class CanaryHandler:
    """Handler of matching's canary."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def relayed(self, event: Event[CanarySounded], unit_of_work: NotifyUnitOfWork) -> None:
        """Remember when it was last seen, and pass a new one back; mails nobody."""
        if await unit_of_work.sightings.saw_canary(event.data.sounded_at, self._clock()):
            unit_of_work.outbox.publish(RETURNED, event.data)
