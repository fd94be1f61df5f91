"""A city's profile before the portal: its form, its page, and the proposal that it answers."""

from typing import Any

import httpx

from isopolity.contracts.registry import CityState
from isopolity.registry.entrypoints import examples
from tests.support.portal.service import EMPTY, NO_TIES, NOWHERE, city, form_token, listed, sought, supportable

NEED = {"subject": "sdg.4", "mode": "webinar", "intensity": 4, "valid_until": "2027-12-31"}
OFFER = {"subject": "sdg.13", "mode": "training", "intensity": 2}


def state(**changes: Any) -> dict[str, Any]:
    """Registry's state of the city."""
    known: dict[str, Any] = dict(examples.CITY) | {
        "city_id": "espoo",
        "version": 7,
        "status": "endorsed",
        "name": "Espoo",
    }
    known |= {"region": "europe-north-america", "needs": [NEED], "offers": [OFFER], "capacity": 2}
    return CityState.model_validate(known | changes).model_dump(mode="json", exclude={"avoided_countries"})


def fields(page: httpx.Response, **changes: str) -> dict[str, str]:
    """The form of the page as it stands, with these changes."""
    shown = {"version": "7.0", "capacity": "2", "can_travel": "1", "form": form_token(page)}
    for kind, each in (("need", NEED), ("offer", OFFER)):
        shown |= {f"{kind}-0-{name}": str(value) for name, value in each.items()}
    return shown | changes


OWN: dict[str, Any] = {
    "proposal_id": "p1", "kind": "twinning", "stage": "open",
    "answer_by": "2026-12-18T21:59:59Z", "time_zone": "Europe/Helsinki", "closes_at": "2026-12-19T07:59:59Z",
    "own": {"name": "Espoo", "illustrative": False, "reasons": [{"text": "You both work in French."}]},
    "other": {
        "member_kind": "city", "member_id": "fez", "name": "Fez", "country": "MA", "illustrative": True,
        "programme_name": None, "request_id": None, "request_title": None, "about": "A city of crafts.",
    },
}  # fmt: skip


def answer(**changes: Any) -> dict[str, Any]:
    known = {"answer": None, "pending_until": None, "is_final": False, "takes_answers": True}
    return known | {"answer_by": "2026-12-18T21:59:59Z"} | changes


def profile(**changes: Any) -> dict[str, Any]:
    """What the services say of one city."""
    return {
        "/cities/espoo": city(**changes),
        "/requests": EMPTY,
        "/twinnings": EMPTY,
        "/partnerships": EMPTY,
    }


HOMES = {"cities": {"KE": 2, "CD": 1}, "partners": {"NL": 1}, "requests": {"PS": 1, "BV": 1}}
ENDS: dict[str, Any] = {
    "/cities": listed(city()),
    "/cities/places": NOWHERE,
    "/twinnings/places": NO_TIES,
    "/partners": EMPTY,
    "/requests": EMPTY,
    "/seeking": listed(sought("sdg.4")),
    "/requests/programmes": listed(supportable()),
    "/countries": HOMES,
    "/legal-acts": EMPTY,
}
