"""Answers of the services for a city, or a partner with programmes, that asks to be introduced to Fez."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from tests.support.portal.service import CITY as ANA
from tests.support.portal.service import answers, city, listed

FEZ = city(city_id="fez", name="Fez", country="MA")
FUND = {
    "partner_id": "fund",
    "name": "A Fund",
    "kind": "foundation",
    "home_country": "DE",
    "programmes": [],
    "illustrative": False,
}
INTEREST = {
    "interest_id": "i1", "member_id": "espoo", "other_id": "fez", "other_name": "Fez", "kind": "twinning",
    "programme_id": None, "request_id": None, "openly": True, "asked_at": "2026-11-27T09:00:00Z",
    "hear_by": "2026-12-28", "hears_at": "2026-12-28T23:59:59Z",
    "state": "waiting",
}  # fmt: skip
PATH = "/members/espoo/interests"


def served(**more: Any) -> dict[str, Any]:
    """Answers of the services for Ana of Espoo, who has asked for Fez."""
    public = {"/cities/fez": FEZ, "/twinnings": listed(), "/partnerships": listed(), "/requests": listed()}
    return answers(ANA) | public | {"/cities/espoo": city(), "/partners/fund": FUND, PATH: listed(INTEREST)} | more


OPEN: dict[str, Any] = {
    "proposal_id": "x1",
    "kind": "twinning",
    "stage": "open",
    "own": {"answer": None},
    "other": {"member_id": "oulu"},
    "issued_at": "2026-11-20T09:00:00Z",
    "answer_by": "2026-12-20T23:59:59Z",
    "closes_at": "2026-12-20T23:59:59Z",
}
EVA = ANA | {"member_kind": "partner", "member_id": "fund", "member_name": "A Fund"}
BOOKS = {"programme_id": "p1", "name": "Books", "cities": 1, "opens": None, "closes": None}
TO_FEZ = OPEN | {"kind": "sponsorship", "own": {"answer": None, "programme_id": "p1"}, "other": {"member_id": "fez"}}


def served_partner(
    *programmes: dict[str, Any], waiting: Sequence[str] = (), told: Mapping[str, Any] = MappingProxyType({})
) -> dict[str, Any]:
    """Answers of the services for Eva of a fund with these programmes."""
    own = answers(EVA) | {"/partners/fund": FUND | {"programmes": list(programmes), "waiting": list(waiting)}}
    nothing = {f"/members/fund/{kind}": listed() for kind in ("interests", "proposals", "partnerships")}
    return served() | own | nothing | dict(told)
