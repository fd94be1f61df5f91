"""Ports of the workflows: reports of notify, and signs of life."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol


class Sightings(Protocol):
    """When canaries were last seen."""

    async def saw_canary(self, name: str, sounded_at: datetime, seen_at: datetime) -> bool:
        """Remember the newest canary of this name; returns whether this one is newer than the known one."""


class Watermarks(Protocol):
    """Up to when answers are complete."""

    async def reach(self, partition: int, before: datetime) -> None:
        """Note that all answers before that moment, in this partition of the response topic, have been taken in."""

    async def answers_complete_before(self) -> datetime | None:
        """The moment before which all answers have been taken in; None until each partition has a moment."""


class Deliveries(Protocol):
    """The mails that put proposals to sides."""

    async def put(self, message_id: str, version: int, proposal_id: str, side: str, mailed_at: datetime | None) -> None:
        """Keep a mail's state if it is newer than the known one; `mailed_at` is None unless the mail was sent."""

    async def reached(self, proposal_ids: Collection[str]) -> Collection[tuple[str, str]]:
        """The sides of these proposals that a mail about them has reached, each with the proposal's id first."""
