"""The portal with fake services, whose answers a test sets, and with sessions in memory."""

import os
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import httpx
from fastapi import FastAPI
from httpx import codes
from starlette.routing import Route

from isopolity.contracts.registry import CityState
from isopolity.matching.entrypoints.http.view import EXAMPLES
from isopolity.portal.adapters.encryption import new_secret
from isopolity.portal.adapters.patience import Patience
from isopolity.portal.adapters.service_apis import ServiceApis
from isopolity.portal.domain.desk import Entry
from isopolity.portal.domain.session import Account, KeptForm, Session
from isopolity.portal.entrypoints.http.app import install
from isopolity.portal.entrypoints.http.pages import Office, Surroundings
from isopolity.registry.entrypoints import examples
from tests.support.complete_answers import success

Answers = Mapping[str, Any]
"""JSON, a status, or a function of a request that returns one, by path after `/registry/v1` or `/matching/v1`; else
404.

A path may have a method before it, as in `POST /contacts`.
"""
ADDRESSES = {"registry": "http://registry", "matching": "http://matching", "notify": "http://notify"}
_EMPTY = (codes.ACCEPTED, codes.NO_CONTENT)
NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)


@dataclass(slots=True)
class FakeSessions:
    """A SessionStore in memory."""

    kept: dict[str, Session] = field(default_factory=dict)
    known: set[str] = field(default_factory=set)

    async def add(self, session: Session) -> str:
        secret = new_secret()
        self.kept[secret] = session
        self.known.add(secret)
        return secret

    async def has_known(self, secret: str) -> bool:
        return secret in self.known

    async def read(self, secret: str) -> Session | None:
        return self.kept.get(secret)

    @asynccontextmanager
    async def changing(self, secret: str) -> "AsyncIterator[FakeKept | None]":
        yield FakeKept(self, secret, self.kept[secret]) if secret in self.kept else None


@dataclass(slots=True)
class FakeKept:
    """A KeptSession in memory."""

    store: FakeSessions
    secret: str
    session: Session

    async def save(self, session: Session) -> None:
        self.store.kept[self.secret] = session

    async def move(self, session: Session) -> str:
        await self.remove()
        return await self.store.add(session)

    async def remove(self) -> None:
        del self.store.kept[self.secret]


@dataclass(slots=True)
class FakeKeptForms:
    """KeptForms in memory, by cookie, account and page; the newest last."""

    kept: dict[tuple[str, str, str], KeptForm] = field(default_factory=dict)

    async def keep(self, secret: str, mark: str, form: KeptForm, now: datetime) -> bool:
        self.kept.pop((secret, mark, form.page), None)
        self.kept[secret, mark, form.page] = form
        return True

    async def read(self, secret: str, mark: str, page: str) -> KeptForm | None:
        return self.kept.get((secret, mark, page))

    async def newest(self, secret: str, mark: str) -> KeptForm | None:
        found = [form for (holder, owner, _), form in self.kept.items() if (holder, owner) == (secret, mark)]
        return found[-1] if found else None

    async def has_any(self, secret: str) -> bool:
        return any(holder == secret for holder, *_ in self.kept)

    async def move(self, earlier: str, secret: str, marks: Iterable[str]) -> None:
        accounts = set(marks)
        for holder, mark, page in list(self.kept):
            if holder == earlier:
                form = self.kept.pop((holder, mark, page))
                if mark in accounts:
                    self.kept[secret, mark, page] = form

    async def forget(self, secret: str, mark: str, page: str) -> None:
        self.kept.pop((secret, mark, page), None)

    async def forget_all(self, secret: str) -> None:
        self.kept = {key: form for key, form in self.kept.items() if key[0] != secret}


@dataclass(slots=True)
class FakeDesk:
    """A DeskBook in memory."""

    kept: dict[tuple[str, str], Entry] = field(default_factory=dict)

    async def entries(self, queue: str, items: Collection[str]) -> Mapping[str, Entry]:
        return {item: self.kept[queue, item] for item in items if (queue, item) in self.kept}

    async def owned_by(self, account_id: str) -> Mapping[tuple[str, str], Entry]:
        return {key: entry for key, entry in self.kept.items() if entry.owner_id == account_id}

    async def take(self, queue: str, item: str, account: Account, now: datetime) -> None:
        entry = self.kept.get((queue, item), Entry(taken_at=now))
        if not entry.owner_id:
            self.kept[queue, item] = replace(entry, owner_id=account.account_id, owner=account.name, taken_at=now)

    async def give_back(self, queue: str, item: str, now: datetime) -> None:
        entry = self._open(queue, item)
        if entry is not None:
            await self.plan(queue, item, replace(entry, owner_id="", owner="", taken_at=now), entry.taken_at)

    async def plan(self, queue: str, item: str, wanted: Entry, seen: datetime | None) -> bool:
        entry = self._open(queue, item)
        if (queue, item) in self.kept and (entry is None or entry.taken_at != seen):
            return False
        if (queue, item) not in self.kept and seen is not None:
            return False
        self.kept.pop((queue, item), None)
        if not wanted.says_nothing:
            self.kept[queue, item] = wanted
        return True

    async def finish(self, queue: str, item: str, account: Account, now: datetime) -> None:
        await self.take(queue, item, account, now)
        entry = self.kept[queue, item]
        if entry.done_at is None:
            self.kept[queue, item] = Entry(owner_id=account.account_id, taken_at=entry.taken_at, done_at=now)

    async def absent(self, queue: str, present: Collection[str], before: datetime) -> Collection[str]:
        kept = {item for (name, item), entry in self.kept.items() if name == queue and entry.taken_at < before}
        return {item for item in kept - set(present) if self._open(queue, item)}

    async def forget(self, queue: str, items: Collection[str]) -> None:
        for item in items:
            if self._open(queue, item):
                del self.kept[queue, item]

    def _open(self, queue: str, item: str) -> Entry | None:
        entry = self.kept.get((queue, item))
        return entry if entry is not None and entry.done_at is None else None


def listed(*items: Any, following: str | None = None) -> dict[str, Any]:
    """A page of a list."""
    return {"items": list(items), "next": following, "total": len(items)}


CITY, PARTNER, REQUEST = (dict[str, Any](each) for each in (examples.CITY, examples.PARTNER, examples.REQUEST))
HOSTILE = "<script>alert('&\"')</script>"
EMPTY = listed()
NOWHERE = {"total": 0, "placed": 0, "places": []}
NO_TIES = {"total": 0, "lines": []}
FIGURES = {"cities": 1, "partners": 2, "requests": 3, "twinnings": 4_000}
HOME = {"/figures": FIGURES, "/seeking": EMPTY, "/cities/places": NOWHERE, "/twinnings/places": NO_TIES}


def city(**changes: Any) -> dict[str, Any]:
    """A city as registry sends it."""
    needs = [{"subject": "sdg.4", "intensity": 3, "mode": "webinar", "valid_until": "2027-12-31"}]
    offers = [{"subject": "unknown.code", "intensity": 5, "mode": "unknown"}]
    state = CityState.model_validate(
        CITY
        | {"city_id": "espoo", "version": 1, "status": "endorsed", "region": "europe-north-america"}
        | {"name": "Espoo", "country": "FI", "population": 320_000, "languages": ["fi", "sv"], "needs": needs}
        | {"offers": offers, "learning_city_since": 2015, "local_names": ["Esbo"]}
    )
    return state.model_dump(mode="json", exclude={"avoided_countries"}) | changes


def answering(answers: Answers, seen: list[httpx.Request]) -> Callable[[httpx.Request], Any]:
    """A handler for all services, which records each request in `seen`."""

    def answer(request: httpx.Request) -> Any:
        seen.append(request)
        path = request.url.path.partition("/v1")[2]
        found = answers.get(f"{request.method} {path}", answers.get(path, 404))
        if callable(found):
            found = found(request)
        if isinstance(found, httpx.Response | Awaitable):
            return found
        if isinstance(found, int):
            return httpx.Response(found) if found in _EMPTY else httpx.Response(found, json={})
        whole = request.url.raw_path.decode().partition("?")[0]
        status, document = success(request.url.host, request.method, whole, found)
        return httpx.Response(status) if status == codes.NO_CONTENT else httpx.Response(status, json=document)

    return answer


def portal_app(
    answers: Answers,
    seen: list[httpx.Request] | None = None,
    *,
    sessions: FakeSessions | None = None,
    is_secure: bool = False,
    is_local: bool = False,
    has_issuer: bool = False,
    passkey_origin: str | None = None,
    now: Callable[[], datetime] = lambda: NOW,
    beside: Sequence[Route] = (),
    app: FastAPI | None = None,
    patience: Callable[[], Patience] = Patience,
) -> FastAPI:
    """The portal as an application, with the pages that a program has `beside` it."""
    seen = [] if seen is None else seen
    services = httpx.AsyncClient(transport=httpx.MockTransport(answering(answers, seen)))
    office = Office(
        name="Office",
        email="office@network.example",
        is_local=is_local,
        is_secure=is_secure,
        is_demo=is_local,
        has_issuer=has_issuer,
        passkey_origin=passkey_origin,
    )
    app = app or FastAPI()
    apis, kept = ServiceApis(services, ADDRESSES), sessions or FakeSessions()
    surroundings = Surroundings(
        apis=apis,
        sessions=kept,
        kept_forms=FakeKeptForms(),
        desk=FakeDesk(),
        office=office,
        clock=now,
        patience=patience,
    )
    install(app, surroundings, beside)
    return app


def portal(
    answers: Answers,
    seen: list[httpx.Request] | None = None,
    *,
    sessions: FakeSessions | None = None,
    is_secure: bool = False,
    is_local: bool = False,
    has_issuer: bool = False,
    passkey_origin: str | None = None,
    now: Callable[[], datetime] = lambda: NOW,
    patience: Callable[[], Patience] = Patience,
) -> httpx.AsyncClient:
    """A browser at the portal; it sends each form with the headers of a page of the portal."""
    app = portal_app(
        answers,
        seen,
        sessions=sessions,
        is_secure=is_secure,
        is_local=is_local,
        has_issuer=has_issuer,
        passkey_origin=passkey_origin,
        now=now,
        patience=patience,
    )
    transport = httpx.ASGITransport(
        app, raise_app_exceptions="ISOPOLITY_TEST_RAISE" in os.environ, client=("192.0.2.7", 4711)
    )
    base_url = "https://portal" if is_secure else "http://portal"
    return httpx.AsyncClient(transport=transport, base_url=base_url, headers={"Sec-Fetch-Site": "same-origin"})


CITY = {
    "account_id": "contact-1", "kind": "member", "name": "Ana", "scopes": ["member"], "member_kind": "city",
    "member_id": "espoo", "member_name": "Espoo", "role": "coordinator",
}  # fmt: skip
OFFICE = CITY | {
    "account_id": "person-1", "kind": "staff", "scopes": ["staff"], "member_kind": None, "member_id": None,
    "member_name": None, "role": None,
}  # fmt: skip
STAFF = OFFICE | {"scopes": ["staff"]}


def receipt(*accounts: dict[str, Any], number: int = 1) -> dict[str, Any]:
    """Registry's answer to a sign-in: a session, for the only account if there is one."""
    chosen = accounts[0]["account_id"] if len(accounts) == 1 else None
    return {
        "session_id": "s1",
        "ends_at": (NOW + timedelta(days=14)).isoformat(),
        "refresh_token": f"refresh-{number}",
        "account_id": chosen,
        "access_token": f"access-{number}" if chosen else None,
        "access_expires_at": (NOW + timedelta(minutes=10)).isoformat() if chosen else None,
        "accounts": list(accounts),
        "second_factor": None,
    }


def half(*accounts: dict[str, Any], need: str) -> dict[str, Any]:
    """Registry's answer to the link of a person of the office, whose session needs a second factor."""
    nobody = {"account_id": None, "access_token": None, "access_expires_at": None}
    return receipt(*accounts) | nobody | {"second_factor": need}


def answers(*accounts: dict[str, Any]) -> dict[str, Any]:
    """Answers of the services for a person with these accounts, who may sign in."""
    return {
        "/sign-ins": {"sign_in_id": "i1"},
        "/sign-ins/exchange": receipt(*accounts),
        "/capacity-defaults": {"city": 1, "programme": 1},
        "/capacity-defaults/choices": {"items": []},
        "/members/espoo/proposals": listed(),
        "/members/espoo/interests": listed(),
        "/members/espoo/partnerships": listed(),
        "/sessions": listed(),
        "/requests": listed(),
        "/passkeys": listed(),
    }


def key_of(text: str) -> str:
    """The Idempotency-Key that the portal makes from a form's key."""
    return sha256(text.encode()).hexdigest()


def form_token(page: httpx.Response) -> str:
    """The token in the forms of a page."""
    found = re.search(r'name="form" value="([0-9a-f]*)"', page.text)
    assert found is not None
    return found[1]


async def signed_in(browser: httpx.AsyncClient) -> None:
    """Sign in by a link."""
    reply = await browser.post("/sign-in/secret")
    assert reply.status_code == 303


def sought(subject: str, *, seeking: int = 1, offering: int = 1, **changes: Any) -> dict[str, Any]:
    """A subject of the seeking board, as registry sends it."""
    named = {"city_id": "espoo", "name": "Espoo", "country": "FI", "illustrative": False}
    sides = {"first_seeking": [named][:seeking], "first_offering": [named | {"name": HOSTILE}][:offering]}
    return {"subject": subject, "seeking": seeking, "offering": offering} | sides | changes


def supportable(**changes: Any) -> dict[str, Any]:
    """A request with a programme that could support it, as matching sends it."""
    return dict[str, Any](EXAMPLES["SupportableRequestView"][0]) | changes
