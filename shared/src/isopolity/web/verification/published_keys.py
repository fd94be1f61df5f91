"""Public keys that a publisher offers, fetched when they are old and when an unknown key is named.

Invariant: a key that is no longer published is trusted for `FRESH` at most while its publisher answers, and for `stale`
while it does not.
"""

from asyncio import Lock
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Final, Generic, TypeVar

import httpx
import jwt
import structlog

from isopolity.machine.clock import Clock, system_clock

FRESH: Final = timedelta(minutes=15)
"""How long keys are used before they are fetched again."""
STALE: Final = timedelta(hours=1)
"""How long they are used while their publisher does not answer, if nothing else is said."""
_MALFORMED: Final = (LookupError, ValueError, TypeError, AttributeError)
"""Errors that reading a document raises where it has not the form that it should have."""
_log = structlog.get_logger(__name__)
KeyT = TypeVar("KeyT")


class KeysAway(Exception):
    """The keys cannot be fetched now, so that a token that names one cannot be judged."""


class PublishedKeys(Generic[KeyT]):
    """The keys that `fetch` gives by their ids; it is called once in `patience` at most.

    Forged tokens therefore do not make us flood the publisher. Keys in `given` count as fetched at the start.
    """

    def __init__(
        self,
        fetch: Callable[[], Awaitable[Mapping[str, KeyT]]],
        publisher: str,
        *,
        given: Mapping[str, KeyT] | None = None,
        clock: Clock = system_clock,
        patience: timedelta = timedelta(seconds=30),
        stale: timedelta = STALE,
    ) -> None:
        self._fetch = fetch
        self._publisher = publisher
        self._clock = clock
        self._patience = patience
        self._stale = stale
        self._fetching = Lock()
        self._fetch_from = clock()
        self._keys: Mapping[str, KeyT] = given or {}
        self._fetched_at: datetime | None = clock() if given else None
        self._is_away = False

    async def key(self, key_id: str) -> KeyT | None:
        """The key with this id; None if it is not published. Raises KeysAway."""
        if key_id not in self._keys or (self._age() > FRESH and not self._fetching.locked()):
            async with self._fetching:  # calls for an unknown key wait for it; others go on with what is known
                if (key_id not in self._keys or self._age() > FRESH) and self._clock() >= self._fetch_from:
                    self._fetch_from = self._clock() + self._patience
                    await self._fetch_keys()
        if self._age() > self._stale or (self._is_away and key_id not in self._keys):
            raise KeysAway
        return self._keys.get(key_id)

    def _age(self) -> timedelta:
        return timedelta.max if self._fetched_at is None else self._clock() - self._fetched_at

    async def _fetch_keys(self) -> None:
        """Take the published keys in place of those known; while the publisher does not answer they stay."""
        try:
            self._keys = await self._fetch()
        except (httpx.HTTPError, httpx.InvalidURL, jwt.PyJWTError, *_MALFORMED) as error:
            self._is_away = True
            _log.warning("keys_not_fetched", publisher=self._publisher, error=type(error).__name__)
        else:
            self._is_away = False
            self._fetched_at = self._clock()
