"""registry as a process: what it is told over HTTP comes out on its topics, and a signal ends it in order."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx

from isopolity.contracts.catalogue import CITY, CONTACT, REGISTRY_CANARY, TOPICS
from isopolity.contracts.cloudevents import decode
from isopolity.contracts.registry import CityState
from isopolity.messaging.embedded.broker import EmbeddedBroker
from tests.support.keys import environment_of
from tests.support.messaging.hooked_broker import everything
from tests.support.polling import until
from tests.support.registry import service as support
from tests.support.servers.ports import free_port


async def test_what_is_registered_comes_out_on_the_topics(tmp_path: Path) -> None:
    async with EmbeddedBroker.opened(tmp_path / "broker.db") as broker:
        await broker.ensure_topics(TOPICS)
    port = free_port()
    settings = {"ISOPOLITY_DATA": str(tmp_path), **environment_of(support.KEY), "ISOPOLITY_PORT": str(port)}
    command = [sys.executable, "-m", "isopolity.registry"]
    environment = os.environ | settings | {"ISOPOLITY_SMPT_HOST": "of the platform"}
    assert subprocess.run([*command, "migrate"], env=environment, check=False, timeout=120).returncode == 0  # noqa: ASYNC221  # nothing else runs
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen([*command, "serve"], env=environment, stderr=log)  # noqa: ASYNC220  # at once
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60) as http:
            await until(lambda: _ready(http), what="the service to be ready")
            body = support.CITY | {"contact": support.CONTACT}
            answer = await http.post("/registry/v1/cities", json=body, headers=support.staff())
            assert answer.status_code == 201, answer.text
            await until(lambda: _outbox_is_empty(http), what="the outbox to be empty")
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=120) == 0
    assert "ISOPOLITY_SMPT_HOST is no setting; did you mean ISOPOLITY_SMTP_HOST?" in (tmp_path / "log").read_text()
    async with EmbeddedBroker.opened(tmp_path / "broker.db") as broker:
        cities = await everything(broker, CITY.name)
        contacts = await everything(broker, CONTACT.name)
        canaries = await everything(broker, REGISTRY_CANARY.name)
    assert len(cities) == len(contacts) == 1
    assert canaries
    state = decode(cities[0].value or b"", cities[0].headers).data
    assert isinstance(state, CityState)
    assert (state.name, cities[0].key) == (support.CITY["name"], answer.json()["city_id"])
    assert b"ana@" not in (contacts[0].value or b"")


def test_registry_does_not_start_without_any_way_to_verify_tokens(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ISOPOLITY_")}
    command = [sys.executable, "-m", "isopolity.registry", "serve"]
    ended = subprocess.run(
        command, env=environment | {"ISOPOLITY_DATA": str(tmp_path)}, capture_output=True, text=True, timeout=120
    )
    assert ended.returncode == 2
    assert ended.stderr == "Set ISOPOLITY_REGISTRY_KEYS (32 characters or more) or ISOPOLITY_OIDC_ISSUER.\n"


async def _ready(http: httpx.AsyncClient) -> bool:
    try:
        return (await http.get("/registry/health/ready")).status_code == 200
    except httpx.TransportError:
        return False


async def _outbox_is_empty(http: httpx.AsyncClient) -> bool:
    status = (await http.get("/registry/v1/status", headers=support.bearer("operator"))).json()
    return bool(status["outbox"]["depth"] == 0)
