"""How often one client address may ask. A request that brings no token, or one that is not accepted, is counted.

A token is verified before anything is counted, so a made-up header changes nothing for its sender, nor for others at
the same address whose tokens are accepted. Callers on the loopback interface without a proxy are not counted either:
the command, a probe, the embedded mode.
Decision record 0029 says why.
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
    """The address that `host` is, or None where it is a name or nothing."""
    try:
        return ip_address(host)
    except ValueError:
        return None


def is_loopback(host: str) -> bool:
    """Whether `host` is an address of this machine itself; a name is not."""
    address = address_of(host)
    return address is not None and address.is_loopback


_ADDRESSES: Final = 10_000
_READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Rate:
    """`burst` requests at once, and then `per_second`."""

    burst: float
    per_second: float


PROXY: Final = Rate(300, 30.0)
"""Requests of one client that the proxy lets through, with a token or without: a page of the portal is one."""
READS_OF_A_PAGE: Final = 4
"""Reads that a page of the portal makes at one service at most, on its visitor's address; a file may make more."""
READS: Final = Rate(PROXY.burst * READS_OF_A_PAGE, PROXY.per_second * READS_OF_A_PAGE)
"""What a service lets through: as many pages as the proxy does, so that the proxy's limit is the one that is met."""
WRITES: Final = Rate(60, 1.0)
"""Of one address, which an office or a workshop shares; what causes a mail is bounded elsewhere."""


class TokenBuckets:
    """A token bucket for each key. At most `keys` are remembered; the one unused for longest starts anew."""

    def __init__(self, rate: Rate, clock: Callable[[], float], *, keys: int = _ADDRESSES) -> None:
        self._rate = rate
        self._clock = clock
        self._keys = keys
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, key: str) -> float:
        """Seconds until `key` has a token; 0 if it has one."""
        return max(0.0, (1 - self._level(key)) / self._rate.per_second)

    def take(self, key: str) -> float:
        """Take a token of `key`. Returns 0, or the seconds until there is one, and then takes none."""
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
    """Middleware that answers 429 with Retry-After to an address that asks too often."""

    def __init__(self, app: ASGIApp, *, clock: Callable[[], float] = monotonic) -> None:
        self._app = app
        self._reads = TokenBuckets(READS, clock)
        self._writes = TokenBuckets(WRITES, clock)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        host = scope["client"][0] if scope.get("client") else ""
        if scope["type"] == "http" and not _is_of_this_machine(host, scope) and not await is_accepted(scope):
            _refuse_until(self._of_strangers(scope).take(client_key(host)))
        await self._app(scope, receive, send)

    def _of_strangers(self, scope: Scope) -> TokenBuckets:
        return self._reads if scope["method"] in _READING else self._writes


def _is_of_this_machine(host: str, scope: Scope) -> bool:
    return is_loopback(host) and "x-forwarded-for" not in Headers(scope=scope)


def client_key(host: str) -> str:
    """The name of one client: its IPv4 address, or the /64 of an IPv6 one, which is what one line is given."""
    address = address_of(host)
    if address is None:
        return host[:64]
    if not isinstance(address, IPv6Address):
        return str(address)
    return str(address.ipv4_mapped or IPv6Address(int(address) >> 64 << 64))


def _told(seconds: int) -> str:
    return "a second" if seconds == 1 else f"{seconds} seconds"


def _refuse_until(wait: float) -> None:
    if wait:
        seconds = max(1, ceil(wait))
        sentence = f"Too many requests came from this network address; try again in {_told(seconds)}."
        again = {"seconds": seconds}
        raise Problem(429, sentence, code="too-many-requests", parameters=again, headers={"Retry-After": str(seconds)})
