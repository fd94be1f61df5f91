"""Drafts of applications for tests: a visitor asks for a link, and fills in the steps behind it."""

from typing import Any

import httpx

from isopolity.contracts.registry import ConfirmationRequested
from tests.support.registry.service import RegistryUnderTest, bearer

DRAFTS = "/registry/v1/drafts"
ADDRESS = "ana@city.example"
STEPS: dict[str, dict[str, Any]] = {
    "who": {"kind": "city", "name": "Vila Nova", "population": 217409},
    "where": {"country": "PT", "latitude": 41.5, "longitude": -8.3, "languages": ["pt"]},
    "contacts": {
        "contact": {"name": "Ana Prado", "role": "coordinator"},
        "others": [{"name": "Rui Melo", "email": "rui@city.example", "role": "deputy"}],
    },
    "needs": {
        "needs": [{"subject": "cluster.literacy", "intensity": 4, "mode": "webinar"}],
        "offers": [{"subject": "sdg.13", "intensity": 3, "mode": "study-visit"}],
    },
}
"""The fields of a city's application, by step."""


async def begin(registry: RegistryUnderTest, email: str = ADDRESS, **more: str) -> str:
    """Ask for a link; returns the id of the event that asks for the mail."""
    body = {"member_kind": "city", "email": email, **more}
    answer = await registry.client.post(DRAFTS, json=body)
    assert (answer.status_code, answer.content) == (202, b""), answer.text
    requested = (await registry.events())[-1].data
    assert isinstance(requested, ConfirmationRequested)
    return requested.confirmation_id


async def issue(registry: RegistryUnderTest, draft_id: str) -> httpx.Response:
    """Make the secret, as notify does just before it writes the letter."""
    return await registry.client.post(f"{DRAFTS}/{draft_id}/issue", headers=bearer("contacts:read"))


async def begun(registry: RegistryUnderTest, email: str = ADDRESS, **more: str) -> str:
    """The secret of a draft's link."""
    return str((await issue(registry, await begin(registry, email, **more))).json()["secret"])


async def post(registry: RegistryUnderTest, what: str, secret: str, **body: Any) -> httpx.Response:
    """The answer to a request with the secret: `open`, `save`, `hand-in` or `forget`."""
    return await registry.client.post(f"{DRAFTS}/{what}", json={"secret": secret, **body})


async def save(registry: RegistryUnderTest, secret: str, step: str, fields: Any, version: int) -> httpx.Response:
    """The answer to a step."""
    return await post(registry, "save", secret, step=step, fields=fields, version=version)


async def filled_in(registry: RegistryUnderTest, secret: str, **changed: Any) -> int:
    """Save all steps, those `changed` otherwise; returns the version."""
    version = int((await post(registry, "open", secret)).json()["version"])
    for step, fields in (STEPS | changed).items():
        answer = await save(registry, secret, step, fields, version)
        assert answer.status_code == 200, answer.text
        version = answer.json()["version"]
    return version
