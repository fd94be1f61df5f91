"""Somebody enters a contact whose address looks like another one's, and asks to sign in with it: from mail to session.

What each service does with such addresses alone is tested in tests/integration/registry/access.
"""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from isopolity.identity.actors import BY_COMMAND
from tests.support.access.network import URL, Known, bearer, sign_in_secret

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]
ATTACKED, LOOKALIKE = "anna@strasse.example", "anna@stra\u00dfe.example"
MAILED = {ATTACKED: ATTACKED, LOOKALIKE: "anna@xn--strae-oqa.example"}
"""By the address as it is entered, the one that stands in mails to it."""


@pytest_asyncio.fixture(loop_scope="module")
async def office(known: Known) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(known.network.app, client=("127.0.0.1", 4711))
    headers = bearer("staff", "operator")
    async with httpx.AsyncClient(transport=transport, base_url=URL, headers=headers, timeout=60) as client:
        yield client


async def made(office: httpx.AsyncClient, path: str, body: Any, **options: Any) -> Any:
    answer = await office.post(path, json=body, **options)
    assert answer.is_success, (path, answer.text)
    return answer.json()


async def test_the_link_of_a_lookalike_opens_nothing_of_who_is_attacked(
    known: Known, office: httpx.AsyncClient
) -> None:
    entered = {LOOKALIKE: known.ids["another"], ATTACKED: known.ids["other"]}
    for email, member_id in entered.items():
        person = {"role": "deputy", "name": "Anna", "email": email, "member_kind": "city", "member_id": member_id}
        await made(office, "/registry/v1/contacts", person)
    staff = {"name": "Anna", "email": ATTACKED, "scopes": ["staff"]}
    command = bearer("operator", subject=f"{BY_COMMAND}office")
    person_id = (await made(office, "/registry/v1/people", staff, headers=command))["person_id"]
    for email, member_id in entered.items():
        secret = await sign_in_secret(office, known.folder, MAILED[email])
        session = await made(office, "/registry/v1/sign-ins/exchange", {"secret": secret})
        ids = [one["member_id"] or one["account_id"] for one in session["accounts"]]
        assert ids == ([member_id] if email == LOOKALIKE else [member_id, person_id])
