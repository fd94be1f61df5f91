"""An application served in the event loop of a test."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import httpx
from starlette.types import ASGIApp

from isopolity.runtime.process import serve
from tests.support.polling import until


@asynccontextmanager
async def served(app: ASGIApp, url: str) -> AsyncIterator[None]:
    """Serve it at `url`, an address of this machine with a port that is free."""
    stop = asyncio.Event()
    serving = asyncio.create_task(serve(app, host="127.0.0.1", port=urlsplit(url).port or 0, stop=stop))
    async with httpx.AsyncClient() as client:
        await until(lambda: _answers(client, url), what="the application answers")
    try:
        yield
    finally:
        stop.set()
        await serving


async def _answers(client: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await client.get(f"{url}/about")).is_success
    except httpx.TransportError:
        return False
