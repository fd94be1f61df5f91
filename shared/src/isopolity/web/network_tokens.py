"""Tokens of the network itself: signed with the key of a named holder (EdDSA), verified with its public half.

Public keys of a publisher are fetched again when they are old, or when a token names an unknown key. Invariant: a token
is accepted only for what the holder of its key may sign, whatever its claims are; the id of a token without a session
begins with the name of its key, so that the audit shows who signed it. A key that is no longer published is trusted for
at most `FRESH` while its publisher answers, and for `stale` while it does not.
"""

from asyncio import Lock
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Generic, Protocol, TypeVar

import httpx
import jwt
import structlog

from isopolity.identity.actors import SCOPES
from isopolity.identity.network_keys import COMMAND, HOLDERS, PublicKey, public_key, signing_key
from isopolity.machine.clock import Clock, IdFactory, system_clock, uuid7
from isopolity.web.tokens import (
    AUDIENCE,
    ISSUER,
    LONGEST_LIFE,
    KeysUnknown,
    Principal,
    TokenRefused,
    TokenVerifier,
    claims_of,
    readable,
    verified,
)

_ALGORITHM: Final = "EdDSA"


class Keys(Protocol):
    """Source of the network's public keys."""

    async def key(self, key_id: str) -> PublicKey | None:
        """The key with this id; None if the network has no such key. Raises KeysAway."""


@dataclass(frozen=True, slots=True)
class KnownKeys:
    """A fixed set of keys."""

    by_id: Mapping[str, PublicKey]

    async def key(self, key_id: str) -> PublicKey | None:
        return self.by_id.get(key_id)


def known_keys(keys: Sequence[PublicKey]) -> KnownKeys:
    """`KnownKeys` of these keys."""
    return KnownKeys({key.key_id: key for key in keys})


@dataclass(frozen=True, slots=True)
class NetworkTokens:
    """Verifies tokens of the network with its public keys; `earlier`, if given, those of the release before."""

    keys: Keys
    longest: timedelta = LONGEST_LIFE
    earlier: TokenVerifier | None = None

    async def verify(self, token: str) -> Principal:
        """The caller that the token stands for. Raises TokenRefused and KeysUnknown."""
        with readable(token):
            header = jwt.get_unverified_header(token)
        if self.earlier is not None and header.get("alg") != _ALGORITHM:
            return await self.earlier.verify(token)
        try:
            key = await self.keys.key(str(header.get("kid", "")))
        except KeysAway as away:
            raise KeysUnknown from away
        if key is None:
            raise TokenRefused("The token is not signed with any of this network's keys; get a new token.")
        longest = min(self.longest, key.holder.longest or self.longest)
        try:
            claimed = verified(token, key.verifying, [_ALGORITHM], audience=AUDIENCE, issuer=ISSUER, longest=longest)
        except jwt.InvalidSignatureError:
            raise TokenRefused("The token's signature does not match its key; get a new token.") from None
        return _held(key, claimed)


def _held(key: PublicKey, claimed: Principal) -> Principal:
    """The caller of a token that this key signed. Raises TokenRefused for claims that its holder may not sign."""
    holder = key.holder
    if more := sorted((claimed.scopes & SCOPES.keys()) - holder.scopes):
        raise TokenRefused(f"The key {key.name} may not sign a token with the scope {more[0]}.")
    if holder.in_sessions:
        if claimed.session_id is None:
            raise TokenRefused("The token belongs to no session; sign in again.")
        return claimed
    if holder.speaks_for_itself and (claimed.subject != key.name or claimed.member_id is not None):
        raise TokenRefused(f"The key {key.name} signs tokens of {key.name} only.")
    start = f"{key.name}."
    token_id = claimed.token_id if claimed.token_id.startswith(start) else start + claimed.token_id
    return replace(claimed, session_id=None, token_id=token_id)


@dataclass(frozen=True, slots=True)
class LocalTokens:
    """Signs and verifies tokens of the holder `name`: the first of its secrets, `keys`, signs; all verify."""

    keys: Sequence[str]
    clock: Clock
    longest: timedelta = LONGEST_LIFE
    ids: IdFactory = uuid7
    name: str = COMMAND

    def issue(
        self,
        subject: str,
        scopes: Sequence[str],
        *,
        member_id: str | None = None,
        role: str | None = None,
        session_id: str | None = None,
        lifetime: timedelta,
    ) -> str:
        """A token for `subject` that is valid for `lifetime`; its id begins with the session's id, or the key's name.

        Raises ValueError for more than the longest life.
        """
        longest = min(self.longest, HOLDERS[self.name].longest or self.longest)
        if lifetime > longest:
            raise ValueError(f"a token of {self.name} lives for {longest} at most")
        token_id = f"{session_id or self.name}.{self.ids()}"
        named = {"member_id": member_id, "role": role, "session_id": session_id}
        claims = claims_of(subject, scopes, self.clock(), lifetime, token_id, **named)
        key_id = public_key(self.keys[0], self.name).key_id
        return jwt.encode(claims, signing_key(self.keys[0], self.name), _ALGORITHM, headers={"kid": key_id})

    @property
    def public(self) -> tuple[PublicKey, ...]:
        """The public halves, that of the signing key first."""
        return tuple(public_key(secret, self.name) for secret in self.keys)

    async def verify(self, token: str) -> Principal:
        return await NetworkTokens(known_keys(self.public), self.longest).verify(token)


FRESH: Final = timedelta(minutes=15)
"""Age at which keys are fetched again."""
STALE: Final = timedelta(hours=1)
"""Default age up to which keys are used while their publisher does not answer."""
_MALFORMED: Final = (LookupError, ValueError, TypeError, AttributeError)
"""Errors that reading a document of an unexpected form raises."""
_log = structlog.get_logger(__name__)
KeyT = TypeVar("KeyT")


class KeysAway(Exception):
    """The keys cannot be fetched now, so a token that names one cannot be verified."""


class PublishedKeys(Generic[KeyT]):
    """The keys that `fetch` returns, by their ids; it is called at most once in `patience`.

    So forged tokens cannot make us flood the publisher. Keys in `given` count as fetched at the start.
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
            async with self._fetching:  # calls for an unknown key wait for it; others use the known keys
                if (key_id not in self._keys or self._age() > FRESH) and self._clock() >= self._fetch_from:
                    self._fetch_from = self._clock() + self._patience
                    await self._fetch_keys()
        if self._age() > self._stale or (self._is_away and key_id not in self._keys):
            raise KeysAway
        return self._keys.get(key_id)

    def _age(self) -> timedelta:
        return timedelta.max if self._fetched_at is None else self._clock() - self._fetched_at

    async def _fetch_keys(self) -> None:
        """Replace the known keys by the published ones; while the publisher does not answer, they stay."""
        try:
            self._keys = await self._fetch()
        except (httpx.HTTPError, httpx.InvalidURL, jwt.PyJWTError, *_MALFORMED) as error:
            self._is_away = True
            _log.warning("keys_not_fetched", publisher=self._publisher, error=type(error).__name__)
        else:
            self._is_away = False
            self._fetched_at = self._clock()
