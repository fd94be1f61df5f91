"""`isopolity applications` and `isopolity changes` against a registry: what staff reads and decides."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from typer.testing import CliRunner, Result

from isopolity.command.client.http_client import Client
from isopolity.command.failure import ExitCode
from isopolity.command.main import app
from tests.support.registry.applications import APPLICATIONS, CITIES, apply, apply_and_confirm
from tests.support.registry.service import CONTACT, RegistryUnderTest, member, open_under_test, patching, staff


class Bridge(httpx.BaseTransport):
    """Hands the command's requests to the service in its event loop, with staff's token."""

    def __init__(self, portal: BlockingPortal, registry: RegistryUnderTest) -> None:
        self._portal = portal
        self._registry = registry

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        headers = dict(request.headers) | staff()
        made = self._registry.client.build_request(request.method, request.url, content=request.read(), headers=headers)
        answer = self._portal.call(self._registry.client.send, made)
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)


@pytest.fixture
def portal() -> Iterator[BlockingPortal]:
    with start_blocking_portal() as opened:
        yield opened


@pytest.fixture
def registry(portal: BlockingPortal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RegistryUnderTest]:
    monkeypatch.setenv("COLUMNS", "200")
    opening = open_under_test(f"sqlite+aiosqlite:///{tmp_path / 'registry.db'}", tmp_path)
    with portal.wrap_async_context_manager(opening) as opened:
        client = Client("http://registry", None, transport=Bridge(portal, opened))
        monkeypatch.setattr("isopolity.command.options.connect", lambda *_: client)
        yield opened


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def test_staff_lists_shows_and_endorses(portal: BlockingPortal, registry: RegistryUnderTest) -> None:
    assert "No application fits." in run("applications", "list").stdout
    portal.call(apply, registry)
    application_id = portal.call(apply_and_confirm, registry)
    listed = run("applications", "list").stdout
    assert application_id in listed
    assert "Other open applications for the same member: 1." in listed
    assert CONTACT["email"] in run("applications", "show", application_id).stdout
    done = run("applications", "endorse", application_id)
    assert "São Leopoldo is a new member. Its id is " in done.stdout
    again = run("applications", "endorse", application_id)
    assert (again.exit_code, "has been endorsed already" in again.stderr) == (ExitCode.WRONG, True)


def test_a_member_that_withdrew_comes_back_with_a_flag_only(
    portal: BlockingPortal, registry: RegistryUnderTest
) -> None:
    city_id = portal.call(registry.add_city)
    portal.call(lambda: registry.client.post(f"{CITIES}/{city_id}/withdraw", headers=staff()))
    application_id = portal.call(apply_and_confirm, registry)
    refused = run("applications", "endorse", application_id)
    assert (refused.exit_code, city_id in refused.stderr) == (ExitCode.WRONG, True)
    assert f"Its id is {city_id}." in run("applications", "endorse", application_id, "--reinstate").stdout


def test_staff_refuses_with_a_reason_of_the_list(portal: BlockingPortal, registry: RegistryUnderTest) -> None:
    application_id = portal.call(apply_and_confirm, registry)
    wrong = run("applications", "refuse", application_id, "--reason", "dull")
    assert (wrong.exit_code, "duplicate" in wrong.stderr) == (ExitCode.WRONG, True)
    assert "is refused" in run("applications", "refuse", application_id, "--reason", "duplicate").stdout
    found = portal.call(lambda: registry.client.get(f"{APPLICATIONS}/{application_id}", headers=staff()))
    assert found.json()["contact"] is None


def test_staff_decides_what_members_say(portal: BlockingPortal, registry: RegistryUnderTest) -> None:
    assert "Nothing waits." in run("changes", "list").stdout
    city_id, other = portal.call(registry.add_city), portal.call(lambda: registry.add_city(geonames_id=2, name="Łódź"))
    mine = member(city_id)
    change, tie = {"name": "Paris"}, {"city_a": city_id, "city_b": other}
    portal.call(lambda: registry.client.patch(f"{CITIES}/{city_id}", json=change, headers=mine | patching(2)))
    portal.call(lambda: registry.client.post("/registry/v1/twinnings", json=tie, headers=mine))
    listed = run("changes", "list").stdout
    assert "name: São Leopoldo → Paris" in listed
    assert "twinned: São Leopoldo, Łódź" in listed
    assert run("changes", "approve", city_id).exit_code == ExitCode.USAGE
    assert run("changes", "refuse", city_id, "--version", "1").exit_code == ExitCode.DONE
    assert run("changes", "approve", ":".join(sorted((city_id, other)))).exit_code == ExitCode.DONE
    assert "Nothing waits." in run("changes", "list").stdout
