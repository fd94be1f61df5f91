"""Which requests come from inside: what the metrics tell is for operators, not for whoever knows the public address."""

from collections.abc import Collection
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Self
from urllib.parse import urlsplit

from fastapi import Request
from starlette.exceptions import HTTPException

from isopolity.settings import Settings


@dataclass(frozen=True, slots=True)
class InsideOnly:
    """A dependency that answers 404 to a request from outside.

    A request is from inside if no proxy passed it on, and its Host is loopback, a name in `names`, or else an address
    or a name without a dot (a pod's address, a container's name) that is not `public`, where people reach the network.
    """

    public: str
    names: Collection[str] = ()

    @classmethod
    def of(cls, settings: Settings) -> Self:
        return cls(urlsplit(settings.public_url).hostname or "", settings.inside_hosts)

    async def __call__(self, request: Request) -> None:
        if "x-forwarded-for" in request.headers or not self.admits(request.headers.get("host", "")):
            raise HTTPException(404)

    def admits(self, host: str) -> bool:
        """Whether a Host header names something inside."""
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        address = _address(name)
        if name in ("localhost", *self.names) or (address is not None and address.is_loopback):
            return True
        return name not in ("", self.public) and (address is not None or "." not in name)


def _address(name: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(name)
    except ValueError:
        return None
