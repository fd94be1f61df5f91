"""A stranger's page asks each service a bounded number of times, since services count the visitor's questions."""

from collections import Counter
from typing import Any

import httpx
import pytest

from isopolity.contracts.registry import PartnerState, RequestState
from isopolity.portal.entrypoints.http.app import PAGES
from isopolity.web.rate_limits import READS_OF_A_PAGE
from tests.support.portal.service import (
    EMPTY,
    HOME,
    NOWHERE,
    PARTNER,
    REQUEST,
    city,
    listed,
    portal,
    sought,
    supportable,
)

_STATES: dict[str, Any] = {"version": 1, "illustrative": True, "status": "endorsed"}
_PROGRAMMES = [each | {"programme_id": "p1"} for each in PARTNER["programmes"]]
_PARTNER = PARTNER | _STATES | {"partner_id": "fund", "programmes": _PROGRAMMES}
_REQUEST = REQUEST | _STATES | {"request_id": "r1", "status": "published", "city_id": "espoo"}
_TIE = {"city_a": "aarhus", "city_b": "espoo", "since": 1999}
_SERVED = HOME | {
    "/cities": listed(city(), city(city_id="aarhus")),
    "/cities/espoo": city(),
    "/cities/places": NOWHERE,
    "/legal-acts": EMPTY,
    "/partners": listed(PartnerState.model_validate(_PARTNER).model_dump(mode="json")),
    "/partners/fund": PartnerState.model_validate(_PARTNER).model_dump(mode="json"),
    "/partnerships": EMPTY,
    "/requests": EMPTY,
    "/requests/r1": RequestState.model_validate(_REQUEST).model_dump(mode="json"),
    "/requests/programmes": listed(supportable()),
    "/seeking": listed(sought("sdg.4")),
    "/twinnings": listed(_TIE),
}
_IDS = {"city_id": "espoo", "partner_id": "fund", "programme_id": "p1", "request_id": "r1", "secret": "none"}
_OPEN = sorted(
    route.path.format(**_IDS)
    for route in PAGES
    if "GET" in (route.methods or set())
    and not route.path.startswith(("/me", "/proposals", "/office", "/operations", "/sessions", "/accounts"))
)


@pytest.mark.parametrize("path", _OPEN)
async def test_no_page_asks_one_service_more_often_than_its_limit_allows_for(path: str) -> None:
    seen: list[httpx.Request] = []
    async with portal(_SERVED, seen) as browser:
        answer = await browser.get(path)
    assert answer.status_code != httpx.codes.INTERNAL_SERVER_ERROR
    reads = Counter(request.url.host for request in seen if request.method == "GET")
    assert all(number <= READS_OF_A_PAGE for number in reads.values()), reads


async def test_the_page_that_asks_most_needs_all_that_is_allowed_for() -> None:
    seen: list[httpx.Request] = []
    async with portal(_SERVED, seen) as browser:
        assert (await browser.get("/cities/espoo")).status_code == httpx.codes.OK
    assert Counter(request.url.host for request in seen)["registry"] == READS_OF_A_PAGE
