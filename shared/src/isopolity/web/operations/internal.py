"""Requests from inside: metrics are for operators, not for everybody who knows the public address."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from fastapi import Request
from starlette.exceptions import HTTPException

from isopolity.settings import Settings
from isopolity.web.addresses import address_of, is_loopback


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
        if name in ("localhost", *self.names) or is_loopback(name):
            return True
        return name not in ("", self.public) and (address_of(name) is not None or "." not in name)
