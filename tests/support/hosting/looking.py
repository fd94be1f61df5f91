"""Looking at pages of the demo network: as whom, and with axe."""

from typing import Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.support.hosting.running_command import Running


def serious(page: Page, scheme: Literal["light", "dark"]) -> list[str]:
    """What axe finds on the page that is serious or critical."""
    page.emulate_media(color_scheme=scheme)
    found = Axe().run(page).response["violations"]
    return [
        f"{page.url} ({scheme}): {each['help']}: {each['nodes'][0]['html']}"
        for each in found
        if each["impact"] in ("serious", "critical")
    ]


def look_around_as(role: str, page: Page, network: Running) -> None:
    """To the desk of the demo's staff, to the flow of its operator, or to what awaits a foundation of it."""
    page.goto(f"{network.url}/look-around")
    page.get_by_role("button", name=f"Look around as {role}").click()
    page.wait_for_url({"staff": "**/office", "an operator": "**/operations"}.get(role, "**/me"))
