"""Every route that may change something is a known act: who adds one says here that it is audited, or why not.

What a unit of work commits during an act is entered by itself, with what the repositories or handlers tell of it.
"""

from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from isopolity.identity.actors import AUDITED, Act, acting, amend_act, current_act
from isopolity.machine.clock import system_clock
from isopolity.matching.bootstrap import open_matching
from isopolity.matching.settings import MatchingSettings
from isopolity.notify.bootstrap import open_notify
from isopolity.notify.settings import NotifySettings
from isopolity.registry.bootstrap import open_registry
from isopolity.registry.settings import RegistrySettings
from isopolity.web.application import service_app
from isopolity.web.network_tokens import LocalTokens
from isopolity.web.request_scope import NAMED_ACT, VERBS, action_name
from isopolity.web.routing import KNOWN_ONLY, ServiceRouter
from tests.support.keys import keys_of
from tests.support.shared.acts import ACTS
from tests.support.shared.migrated import filled_with_tables

SERVICES: dict[str, tuple[Any, Any]] = {
    "registry": (RegistrySettings, open_registry),
    "matching": (MatchingSettings, open_matching),
    "notify": (NotifySettings, open_notify),
}
NOT_KEPT: dict[str, str] = {
    "contacts.lookup": "reads only",
    "contacts.find": "reads only",
    "drafts.plan": "reads only",
    "drafts.trial": "reads only",
    "members.trial": "reads only",
    "members.request-trial": "reads only",
    "rules.check": "reads only",
    "done-imports.preview": "reads only",
    "members.in-use": "reads only",
    "rules.trial": "reads only",
    "previews.create": "reads only",
    "unarrived.preview": "reads only",
    "confirmations.create": "a stranger's, with the secret of a mailed link; what it confirms is in the application",
    "confirmations.issue": "a service's, when it writes a mail",
    "drafts.create": "a stranger's; it changes nothing of anybody's",
    "drafts.issue": "a service's, when it writes a mail",
    "drafts.open": "reads only",
    "drafts.save": "a stranger's, with the secret of a mailed link; it changes that one's draft only",
    "drafts.hand-in": "a stranger's, with the secret of a mailed link; it tells in the application",
    "drafts.forget": "a stranger's, with the secret of a mailed link; it deletes that one's draft only",
    "handovers.look": "reads only",
    "contact-changes.look": "reads only",
    "contacts.answered": "a service's: notify's entry tells of the answer",
    "contact-confirmations.look": "reads only",
    "consultations.look": "reads only",
    "letters.issue": "a service's, when it writes a mail",
    "letters.forget": "a service's, when the mail is out or given up; it deletes the address that was kept for it",
    "sign-ins.create": "a stranger's; it changes nothing of anybody's",
    "sign-ins.issue": "a service's, when it writes a mail",
    "sign-ins.issuer": "reads only: where staff goes to sign in",
    "sessions.refresh": "a session's own going on, with its refresh token",
    "sessions.passkey-options": "a session's own, with its refresh token; it asks",
    "passkeys.options": "asks; a passkey that is added tells it",
    "sign-ins.passkey": "a stranger's; it changes nothing of anybody's",
    "confirm.create": "passes a stranger's confirmation on to registry",
}
"""Acts without an entry, and why."""


@pytest.mark.parametrize("service", SERVICES)
async def test_every_route_that_may_change_something_is_an_act_that_the_tests_know(
    tmp_path: Path, service: str
) -> None:
    kind, open_service = SERVICES[service]
    settings = kind(data=tmp_path, **keys_of("k" * 32))
    await filled_with_tables(settings.database_url, f"isopolity.{service}")
    async with open_service(settings) as opened:
        changing = [
            (route, method) for route in routes_of(opened.app) for method in route.methods or () if method in VERBS
        ]
        names = [action_name(route.path, method) for route, method in changing]
        assert len(set(names)) == len(names)
        assert set(names) - NOT_KEPT.keys() == ACTS[service]


@pytest.mark.parametrize("service", SERVICES)
async def test_every_route_is_an_act_by_name_and_those_of_the_api_refuse_unknown_parameters(
    tmp_path: Path, service: str
) -> None:
    kind, open_service = SERVICES[service]
    settings = kind(data=tmp_path, **keys_of("k" * 32))
    await filled_with_tables(settings.database_url, f"isopolity.{service}")
    async with open_service(settings) as opened:
        for route in (each for each in routes_of(opened.app) if each.include_in_schema):
            asked = {each.call for each in route.dependant.dependencies}
            assert NAMED_ACT.dependency in asked, route.path
            assert KNOWN_ONLY.dependency in asked or "/v1" not in route.path, route.path
            assert "default" in route.responses, route.path


def routes_of(app: FastAPI) -> list[APIRoute]:
    """The routes of an application, without files."""
    return [route for route in app.routes if isinstance(route, APIRoute)]


@pytest.mark.parametrize(("method", "action"), [("POST", "things.weigh"), ("GET", None)])
async def test_every_route_of_an_application_is_named_and_names_its_subject(method: str, action: str | None) -> None:
    router = ServiceRouter(prefix="/notes/v1")

    @router.api_route("/things/{thing_id}/weigh/{token}", methods=[method])
    async def weigh(thing_id: str, token: str) -> list[str | None]:
        act = current_act()
        assert act is not None
        return [act.action, act.subject_kind, act.subject_id, act.actor_kind, act.address]

    tokens = LocalTokens(["k" * 32], system_clock)
    app = service_app("notes", title="Notes", description="", tokens=tokens, routers=[router])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://notes") as client:
        answer = await client.request(method, "/notes/v1/things/7/weigh/secret")
    named = ["thing", "7"] if action else [None, None]
    assert answer.json() == [action, *named, "anonymous", "127.0.0.1"]
    assert current_act() is None


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [
        ("POST", "/registry/v1/cities", "cities.create"),
        ("PATCH", "/registry/v1/cities/{city_id}", "cities.change"),
        ("POST", "/registry/v1/cities/{city_id}/endorse", "cities.endorse"),
        ("POST", "/matching/v1/proposals/approve", "proposals.approve"),
        ("POST", "/registry/v1/partners/{partner_id}/programmes/{programme_id}/endorse", "programmes.endorse"),
        ("DELETE", "/registry/v1/partners/{partner_id}/selections/{selection_id}", "selections.delete"),
        ("PUT", "/matching/v1/amounts/{request_id}/{currency}", "amounts.change"),
        ("POST", "/notify/answer/{token}", "answer.create"),
        ("POST", "/notify/v1/proposals/{proposal_id}/answer", "proposals.answer"),
    ],
)
def test_an_act_is_called_by_its_resource_and_verb(method: str, path: str, name: str) -> None:
    assert action_name(path, method) == name


def test_an_act_ends_with_its_request() -> None:
    amend_act(actor="nobody")
    assert current_act() is None
    with acting(Act(action="cities.create")):
        amend_act(actor_kind="staff", actor="anna")
        found = current_act()
        assert found is not None
        assert found.is_audited
    assert current_act() is None


@pytest.mark.parametrize("kind", ["anonymous", "service", *sorted(AUDITED)])
def test_reading_is_no_act_and_strangers_have_none(kind: str) -> None:
    assert not Act(actor_kind=kind).is_audited
    assert Act(actor_kind=kind, action="cities.create").is_audited is (kind in AUDITED)
