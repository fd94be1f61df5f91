"""Services with dead letters, for pages of the console."""

import json
from typing import Any

import httpx

from tests.support.portal.operations import OPERATOR
from tests.support.portal.service import HOSTILE, answers

PATH = "/operations/dead-letters"


PLACE = "isopolity.matching.proposal/3/17"


def letter(place: str = PLACE, **changes: Any) -> dict[str, Any]:
    """A dead letter in a list."""
    return {
        "id": place, "topic": place.split("/")[0], "key": "secret-key", "group": "isopolity.notify",
        "reason": "handler-failed", "detail": "ZeroDivisionError", "at": "2026-11-27T08:00:00Z", "is_reference": False,
        "failures": 1,
    } | changes  # fmt: skip


MASKED = letter() | {
    "event_type": "isopolity.matching.proposal.issued.v1", "fits": True, "kilobytes": 2, "hidden_headers": 1,
    "headers": {"ce_id": "e1"}, "trace_id": "0af7651916cd43dd8448eb211c80319c", "unknown_fields": 2,
    "fields": [{"name": "proposal_id", "value": "p1"}, {"name": "sides", "value": None}], "members": ["espoo"],
}  # fmt: skip


def served(
    seen: list[tuple[str, Any]] | None = None,
    fates: dict[str, Any] | None = None,
    **letters: list[dict[str, Any]] | int,
) -> dict[str, Any]:
    """The services with these letters; what is ordered of them is noted, and `fates` befall them."""
    orders = [] if seen is None else seen

    def listed(request: httpx.Request) -> Any:
        return letters.get(request.url.host, [])

    def ordered(request: httpx.Request) -> Any:
        order = json.loads(request.content)
        orders.append((request.url.host + request.url.path.rpartition("/")[2], order))
        if order["ids"] == ["gone/0/0"]:
            return 404
        done = [letter(each) for each in order["ids"]]
        return {"settled": done} if request.url.path.endswith("/settle") else {"redriven": done} | (fates or {})

    def unmasked(request: httpx.Request) -> Any:
        orders.append(("unmask", json.loads(request.content)))
        return letter() | {"headers": {"ce_id": "e1"}, "value": f"{HOSTILE} Ana"}

    return answers(OPERATOR) | {
        "/dead-letters": listed, "/dead-letters/redrive": ordered, "/dead-letters/settle": ordered,
        f"/masked-letters/{PLACE}": MASKED, "/dead-letters/unmask": unmasked,
    }  # fmt: skip
