"""A partner with a programme, in the answers of registry and matching."""

from typing import Any

import httpx
from httpx import codes

from tests.support.portal.service import CITY, answers, listed

FUND = CITY | {"member_kind": "partner", "member_id": "fund", "member_name": "The Fund"}
READ: dict[str, Any] = {
    "programme_id": "p1",
    "name": "Read",
    "budget": 50_000,
    "currency": "EUR",
    "grant_min": 1_000,
    "grant_max": 5_000,
    "opens": None,
    "closes": None,
    "subjects": ["sdg.4"],
    "supports": ["funding"],
    "regions": [],
    "countries": ["FI"],
    "purpose": None,
    "eligibility": None,
    "population_min": None,
    "population_max": None,
    "cities": 2,
    "topics": [],
    "language": None,
}
REACH: dict[str, Any] = {
    "cities": 1_200,
    "requests": 1,
    "people": 4_200_000,
    "unknown": 2,
    "first_ties": 7,
    "regions": {"africa": 1_000, "of-nobody": 200},
}


def served(seen: list[httpx.Request], status: int = 200, body: Any = None, **changes: Any) -> dict[str, Any]:
    """Answers of registry with the partner; it answers a change with this status."""
    fund = {"partner_id": "fund", "name": "The Fund", "version": 7, "programmes": [READ], "waiting": []} | changes

    def changed(_: httpx.Request) -> Any:
        return fund if status == codes.OK else httpx.Response(status, json=body or {})

    told = {f"/members/fund/{kind}": listed() for kind in ("interests", "proposals", "partnerships")}
    return (
        answers(FUND) | told | {"/partners/fund": fund, "PATCH /partners/fund": changed, "/partners/fund/reach": REACH}
    )
