"""Each service in its own process, as in production: on Kafka and PostgreSQL, started and migrated by its command."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import httpx
from anyio.from_thread import start_blocking_portal

from isopolity.contracts.catalogue import TOPICS
from isopolity.identity.actors import BY_COMMAND
from isopolity.web.network_tokens import LocalTokens
from tests.support.hosting.running_command import wait_until_listening
from tests.support.keys import environment_of
from tests.support.messaging.faulty_kafka import patient_kafka
from tests.support.servers.ports import free_port
from tests.support.servers.provision import empty_database

SERVICES: Final = ("registry", "matching", "notify", "portal")
_KEY: Final = "a-key-for-tests-that-is-long-enough-to-sign"
_KEYS: Final = {name.removeprefix("ISOPOLITY_"): value for name, value in environment_of(_KEY).items()}
_SETTINGS: Final = {"SENDING_POLICY": "automatic", "SETTLE_SECONDS": "0.5", **_KEYS}


@dataclass(frozen=True, slots=True, kw_only=True)
class SeparateServices:
    """The services at work: the portal at `url`, the mail box in `data`."""

    data: Path
    kafka: str
    urls: dict[str, str]
    processes: dict[str, subprocess.Popen[str]]

    @property
    def url(self) -> str:
        return self.urls["portal"]

    def join(self, city: dict[str, Any], address: str) -> None:
        """Staff enters a city with a contact, then endorses it."""
        made = self._ask("POST", "/registry/v1/cities", city)
        person = {"role": "coordinator", "name": f"Coordinator of {city['name']}", "email": address}
        self._ask("POST", "/registry/v1/contacts", {"member_kind": "city", "member_id": made["city_id"], **person})
        self._ask("POST", f"/registry/v1/cities/{made['city_id']}/endorse", {})

    def add_operator(self, address: str) -> None:
        """An operator, who signs in by a mailed link."""
        self._ask("POST", "/registry/v1/people", {"name": "Mia", "email": address, "scopes": ["operator"]})

    def _ask(self, method: str, path: str, body: dict[str, Any]) -> Any:
        scopes, day = ("staff", "operator", "contacts:read"), timedelta(days=1)
        token = LocalTokens([_KEY], lambda: datetime.now(UTC)).issue(
            f"{BY_COMMAND}office", scopes, member_id=None, lifetime=day
        )
        headers = {"Authorization": f"Bearer {token}"}
        answer = httpx.request(method, self.urls["registry"] + path, json=body, headers=headers, timeout=120)
        assert answer.is_success, answer.text
        return answer.json()


@contextmanager
def separate_services(
    folder: Path,
    *,
    kafka: str,
    postgres: str,
    settings: Mapping[str, str] | None = None,
    programs: Mapping[str, str] | None = None,
) -> Iterator[SeparateServices]:
    """Start them on these servers, with the mail box and a log of each in `folder`; stop them after the block.

    `settings` are added to those of all tests, by names without their prefix; `programs` are modules that run in
    place of services, by their names.
    """
    urls = {name: f"http://127.0.0.1:{free_port()}" for name in SERVICES}
    with ExitStack() as stack:
        portal = stack.enter_context(start_blocking_portal())
        portal.call(patient_kafka(kafka).ensure_topics, TOPICS)
        environment = _environment(folder, urls, kafka, settings or {})
        processes: dict[str, subprocess.Popen[str]] = {}
        for name in SERVICES:
            database = stack.enter_context(portal.wrap_async_context_manager(empty_database(postgres)))
            environment[f"ISOPOLITY_{name.upper()}_DATABASE_URL"] = database
        with ExitStack() as migrating:
            for process in [
                migrating.enter_context(_command(folder, name, "migrate", environment)) for name in SERVICES
            ]:
                assert process.wait(timeout=120) == 0, process.args
        for name in SERVICES:
            own = environment | {"ISOPOLITY_PORT": urls[name].rpartition(":")[2]}
            program = (programs or {}).get(name, f"isopolity.{name}")
            process = stack.enter_context(_command(folder, name, "serve", own, program))
            wait_until_listening(urls[name], process)
            processes[name] = process
        yield SeparateServices(data=folder, kafka=kafka, urls=urls, processes=processes)


def _environment(folder: Path, urls: dict[str, str], kafka: str, more: Mapping[str, str]) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("ISOPOLITY_")}
    reached = {f"{name.upper()}_URL": urls[name] for name in ("registry", "matching", "notify")}
    settings = _SETTINGS | reached | dict(more) | {"PUBLIC_URL": urls["portal"], "DATA": str(folder), "BROKER": kafka}
    return clean | {f"ISOPOLITY_{name}": value for name, value in settings.items()}


@contextmanager
def _command(
    folder: Path, service: str, command: str, environment: dict[str, str], program: str = ""
) -> Iterator[subprocess.Popen[str]]:
    """A running command of a service, which logs to a file; it is ended after the block."""
    with (folder / f"{service}.log").open("a") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", program or f"isopolity.{service}", command],
            stdout=log,
            stderr=log,
            env=environment,
            text=True,
        )
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(timeout=40)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
