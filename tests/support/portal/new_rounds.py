"""What the form that starts a round needs of the services, and the rounds that were ordered."""

import json
from typing import Any

import httpx

from tests.support.portal.rounds import ROUND, SERVED
from tests.support.portal.service import HOSTILE

CHECKED: dict[str, Any] = {
    "faults": [], "rules": [f"At least 5 twinnings {HOSTILE}."], "objective": "The most fit in total.",
    "order": {"rules": [{"at_least": 5}], "objective": "first-ties-first"},
}  # fmt: skip
FILLED = {
    "mode": "exact",
    "twinning": "1",
    "floors": "1",
    "objective": "",
    "rules": "[[rules]]\nat_least = 5",
    "seed": "7",
}
TRIED: dict[str, Any] = {
    "rules": [{"rule": CHECKED["rules"][0], "concerns": "14 cities in 6 countries", "faults": []}],
    "cost": "A round keeps this rule anyway: nothing is lost.", "faults": [], "members": {},
}  # fmt: skip
ACTS: dict[str, Any] = SERVED | {
    "/rules/check": CHECKED,
    "/rules/trial": TRIED,
    "/rounds": ROUND,
    "/rounds/r1/cancel": ROUND,
}


def orders(seen: list[httpx.Request]) -> list[Any]:
    """The rounds that were ordered."""
    posts = (each for each in seen if each.method == "POST" and each.url.path.endswith("/rounds"))
    return [json.loads(each.content) for each in posts]
