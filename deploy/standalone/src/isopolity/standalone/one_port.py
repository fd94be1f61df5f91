"""All services and the pages under one port: the first step of a path says whose it is."""

from collections.abc import Mapping

from starlette.types import ASGIApp, Receive, Scope, Send


class OnePort:
    """Hands each request to the service that its path begins with, unchanged; anything else to the pages.

    So are the services' own docs, `/<service>/docs`: those load a program from elsewhere, the pages have it here.
    """

    def __init__(self, services: Mapping[str, ASGIApp], pages: ASGIApp) -> None:
        self._services = services
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            return  # the server is told to send no lifespan events
        prefix, _, rest = scope["path"].lstrip("/").partition("/")
        app = self._pages if rest == "docs" else self._services.get(prefix, self._pages)
        await app(scope, receive, send)
