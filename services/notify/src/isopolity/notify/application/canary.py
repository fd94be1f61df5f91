"""The canary arrives: its path from registry through matching works."""

from isopolity.clock import Clock
from isopolity.contracts.canary import CanarySounded
from isopolity.contracts.event import Event
from isopolity.notify.application.ports import NotifyUnitOfWork


class CanaryHandler:
    """Handler of matching's canary."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def relayed(self, event: Event[CanarySounded], unit_of_work: NotifyUnitOfWork) -> None:
        """Remember when it was last seen; mails nobody."""
        await unit_of_work.sightings.saw_canary(event.data.sounded_at, self._clock())
