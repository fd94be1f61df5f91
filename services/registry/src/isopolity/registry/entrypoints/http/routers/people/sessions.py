"""`/registry/v1/sessions`: sessions are continued by refresh tokens, listed, and ended.

Invariant: a refresh token is valid once; no cache may store the answer with the next one. Only its holder sees a
session; its holder or an operator can end it.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from functools import partial
from typing import Annotated, Final, TypeVar

from fastapi import Depends, Header, Path, Response
from pydantic import BaseModel

from isopolity.registry.application.access.second_factors import begin_enrolment, pass_second_factor
from isopolity.registry.application.access.session_ends import end_session
from isopolity.registry.application.access.sessions import Begun, end_other_sessions, own_sessions, refresh_session
from isopolity.registry.application.ports import RegistryUnitOfWork
from isopolity.registry.domain.access.second_factor import FactorNeed
from isopolity.registry.domain.access.session import ACCESS_LIFE, Session
from isopolity.registry.domain.errors import Gone, NotFound, WrongCode
from isopolity.registry.entrypoints import field_types as f
from isopolity.registry.entrypoints.http.context import MEMBER, Registry
from isopolity.registry.entrypoints.http.replies import uncached_reply
from isopolity.registry.entrypoints.http.routers.people.bodies import EndOthers, Enrolment, FactorCode, Refresh
from isopolity.web.api_documents import refusals
from isopolity.web.problems import Problem
from isopolity.web.routing import ServiceRouter
from isopolity.web.security import recognise, require
from isopolity.web.tokens import Principal, TokenIssuer

OPERATOR = "operator"
_ENDED: Final = "Your session has ended; sign in again."

router = ServiceRouter(prefix="/registry/v1/sessions")

SessionId = Annotated[f.EntryId, Path(description="The id that the session got")]
Holder = Annotated[Principal, Depends(require(MEMBER, "staff:read", "operator:read", approvers=True))]
"""Admits everybody with a session."""
AllSessions = Annotated[Principal | None, Depends(recognise(OPERATOR))]
"""The caller, if it is an operator with all rights; else None."""


async def _issuer(registry: Registry) -> TokenIssuer:
    if registry.issuer is None:
        sentence = "Nobody can sign in here: registry has no keys; set ISOPOLITY_REGISTRY_KEYS."
        raise Problem(503, sentence, code="no-token-keys")
    return registry.issuer


Issuer = Annotated[TokenIssuer, Depends(_issuer)]


Found = TypeVar("Found")
RequestKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description="Known to the sender alone. The same request with the same key is answered again for a minute.",
        min_length=32,
        max_length=255,
    ),
]


class AccountDocument(BaseModel):
    """A capacity in which the holder of the session may act."""

    account_id: str
    kind: str
    """`member`: a contact of a member; `staff`: somebody of the network's office."""
    name: str
    scopes: list[str]
    member_kind: str | None
    member_id: str | None
    member_name: str | None
    role: str | None
    language: str | None = None
    """The language in which its holder gets mails and pages, by its code."""


class SessionReceipt(BaseModel):
    """A session with its next refresh token, and an access token unless an account is still to be chosen."""

    session_id: str
    ends_at: datetime
    refresh_token: str
    account_id: str | None
    """The account that the access token is for; null: choose one of `accounts` with the next refresh."""
    access_token: str | None
    access_expires_at: datetime | None
    accounts: list[AccountDocument]
    second_factor: FactorNeed | None
    """Needed to act as an account of kind `staff`: a `code` of an app, the `enrolment` of one, or nothing (null).

    `closed`: an operator has to open enrolment first.
    """


class NewApp(BaseModel):
    """A secret for an app; it takes effect with the first code of the app."""

    secret: str
    """The secret as text, for typing."""
    address: str
    """The address for a QR code: `otpauth://totp/…`"""


class SessionDocument(BaseModel):
    """A session, without its tokens."""

    session_id: str
    account_id: str
    member_id: str | None
    started_at: datetime
    refreshed_at: datetime
    ends_at: datetime
    begun_with: str | None
    is_current: bool


class SessionList(BaseModel):
    """All sessions of the caller."""

    items: list[SessionDocument]


def receipt_reply(begun: Begun, issuer: TokenIssuer) -> Response:
    """The answer with the session's tokens; made before the commit, so that ending the session revokes them."""
    session, account = begun.session, begun.account
    access_token = None
    if account is not None:
        access_token = issuer.issue(
            account.account_id,
            account.scopes,
            member_id=account.member_id,
            role=account.role,
            session_id=session.session_id,
            lifetime=ACCESS_LIFE,
        )
    receipt = SessionReceipt(
        session_id=session.session_id,
        ends_at=session.ends_at,
        refresh_token=begun.refresh_token,
        account_id=None if account is None else account.account_id,
        access_token=access_token,
        access_expires_at=None if account is None else session.refreshed_at + ACCESS_LIFE,
        accounts=[
            AccountDocument(**{name: getattr(one, name) for name in AccountDocument.model_fields})
            for one in begun.accounts
        ],
        second_factor=begun.need,
    )
    return uncached_reply(receipt)


async def in_session(
    registry: Registry, work: Callable[[RegistryUnitOfWork], Awaitable[Found | None]], ended: str = _ENDED
) -> Found:
    """What `work` returns, once that is committed; a try with a wrong code and the end of the session count, too.

    Raises WrongCode, and Gone with the sentence `ended` if `work` returns None.
    """
    async with registry.unit_of_work() as uow:
        try:
            found = await work(uow)
        except WrongCode:
            await uow.commit()
            raise
        await uow.commit()
    if found is None:
        raise Gone(ended)
    return found


@router.post("/refresh", response_model=SessionReceipt, responses=refusals(410), summary="Go on with a session")
async def refresh(wanted: Refresh, registry: Registry, issuer: Issuer, key: RequestKey = None) -> Response:
    """The next refresh token and access token; for another account if one is named. 410 when the session has ended.

    Each refresh token is valid once. An earlier one ends the session, so send one request at a time. If an answer was
    lost, repeat the request with its Idempotency-Key within a minute: it gets the same refresh token.
    """

    async def work(uow: RegistryUnitOfWork) -> Response | None:
        begun = await refresh_session(wanted.refresh_token, wanted.account_id, uow, registry.surroundings, key=key)
        return None if begun is None else receipt_reply(begun, issuer)

    return await in_session(registry, work)


@router.post(
    "/second-factor",
    response_model=SessionReceipt,
    responses=refusals(410),
    summary="Act as staff, with the code of an app",
)
async def pass_with_code(wanted: FactorCode, registry: Registry, issuer: Issuer, key: RequestKey = None) -> Response:
    """The session continues as the holder's account of the office. 422 for a code that is not valid: try the next one.

    A code is valid once. 410 when the session has ended, 429 after twenty tries a day.
    """

    async def work(uow: RegistryUnitOfWork) -> Response | None:
        begun = await pass_second_factor(
            wanted.refresh_token, wanted.code, uow, registry.surroundings, registry.authenticator, key=key
        )
        return None if begun is None else receipt_reply(begun, issuer)

    return await in_session(registry, work)


@router.post(
    "/second-factor/enrolment", response_model=NewApp, responses=refusals(410), summary="Bring an app that shows codes"
)
async def enrol(wanted: Enrolment, registry: Registry, _issuer: Issuer) -> Response:
    """A new secret for the app, in place of one that no code has confirmed. 409 where there is an app already.

    For the enrolment code that somebody else of the office handed over; 422 for another, 429 after twenty tries a day.
    """
    surroundings, authenticator = registry.surroundings, registry.authenticator
    beginning = partial(begin_enrolment, wanted.refresh_token, wanted.code)
    made = await in_session(registry, lambda uow: beginning(uow, surroundings, authenticator))
    document = NewApp(secret=made.secret, address=made.address)
    return uncached_reply(document)


@router.get("", response_model=SessionList, summary="List one's own sessions")
async def list_sessions(registry: Registry, principal: Holder) -> SessionList:
    """Sessions of the token's holder, for all accounts."""
    return SessionList(items=[_document(one, principal) for one in await _own(registry, principal)])


@router.post("/end-others", status_code=204, summary="End all of one's own sessions but this one")
async def end_others(registry: Registry, principal: Holder, wanted: EndOthers | None = None) -> Response:
    """Ends all other sessions of the caller, for all accounts; the caller's other browsers are no longer known."""
    async with registry.unit_of_work() as uow:
        browser = None if wanted is None else wanted.browser
        await end_other_sessions(principal.subject, principal.session_id, uow, browser)
        await uow.commit()
    return Response(status_code=204)


@router.delete("/{session_id}", status_code=204, summary="End a session")
async def end(session_id: SessionId, registry: Registry, principal: Holder, caller: AllSessions) -> Response:
    """Ends an own session, or as an operator anybody's. Every service refuses its access tokens within seconds."""
    is_own = any(one.session_id == session_id for one in await _own(registry, principal))
    async with registry.unit_of_work() as uow:
        may_end = is_own or (caller is not None and OPERATOR in caller.scopes)
        if not (may_end and await end_session(session_id, uow)):
            raise NotFound("You have no session with this id; it may have ended.")
        await uow.commit()
    return Response(status_code=204)


async def _own(registry: Registry, principal: Principal) -> Sequence[Session]:
    async with registry.reading() as uow:
        return await own_sessions(principal.subject, uow)


def _document(session: Session, principal: Principal) -> SessionDocument:
    values = {name: value for name, value in asdict(session).items() if name in SessionDocument.model_fields}
    return SessionDocument(**values, is_current=session.session_id == principal.session_id)
