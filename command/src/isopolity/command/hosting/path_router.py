"""All services and the pages under one port: the first segment of a request's path says which of them answers."""

from collections.abc import Mapping

from starlette.types import ASGIApp, Receive, Scope, Send


class PathRouter:
    """Hands a request, unchanged, to the service whose name its path begins with; any other request to the pages."""

    def __init__(self, services: Mapping[str, ASGIApp], pages: ASGIApp) -> None:
        self._services = services
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            return  # lifespan events: the server is configured to send none
        prefix = scope["path"].lstrip("/").partition("/")[0]
        await self._services.get(prefix, self._pages)(scope, receive, send)
