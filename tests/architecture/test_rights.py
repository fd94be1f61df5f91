"""Each route of staff or operators that changes something names the right that it needs."""

from collections.abc import Iterator, Sequence
from typing import Final

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from isopolity.identity.actors import SCOPES, WHOLE
from isopolity.matching.entrypoints.http import app as matching
from isopolity.notify import bootstrap as notify
from isopolity.registry.entrypoints.http import app as registry
from isopolity.web.operations.routers import operations_routers
from isopolity.web.routing import ServiceRouter
from isopolity.web.security import Admission

ROUTERS: Final[dict[str, Sequence[ServiceRouter]]] = {
    "registry": registry.ROUTERS,
    "matching": matching.ROUTERS,
    "notify": notify.ROUTERS,
}
READING: Final = {"GET", "HEAD"}
ALL_RIGHTS: Final = {
    "POST /registry/v1/revocations": "an operator revokes anybody's tokens",
}
"""Routes that a whole scope alone opens, and why."""
LOOKS: Final = {
    "DELETE /registry/v1/sessions/{session_id}": "one's own session",
    "POST /registry/v1/sessions/end-others": "one's own sessions",
    "POST /registry/v1/passkeys": "one's own passkeys",
    "POST /registry/v1/passkeys/options": "one's own passkeys",
    "DELETE /registry/v1/passkeys/{passkey_id}": "one's own passkeys",
    "POST /registry/v1/contacts/find": "a question",
    "POST /matching/v1/rules/check": "a question",
    "POST /matching/v1/rules/trial": "a question",
    "POST /matching/v1/members/{member_id}/trial": "a question",
    "POST /matching/v1/members/{member_id}/request-trial": "a question",
    "POST /matching/v1/members/in-use": "a question",
    "POST /matching/v1/drafts/{round_id}/plan": "a question",
    "POST /matching/v1/drafts/{round_id}/trial": "a question",
    "POST /notify/v1/previews": "a question",
    "POST /notify/v1/unarrived/preview": "a question",
}
"""Routes that are open to whoever reads, though they are no GET, and why."""


def admissions(dependant: Dependant) -> Iterator[Admission]:
    if isinstance(dependant.call, Admission):
        yield dependant.call
    for each in dependant.dependencies:
        yield from admissions(each)


def asked(service: str) -> dict[str, set[str]]:
    """The scopes and rights that each route asks for, by its method and path."""
    routers = [*ROUTERS[service], *operations_routers(service)]
    routes = [route for router in routers for route in router.routes if isinstance(route, APIRoute)]
    return {
        f"{method} {route.path}": {scope for each in admissions(route.dependant) for scope in each.scopes}
        for route in routes
        for method in route.methods or ()
    }


@pytest.mark.parametrize("service", ROUTERS)
def test_what_changes_something_names_its_right(service: str) -> None:
    routes = {route: scopes for route, scopes in asked(service).items() if route.split()[0] not in READING}
    assert len([route for route, scopes in routes.items() if any(":" in scope for scope in scopes)]) > 5
    unnamed = {route for route, scopes in routes.items() if scopes & set(WHOLE)}
    assert unnamed == {route for route in ALL_RIGHTS if route.split("/")[1] == service}


@pytest.mark.parametrize("service", ROUTERS)
def test_what_changes_something_is_not_open_to_who_reads(service: str) -> None:
    routes = {route: scopes for route, scopes in asked(service).items() if route.split()[0] not in READING}
    open_to_readers = {route for route, scopes in routes.items() if scopes & {f"{whole}:read" for whole in WHOLE}}
    assert open_to_readers == {route for route in LOOKS if route.split("/")[1] == service}


@pytest.mark.parametrize("service", ROUTERS)
def test_no_route_names_a_right_that_nobody_can_have(service: str) -> None:
    named = {scope for scopes in asked(service).values() for scope in scopes}
    assert named <= {*SCOPES, "operator:manage"}
