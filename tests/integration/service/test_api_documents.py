"""The page of an API's document, in a browser under its Content-Security-Policy."""

import asyncio
from datetime import UTC, datetime

import httpx

from isopolity.registry.entrypoints.http.app import ROUTERS
from isopolity.runtime.process import serve
from isopolity.web.application import service_app
from isopolity.web.network_tokens import LocalTokens
from tests.support.polling import until
from tests.support.servers.browser import chromium
from tests.support.servers.ports import free_port

TOKENS = LocalTokens(["k" * 32], lambda: datetime.now(UTC))


def looked_at(url: str) -> tuple[int, list[str]]:
    """How many operations the page shows, one of them unfolded, and what the browser complains of."""
    complaints: list[str] = []
    with chromium() as browser:
        page = browser.new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(url)
        page.locator(".opblock").first.wait_for()
        page.locator(".opblock-summary-control").first.click()
        page.locator(".opblock-body").first.wait_for()
        return page.locator(".opblock").count(), complaints


async def test_a_browser_shows_it_and_its_policy_stops_nothing_of_it() -> None:
    app = service_app("registry", title="Registry", description="For tests", tokens=TOKENS, routers=ROUTERS)
    url, stop = f"http://127.0.0.1:{free_port()}", asyncio.Event()
    serving = asyncio.create_task(serve(app, host="127.0.0.1", port=int(url.rpartition(":")[2]), stop=stop))
    try:
        async with httpx.AsyncClient() as client:

            async def answers() -> bool:
                try:
                    return (await client.get(f"{url}/registry/docs")).is_success
                except httpx.TransportError:
                    return False

            await until(answers, what="the application answers")
        operations, complaints = await asyncio.to_thread(looked_at, f"{url}/registry/docs")
    finally:
        stop.set()
        await serving
    assert operations > 60
    assert complaints == []
