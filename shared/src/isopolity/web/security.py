"""FastAPI dependencies that admit a caller by scope."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Final

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from isopolity.act import amend_act
from isopolity.web.problems import Problem
from isopolity.web.revocations import RevocationsUnknown
from isopolity.web.tokens import APPROVER, Principal, TokenRefused, TokenVerifier

_bearer = HTTPBearer(auto_error=False, description="A JWT: see `isopolity tokens create --help`.")
Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
ON_TOKEN_ACCEPTED: Final = "on_token_accepted"  # noqa: S105 - a name
"""Name, in a request's state, of a function to call once its token is accepted; rate_limits counts other requests."""
_CHALLENGE = {"WWW-Authenticate": "Bearer"}
_UNKNOWN = "Which tokens are revoked has not been read from the broker yet, so none is accepted; try again in a moment."
_READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_KINDS = {"staff": "staff", "operator": "operator", "member": "member", "contacts:read": "service"}
"""Names of callers in the audit, by the first of these scopes that its token has."""


async def caller(request: Request, credentials: Credentials) -> Principal | None:
    """The caller, or None without a token. The application's `state.tokens` verifies; the act is theirs from now on."""
    if credentials is None:
        return None
    verifier: TokenVerifier = request.app.state.tokens
    try:
        principal = await verifier.verify(credentials.credentials)
    except TokenRefused as refusal:
        raise Problem(401, str(refusal), code="token-refused", headers=_CHALLENGE) from refusal
    except RevocationsUnknown as unknown:
        raise Problem(503, _UNKNOWN, code="revocations-unknown", headers={"Retry-After": "5"}) from unknown
    if (on_accepted := getattr(request.state, ON_TOKEN_ACCEPTED, None)) is not None:
        on_accepted()
    amend_act(
        actor_kind=_kind(principal), actor=principal.subject, member_id=principal.member_id, token_id=principal.token_id
    )
    return principal


def _kind(principal: Principal) -> str:
    return next((kind for scope, kind in _KINDS.items() if scope in principal.scopes), "anonymous")


Caller = Annotated[Principal | None, Depends(caller)]


def require(*scopes: str, approvers: bool = False) -> Callable[[Request, Caller], Awaitable[Principal]]:
    """A dependency that admits callers with at least one of `scopes`.

    An approver of a member is admitted where the request reads, and elsewhere only with `approvers`.
    """

    async def admitted(request: Request, principal: Caller) -> Principal:
        if principal is None:
            raise Problem(
                401, f"Send a bearer token with the scope {' or '.join(scopes)}.", code="no-token", headers=_CHALLENGE
            )
        if not principal.scopes.intersection(scopes):
            sentence = f"This needs a token with the scope {' or '.join(scopes)}."
            raise Problem(403, sentence, code="scope-missing", parameters={"scopes": ", ".join(scopes)})
        if principal.role == APPROVER and not approvers and request.method not in _READING:
            sentence = "An approver reads and approves; ask your coordinator or deputy to change this."
            raise Problem(403, sentence, code="approver")
        return principal

    return admitted
