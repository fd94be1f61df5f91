"""Pages of the demo network: as a person of it, checked by axe, and as pictures."""

import os
from pathlib import Path
from typing import Any, Final, Literal

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

from tests.support.hosting.running_command import Running

PICTURES: Final = "ISOPOLITY_TEST_PICTURES"
"""The variable with a folder for pictures of the pages in tests."""
_WIDTHS: Final = (360, 1280)
_ALL: Final[dict[str, Any]] = {"resultTypes": ["violations"]}
"""Options by which axe describes violations only; describing passed rules takes a third of its time."""
_CONTRAST: Final = _ALL | {"runOnly": ["color-contrast"]}


def serious(page: Page) -> list[str]:
    """Serious or critical findings of axe on the page; in the dark scheme only contrast is checked again."""
    page.wait_for_load_state()
    page.evaluate(AXE_SCRIPT)  # once for both, as Axe.run does not: a sixth of its time is to read the script
    return [*_serious("light", _ALL, page), *_serious("dark", _CONTRAST, page)]


def _serious(scheme: Literal["light", "dark"], options: dict[str, Any], page: Page) -> list[str]:
    page.emulate_media(color_scheme=scheme)
    return [
        f"{page.url} ({scheme}): {each['help']}: {each['nodes'][0]['html']}"
        for each in page.evaluate("options => axe.run(options)", options)["violations"]
        if each["impact"] in ("serious", "critical")
    ]


def look_around_as(role: str, page: Page, network: Running) -> None:
    """Sign in to the demo as `role`: to the desk of staff, the status of an operator, or the tasks of a foundation."""
    page.goto(f"{network.url}/look-around")
    page.get_by_role("button", name=f"Look around as {role}").click()
    page.wait_for_url({"staff": "**/office", "an operator": "**/operations"}.get(role, "**/me"))


def picture(page: Page, name: str) -> None:
    """Save pictures of the page at the widths of a telephone and a desktop, if the variable names a folder."""
    if not (folder := os.environ.get(PICTURES)):
        return
    before = page.viewport_size
    for width in _WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        page.screenshot(path=Path(folder) / f"{name}-{width}.png", full_page=True)
    assert before is not None
    page.set_viewport_size(before)
