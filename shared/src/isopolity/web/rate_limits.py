"""Limits on requests of one client address. Only requests without a token, or with one that is not accepted, count.

A token is verified before anything is counted, so an invented header changes nothing for its sender, nor for others at
the same address whose tokens are accepted. Callers on the loopback interface without a proxy are not counted: the
command, a probe, the embedded mode. Decision record 0029 says why.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from math import ceil
from time import monotonic
from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from isopolity.web.problems import Problem
from isopolity.web.security import is_accepted


def address_of(host: str) -> IPv4Address | IPv6Address | None:
    """The IP address in `host`; None if it is a name or empty."""
    try:
        return ip_address(host)
    except ValueError:
        return None


def is_loopback(host: str) -> bool:
    """Whether `host` is a loopback address; False for a name."""
    address = address_of(host)
    return address is not None and address.is_loopback


_ADDRESSES: Final = 10_000
_FROM_ONE_ADDRESS: Final = "Too many requests came from this network address"
_READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Rate:
    """`burst` requests at once, and then `per_second`."""

    burst: float
    per_second: float


PROXY: Final = Rate(300, 30.0)
"""Requests of one client that the proxy passes on, with or without a token; a page of the portal is one request."""
READS_OF_A_PAGE: Final = 4
"""The most reads that a page of the portal makes at one service for its visitor's address; a file may need more."""
READS: Final = Rate(PROXY.burst * READS_OF_A_PAGE, PROXY.per_second * READS_OF_A_PAGE)
"""Reads that a service accepts: enough for all pages that the proxy passes on, so the proxy's limit is met first."""
WRITES: Final = Rate(60, 1.0)
"""Writes of one address, which an office or workshop may share; requests that cause mails have further limits."""


class TokenBuckets:
    """A token bucket for each key. At most `keys` buckets are kept; the least recently used one is dropped."""

    def __init__(self, rate: Rate, clock: Callable[[], float], *, keys: int = _ADDRESSES) -> None:
        self._rate = rate
        self._clock = clock
        self._keys = keys
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, key: str) -> float:
        """Seconds until `key` has a token; 0 if it has one."""
        return max(0.0, (1 - self._level(key)) / self._rate.per_second)

    def take(self, key: str) -> float:
        """Take a token of `key` and return 0; without a token, return the seconds until there is one."""
        wait = self.wait(key)
        if not wait:
            self._levels[key] = (self._level(key) - 1, self._clock())
            self._levels.move_to_end(key)
            if len(self._levels) > self._keys:
                self._levels.popitem(last=False)
        return wait

    def _level(self, key: str) -> float:
        level, since = self._levels.get(key, (self._rate.burst, 0.0))
        return min(self._rate.burst, level + (self._clock() - since) * self._rate.per_second)


class RateLimit:
    """Middleware that answers 429 with Retry-After to an address above its limit."""

    def __init__(self, app: ASGIApp, *, clock: Callable[[], float] = monotonic) -> None:
        self._app = app
        self._reads = TokenBuckets(READS, clock)
        self._writes = TokenBuckets(WRITES, clock)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        host = scope["client"][0] if scope.get("client") else ""
        if scope["type"] == "http" and not _is_of_this_machine(host, scope) and not await is_accepted(scope):
            refuse_until(self._of_strangers(scope).take(client_key(host)), _FROM_ONE_ADDRESS)
        await self._app(scope, receive, send)

    def _of_strangers(self, scope: Scope) -> TokenBuckets:
        return self._reads if scope["method"] in _READING else self._writes


def _is_of_this_machine(host: str, scope: Scope) -> bool:
    return is_loopback(host) and "x-forwarded-for" not in Headers(scope=scope)


def client_key(host: str) -> str:
    """The key of one client: its IPv4 address, or the /64 of its IPv6 address, since one line gets a whole /64."""
    address = address_of(host)
    if address is None:
        return host[:64]
    if not isinstance(address, IPv6Address):
        return str(address)
    return str(address.ipv4_mapped or IPv6Address(int(address) >> 64 << 64))


def _in_seconds(seconds: int) -> str:
    return "a second" if seconds == 1 else f"{seconds} seconds"


def refuse_until(wait: float, cause: str) -> None:
    """Raise Problem 429 unless `wait`, in seconds, is 0; `cause` is the first part of its sentence."""
    if wait:
        seconds = max(1, ceil(wait))
        sentence = f"{cause}; try again in {_in_seconds(seconds)}."
        again = {"seconds": seconds}
        raise Problem(429, sentence, code="too-many-requests", parameters=again, headers={"Retry-After": str(seconds)})
