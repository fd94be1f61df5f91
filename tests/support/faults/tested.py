"""The system under test, as traffic and sums use it: many processes on Kafka, or one with the embedded broker."""

import json
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

from isopolity.machine.clock import system_clock
from isopolity.messaging.broker import MessageBroker
from isopolity.web.network_tokens import LocalTokens

SERVICES = ("registry", "matching", "notify")
KEY = "the key of the fault tests has 32 characters and more"
WEIGHTS = Path(__file__).with_name("weights.toml")
"""Subjects without neighbours, so that a round that knows only one city of a pair proposes nothing to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A mail that arrived; `mail_id` is the part before the @ of its Message-ID."""

    identifier: str
    mail_id: str
    recipient: str


class Arrivals(Protocol):
    """The mail server or mail box where mails arrive."""

    async def received(self) -> list[Received]:
        """All mails that arrived, in no particular order."""

    async def link_in(self, received: Received) -> str:
        """The answer link in a mail."""


class Tested(Protocol):
    """A system under test."""

    @property
    def arrivals(self) -> Arrivals: ...

    def urls(self, service: str) -> Sequence[str]:
        """The addresses of a service's instances."""

    def reading(self) -> AbstractAsyncContextManager[MessageBroker]:
        """The broker, for reading records and lags."""

    async def ready(self) -> None:
        """Return once every instance is."""

    async def rows(self, service: str, query: str) -> list[dict[str, Any]]:
        """The rows that `query` finds in a service's database; JSON comes decoded."""

    async def hurry_mails(self) -> None:
        """Make deferred mails due now, and let the mail server be tried now."""

    async def graphs(self) -> Sequence[Mapping[str, str]]:
        """The network that each instance of matching holds in memory, as `described`."""


def decoded(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row with its JSON document decoded."""
    return {name: json.loads(value) if name == "document" else value for name, value in row.items()}


def token() -> str:
    """A bearer token with all scopes."""
    scopes = ["staff", "operator", "contacts:read"]
    return LocalTokens([KEY], system_clock).issue("test", scopes, lifetime=timedelta(hours=1))
