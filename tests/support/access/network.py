"""All services in one process with an entry of each kind, and visitors who have signed in.

Invariant: requests change nothing: each is answered in full, and its transactions are rolled back.
"""

import re
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from isopolity.command.data_folder import NetworkKeys
from isopolity.command.hosting.network import Network, open_network
from isopolity.contracts.event_types import SERVICES
from isopolity.identity.actors import BY_COMMAND
from isopolity.identity.network_keys import NOTIFY
from isopolity.portal.adapters.encryption import form_token
from isopolity.runtime.process import running
from isopolity.web.network_tokens import LocalTokens
from tests.support.polling import until
from tests.support.registry.drafts import STEPS
from tests.support.registry.service import CITY, PARTNER, REQUEST
from tests.support.shared.migrated import filled_with_tables
from tests.support.shared.storage import give_scans_time

KEY: Final = "a-key-that-only-the-tests-know-0123456789"
URL: Final = "http://network.example"
VISITORS: Final = ("nobody", "another member", "this member", "its approver", "staff", "who reads", "operator")
COOKIE: Final = "isopolity_session"
_EMAILS: Final = {name: f"{name.replace(' ', '-')}@network.example" for name in VISITORS[1:]}
_SETTINGS: Final = {"UNDO_HOURS": "0", "SETTLE_SECONDS": "0.05", "STAFF_SECOND_FACTOR": "false"}
_SCOPES: Final = {"staff": "staff", "operator": "operator", "who reads": "staff:read"}
"""Scopes of visitors that belong to the office."""
_ACCOUNT: Final = {"another member": "another", "this member": "own", "its approver": "own"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The network, the ids of its entries by the names of path parameters, and the credentials of each visitor."""

    network: Network
    folder: Path
    ids: Mapping[str, str]
    tokens: Mapping[str, str]
    cookies: Mapping[str, str]

    async def ask(self, method: str, address: str, number: int = 0, **options: Any) -> httpx.Response:
        """The answer to a request from client address `number`; each address has limits of its own."""
        client = f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"
        transport = httpx.ASGITransport(self.network.app, raise_app_exceptions=False, client=(client, 4711))
        mark = _is_asked.set(True)
        try:
            async with httpx.AsyncClient(transport=transport, base_url=URL) as browser:
                return await browser.request(method, address, **options)
        finally:
            _is_asked.reset(mark)

    def form_token(self, visitor: str) -> str:
        """The token of the forms of a visitor's session; empty without one."""
        cookie = self.cookies.get(visitor)
        return form_token(cookie) if cookie else ""

    def headers(self, visitor: str) -> dict[str, str]:
        """The header of a visitor's token."""
        token = self.tokens.get(visitor)
        return {"Authorization": f"Bearer {token}"} if token else {}


@asynccontextmanager
async def known_network(folder: Path, url: str = URL) -> AsyncIterator[Known]:
    """The network in `folder` with the public URL `url`, filled, and with its tasks running."""
    with pytest.MonkeyPatch.context() as patched:
        for name, value in _SETTINGS.items():
            patched.setenv(f"ISOPOLITY_{name}", value)
        patched.setattr(AsyncConnection, "commit", _commit_or_not)
        for name in (*SERVICES, "portal"):
            await filled_with_tables(f"sqlite+aiosqlite:///{folder / name}.db", f"isopolity.{name}")
        async with (
            open_network(
                folder, url, NetworkKeys(registry=(KEY,), command=KEY), mail_box_key="m" * 32, demo=False
            ) as network,
            running(network.tasks),
            _office(network) as office,
        ):
            for service in network.services.values():
                give_scans_time(service)
            ids = await _filled(office, folder)
            await _add_applications(office, folder, ids)
            ids["link"] = await _draft_secret(office, folder)
            tokens, sessions = await _tokens(office, folder)
            cookies = {visitor: await _cookie(office, folder, email) for visitor, email in _EMAILS.items()}
            ids["secret"] = await sign_in_secret(office, folder, "third@city.example")
            ids["session_id"] = sessions["this member"]
            await until(lambda: _are_ready(office, network), what="all services are ready")
            yield Known(network=network, folder=folder, ids=ids, tokens=tokens, cookies=cookies)


_is_asked: Final = ContextVar("is_asked", default=False)
_commit: Final = AsyncConnection.commit


async def _commit_or_not(connection: AsyncConnection) -> None:
    await (connection.rollback() if _is_asked.get() else _commit(connection))


def bearer(*scopes: str, subject: str = "office", member_id: str | None = None) -> dict[str, str]:
    """The header of a token that the command signs."""
    issuer = LocalTokens([KEY], lambda: datetime.now(UTC))
    token = issuer.issue(subject, scopes, member_id=member_id, lifetime=timedelta(hours=1))
    return {"Authorization": f"Bearer {token}"}


@asynccontextmanager
async def _office(network: Network) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(network.app, client=("127.0.0.1", 4711))
    headers = bearer("staff", "operator", "contacts:read", subject=NOTIFY)
    async with httpx.AsyncClient(transport=transport, base_url=URL, headers=headers, timeout=60) as client:
        yield client


async def _are_ready(office: httpx.AsyncClient, network: Network) -> bool:
    answers = [await office.get(f"/{name}/health/ready") for name in network.services]
    return all(answer.is_success for answer in answers)


async def _made(office: httpx.AsyncClient, path: str, body: Any = None, **options: Any) -> Any:
    answer = await office.post(path, json=body, **options)
    assert answer.is_success, (path, answer.text)
    return answer.json() if answer.content else None


async def _city(office: httpx.AsyncClient, number: int, **more: Any) -> str:
    """An endorsed city; even numbers offer the needs of odd ones, and the reverse."""
    needed, offered = ("cluster.literacy", "sdg.13") if number % 2 else ("sdg.13", "cluster.literacy")
    wishes = {
        "needs": [{"subject": needed, "intensity": 4, "mode": "webinar"}],
        "offers": [{"subject": offered, "intensity": 4, "mode": "webinar"}],
    }
    where = {"country": ["BR", "PT", "FI", "DK", "IE"][number], "geonames_id": 100 + number, "capacity": 3}
    body = CITY | wishes | where | {"name": f"Town {'ABCDE'[number]}", "languages": ["en"]} | more
    return str((await _made(office, "/registry/v1/cities?endorse=true", body))["city_id"])


async def _contact(office: httpx.AsyncClient, member_id: str, email: str, role: str = "coordinator") -> str:
    body = {"member_kind": "city", "member_id": member_id, "role": role, "name": "Somebody", "email": email}
    return str((await _made(office, "/registry/v1/contacts", body))["contact_id"])


async def _filled(office: httpx.AsyncClient, folder: Path) -> dict[str, str]:
    """An entry of each kind: `own` and `other` have a proposal, and a partnership; `another` has no part in it."""
    own, other, third, fourth = [await _city(office, number) for number in range(4)]
    another = await _city(office, 4, needs=[], offers=[])
    ids = {"city_id": own, "member_id": own, "a": own, "b": other, "other": other, "another": another}
    ids["contact_id"] = await _contact(office, own, _EMAILS["this member"])
    await _contact(office, own, _EMAILS["its approver"], "approver")
    of_own = bearer("member", subject="a-program", member_id=own)
    erasing = await office.delete(f"/registry/v1/contacts/{ids['contact_id']}", headers=of_own)
    ids["change_id"] = erasing.json()["change_id"]
    await _contact(office, another, _EMAILS["another member"])
    for city_id, email in ((other, "other"), (third, "third"), (fourth, "fourth")):
        await _contact(office, city_id, f"{email}@city.example")
    partner = await _made(office, "/registry/v1/partners?endorse=true", PARTNER)
    twin = await _made(office, "/registry/v1/partners?endorse=true", PARTNER | {"name": "Another Foundation"})
    ids |= {
        "partner_id": partner["partner_id"],
        "duplicate": twin["partner_id"],
        "programme_id": partner["programmes"][0]["programme_id"],
        "kind": "cities",
        "letter_id": "none",
        "member_kind": "city",
    }
    ids["currency"], ids["country"] = "USD", "BR"
    commission = {"name": "Commission", "email": "natcom@nation.example"}
    assert (await office.put("/registry/v1/commissions/BR", json=commission)).is_success
    ids["queue"] = "feedback"
    table = {"params": {"kind": "cities"}, "content": "kind,name,country\ncity,Newtown,FI\n"}
    read = await _made(office, "/registry/v1/prepared-imports", **table)
    ids |= {"import_id": read["import_id"], "shown": read["shown"]}
    rows = "kind,name,country\ncity,Oldtown,FI\n"
    assert (await office.post("/registry/v1/imports?kind=cities", content=rows)).is_success
    ids["run_id"] = (await office.get("/registry/v1/done-imports")).json()["items"][0]["run_id"]
    place = f"/registry/v1/done-imports/{ids['run_id']}"
    ids["undone"] = (await office.post(f"{place}/preview", json={})).json()["shown"]
    ids["request_id"] = (await _made(office, "/registry/v1/requests", REQUEST | {"city_id": own}))["request_id"]
    claim = {"city_a": own, "city_b": other}
    by_other = bearer("member", member_id=other)
    ids["twinning_id"] = (await _made(office, "/registry/v1/twinnings", claim, headers=by_other))["twinning_id"]
    for visitor, scope in _SCOPES.items():
        person = {"name": "Somebody", "email": _EMAILS[visitor], "scopes": [scope]}
        command = bearer("operator", subject=f"{BY_COMMAND}office")
        ids["person_id"] = (await _made(office, "/registry/v1/people", person, headers=command))["person_id"]
    await office.patch(
        f"/registry/v1/cities/{own}",
        json={"name": "Town of another name"},
        headers=bearer("member", member_id=own) | {"Content-Type": "application/merge-patch+json", "If-Match": '"2"'},
    )
    return ids | await _matched(office, folder, (own, other, third, fourth))


async def _matched(office: httpx.AsyncClient, folder: Path, cities: tuple[str, ...]) -> dict[str, str]:
    """An open proposal of the first city, a partnership of it, the round that they came from, and a draft."""
    own, other, _, fourth = cities

    async def is_known() -> bool:
        return bool((await office.get("/matching/v1/status")).json().get("counts", {}).get("members_city", 0) >= 5)

    await until(is_known, what="matching knows the cities")
    must = {"must": [[own, other], [own, fourth]]}
    wait = {"Prefer": "wait=60"}
    ordered = await _made(office, "/matching/v1/rounds", must, headers=wait)
    round_id = ordered["round_id"]
    plan = await _made(office, f"/matching/v1/drafts/{round_id}/plan")
    await _made(office, f"/matching/v1/drafts/{round_id}/publish", {"token": plan["token"]})
    listed = (await office.get("/matching/v1/proposals")).json()["items"]
    of = {frozenset(side["member_id"] for side in each["sides"]): each["proposal_id"] for each in listed}
    waiting, agreed = of[frozenset((own, other))], of[frozenset((own, fourth))]
    for member_id in (own, fourth):
        await _answer_yes(office, agreed, member_id)

    async def is_agreed() -> bool:
        return bool((await office.get("/matching/v1/partnerships")).json()["items"])

    await until(is_agreed, what="two yes make a partnership")
    partnership = (await office.get("/matching/v1/partnerships")).json()["items"][0]
    draft = (await _made(office, "/matching/v1/rounds", {"seed": 1}, headers=wait))["round_id"]
    mails = (await office.get("/notify/v1/mails")).json()["items"]
    return {
        "proposal_id": waiting,
        "partnership_id": partnership["partnership_id"],
        "round_id": draft,
        "other_id": round_id,
        "number": "1",
        "mail_id": mails[0]["mail_id"],
        "token": await _mailed(folder, r"/notify/answer/([\w.-]+)", "other@city.example"),
    }


async def _answer_yes(office: httpx.AsyncClient, proposal_id: str, member_id: str) -> None:
    listed = (await office.get("/registry/v1/contacts", params={"member_id": member_id})).json()["items"]
    headers = bearer("member", subject=listed[0]["contact_id"], member_id=member_id)

    async def is_taken() -> bool:
        path = f"/notify/v1/proposals/{proposal_id}/answer"
        return (await office.post(path, json={"choice": "yes"}, headers=headers)).is_success

    await until(is_taken, what="notify takes the answer")


def mails_to(folder: Path, email: str) -> set[Path]:
    """The files of all mails to this address."""
    to = re.compile(rf"^To: .*{re.escape(email)}", re.MULTILINE)
    return {file for file in (folder / "mailbox" / "new").glob("*") if to.search(file.read_text("latin-1"))}


async def _mailed(folder: Path, pattern: str, email: str, *, besides: Collection[Path] = ()) -> str:
    """The text that matches the pattern in a new mail to this address, one not in `besides`."""
    found: list[str] = []

    def is_there() -> bool:
        texts = (file.read_text("latin-1").replace("=\n", "") for file in mails_to(folder, email) - set(besides))
        found.extend(match[1] for text in texts if (match := re.search(pattern, text)))
        return bool(found)

    await until(is_there, what=f"a mail to {email} with {pattern}")
    return found[0]


async def _add_applications(office: httpx.AsyncClient, folder: Path, ids: dict[str, str]) -> None:
    """Add an application with a confirmed address, and one whose address is not confirmed."""
    for number, name in enumerate(("application_id", "confirmation_id")):
        email = f"{name}@city.example"
        contact = {"name": "Somebody", "email": email}
        body = CITY | {"name": name, "geonames_id": 900 + number, "contact": contact}
        applied = await office.post("/registry/v1/cities", json=body, headers={"Authorization": ""})
        ids[name] = applied.json()["application_id"]
        ids["confirming"] = await _mailed(folder, r"/notify/confirm/([\w-]+)", email)
        if name == "application_id":
            await _made(office, "/registry/v1/confirmations", {"secret": ids["confirming"]})


async def _draft_secret(office: httpx.AsyncClient, folder: Path) -> str:
    """The secret of the link to a draft of an application with all steps saved."""
    email = "draft@city.example"
    await _made(office, "/registry/v1/drafts", {"member_kind": "city", "email": email})
    secret = await _mailed(folder, r"/join/([\w-]+)", email)
    version = (await _made(office, "/registry/v1/drafts/open", {"secret": secret}))["version"]
    for place, (step, fields) in enumerate(STEPS.items()):
        body = {"secret": secret, "version": version + place, "step": step, "fields": fields}
        await _made(office, "/registry/v1/drafts/save", body)
    return secret


async def sign_in_secret(office: httpx.AsyncClient, folder: Path, email: str) -> str:
    """The secret of the sign-in link that is requested now and mailed to this address."""
    known = mails_to(folder, email)
    await _made(office, "/registry/v1/sign-ins", {"email": email})
    return await _mailed(folder, r"/sign-in/([\w-]+)", email, besides=known)


async def _tokens(office: httpx.AsyncClient, folder: Path) -> tuple[dict[str, str], dict[str, str]]:
    """Access tokens and session ids of all visitors who sign in."""
    tokens, sessions = {}, {}
    for visitor, email in _EMAILS.items():
        secret = await sign_in_secret(office, folder, email)
        begun = await _made(office, "/registry/v1/sign-ins/exchange", {"secret": secret})
        tokens[visitor], sessions[visitor] = begun["access_token"], begun["session_id"]
    return tokens, sessions


async def _cookie(office: httpx.AsyncClient, folder: Path, email: str) -> str:
    secret = await sign_in_secret(office, folder, email)
    answer = await office.post(f"/sign-in/{secret}", headers={"Sec-Fetch-Site": "same-origin", "Authorization": ""})
    assert answer.status_code == 303, answer.text
    office.cookies.clear()
    return answer.cookies[COOKIE]
