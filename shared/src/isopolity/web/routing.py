"""Routers that are asked for the paths below their prefix only.

FastAPI prepares all routes of a router when a request is first held against them, which takes milliseconds a route.
"""

from fastapi import APIRouter
from starlette.routing import Match
from starlette.types import Scope


class PrefixRouter(APIRouter):
    """A router that looks at its routes only for paths that begin with its prefix."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if not scope["path"].startswith(self.prefix):
            return Match.NONE, {}
        return super().matches(scope)
