"""People who sign in, for tests: they ask, notify issues the secret, and the reader of the mail begins a session."""

from datetime import UTC, datetime
from typing import Any

import httpx
from pyotp import TOTP

from isopolity.contracts.registry import RevocationState
from isopolity.identity.actors import BY_COMMAND
from tests.support.registry.service import CONTACT, RegistryUnderTest, bearer, staff

SIGN_INS = "/registry/v1/sign-ins"
SESSIONS = "/registry/v1/sessions"
PEOPLE = "/registry/v1/people"
FACTOR = f"{SESSIONS}/second-factor"
COMMAND = bearer("operator", subject=f"{BY_COMMAND}root@server")
"""The header of the command, which needs no second person."""
OFFICE = {"name": "Mia Berg", "email": "mia@network.example", "scopes": ["staff", "operator"]}


async def ask(registry: RegistryUnderTest, email: str = CONTACT["email"]) -> str:
    """Ask to sign in; returns the id of the sign-in."""
    answer = await registry.client.post(SIGN_INS, json={"email": email})
    assert answer.status_code == 202, answer.text
    assert set(answer.json()) == {"sign_in_id"}
    return str(answer.json()["sign_in_id"])


async def issue(registry: RegistryUnderTest, sign_in_id: str) -> httpx.Response:
    """Issue the secret, as notify does just before it writes the letter."""
    return await registry.client.post(f"{SIGN_INS}/{sign_in_id}/issue", headers=bearer("contacts:read"))


async def mailed(registry: RegistryUnderTest, email: str = CONTACT["email"]) -> dict[str, Any]:
    """The secrets in a new mail to this address, with the id of its sign-in."""
    sign_in_id = await ask(registry, email)
    answer = await issue(registry, sign_in_id)
    assert answer.status_code == 200, answer.text
    return {"sign_in_id": sign_in_id, **answer.json()}


async def exchange(registry: RegistryUnderTest, **body: Any) -> httpx.Response:
    """Begin a session with a secret, or with a code and its sign-in."""
    return await registry.client.post(f"{SIGN_INS}/exchange", json=body)


async def refresh(
    registry: RegistryUnderTest, session: dict[str, Any], *, key: str | None = None, **more: Any
) -> httpx.Response:
    """Refresh a session; with a `key`, as a request that can be sent again."""
    headers = {} if key is None else {"Idempotency-Key": key}
    body = {"refresh_token": session["refresh_token"], **more}
    return await registry.client.post(f"{SESSIONS}/refresh", json=body, headers=headers)


async def signed_in(registry: RegistryUnderTest, email: str = CONTACT["email"]) -> dict[str, Any]:
    """The receipt of a new session."""
    answer = await exchange(registry, secret=(await mailed(registry, email))["secret"])
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def entered(registry: RegistryUnderTest, *actions: str) -> list[tuple[str, str, str, Any]]:
    """Entries of these acts in the audit, the oldest first: the act, kind and id of the actor, and details."""
    found = (await registry.client.get("/registry/v1/audit", headers=bearer("staff"))).json()["items"]
    entries = [each for each in reversed(found) if each["action"] in actions]
    assert not [each for each in entries if each["address"] and each["action"] != "sessions.passkey"]
    return [(each["action"], each["actor_kind"], each["actor"], each["details"]) for each in entries]


async def enrolled(registry: RegistryUnderTest, session: dict[str, Any]) -> TOTP:
    """Enrol an authenticator app in the session of a person of the office."""
    answer = await enrol(registry, session)
    assert answer.status_code == 200, answer.text
    assert answer.json()["address"].startswith("otpauth://totp/")
    return TOTP(answer.json()["secret"])


async def enrol(registry: RegistryUnderTest, session: dict[str, Any], code: str | None = None) -> httpx.Response:
    """Ask for an app's secret; with the enrolment code that was handed over last, if no other is given."""
    person_id = next((each["account_id"] for each in session["accounts"] if each["kind"] == "staff"), "")
    body = continuing(session) | {"code": code or registry.codes.get(person_id, "none")}
    return await registry.client.post(f"{FACTOR}/enrolment", json=body)


async def reset_factor(registry: RegistryUnderTest, person_id: str) -> str:
    """Let a person enrol another app; returns the enrolment code."""
    answer = await registry.client.post(f"{PEOPLE}/{person_id}/reset-second-factor", headers=COMMAND)
    assert answer.status_code == 200, answer.text
    registry.codes[person_id] = answer.json()["enrolment_code"]
    return registry.codes[person_id]


async def pass_with_code(
    registry: RegistryUnderTest, session: dict[str, Any], code: str, *, key: str | None = None
) -> httpx.Response:
    """Send the code of an app; with a `key`, as a request that can be sent again."""
    headers = {} if key is None else {"Idempotency-Key": key}
    return await registry.client.post(FACTOR, json=continuing(session) | {"code": code}, headers=headers)


async def signed_in_as_staff(registry: RegistryUnderTest, email: str, now: datetime | None = None) -> dict[str, Any]:
    """A session of a person who had no app and has enrolled one."""
    session = await signed_in(registry, email)
    app = await enrolled(registry, session)
    answer = await pass_with_code(registry, session, app.at(now or datetime.now(UTC)))
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def continuing(session: dict[str, Any]) -> dict[str, str]:
    """The refresh token as a request's body."""
    return {"refresh_token": session["refresh_token"]}


async def add_contact(registry: RegistryUnderTest, city_id: str, **changes: Any) -> str:
    """A contact of a city; returns its id."""
    body = CONTACT | {"member_kind": "city", "member_id": city_id} | changes
    answer = await registry.client.post("/registry/v1/contacts", json=body, headers=staff())
    assert answer.status_code == 201, answer.text
    return str(answer.json()["contact_id"])


async def add_to_office(registry: RegistryUnderTest, **changes: Any) -> str:
    """Add a person to the office; returns the id, and keeps the enrolment code."""
    answer = await registry.client.post(PEOPLE, json=OFFICE | changes, headers=COMMAND)
    assert answer.status_code == 200, answer.text
    if code := answer.json()["enrolment_code"]:
        registry.codes[answer.json()["person_id"]] = code
    return str(answer.json()["person_id"])


async def revoked(registry: RegistryUnderTest) -> list[str]:
    """The ids of all revocations that were published."""
    return [event.data.revocation_id for event in await registry.events() if isinstance(event.data, RevocationState)]


def holder(session: dict[str, Any]) -> dict[str, str]:
    """The header of the session's holder."""
    return {"Authorization": f"Bearer {session['access_token']}"}
