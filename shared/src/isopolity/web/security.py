"""FastAPI dependencies that admit a caller by the scope or right that a route asks for; verification of its token.

Invariant: a route that changes something admits a holder of a single right of staff or operators only if it names that
right; `staff` or `operator` means the whole scope there, and any of its rights on a route that reads. A token is
verified once a request, for limits and routes alike: the limits of a caller depend on whether its token is accepted,
never on a header alone.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Final

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from fastapi.security.utils import get_authorization_scheme_param
from starlette.datastructures import Headers
from starlette.types import Scope

from isopolity.identity.actors import WHOLE, amend_act, holds, whole_of
from isopolity.web.problems import Problem
from isopolity.web.revocations import RevocationsUnknown
from isopolity.web.tokens import APPROVER, KeysUnknown, Principal, TokenRefused, TokenVerifier

_bearer = HTTPBearer(auto_error=False, description="A JWT: see `isopolity tokens create --help`.")
Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
_CHALLENGE = {"WWW-Authenticate": "Bearer"}
_UNKNOWN = "Which tokens are revoked has not been read from the broker yet, so none is accepted; try again in a moment."
_NO_KEYS: Final = (
    "This network's public keys cannot be read from registry now, so no token is accepted; try again in a moment."
)
_READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_KINDS = {"staff": "staff", "operator": "operator", "member": "member", "contacts:read": "service"}
"""Kinds of callers in the audit: that of the first of these scopes of which the token holds a right."""


async def holder(request: Request, _documented: Credentials) -> Principal | None:
    """The holder of the token with its own scopes, who becomes the actor of the current act; None without a token."""
    match await token_outcome(request.scope):
        case TokenRefused() as refusal:
            raise Problem(401, str(refusal), code="token-refused", headers=_CHALLENGE) from refusal
        case RevocationsUnknown() as unknown:
            raise Problem(503, _UNKNOWN, code="revocations-unknown", headers={"Retry-After": "5"}) from unknown
        case KeysUnknown() as unknown:
            raise Problem(503, _NO_KEYS, code="keys-unknown", headers={"Retry-After": "5"}) from unknown
        case Principal() as principal:
            amend_act(
                actor_kind=_kind(principal),
                actor=principal.subject,
                member_id=principal.member_id,
                token_id=principal.token_id,
            )
            return principal
    return None


def _kind(principal: Principal) -> str:
    least = {f"{scope}:read" if scope in WHOLE else scope: kind for scope, kind in _KINDS.items()}
    return next((kind for scope, kind in least.items() if holds(principal.scopes, scope)), "anonymous")


Holder = Annotated[Principal | None, Depends(holder)]


def recognise(*scopes: str) -> Callable[[Request, Holder], Awaitable[Principal | None]]:
    """A dependency that admits everybody; gives the caller with those of `scopes` that it holds, or None."""

    async def recognised(request: Request, principal: Holder) -> Principal | None:
        return None if principal is None else _acting(principal, _asked(scopes, request))

    return recognised


Caller = Annotated[Principal | None, Depends(recognise(*WHOLE))]


@dataclass(frozen=True, slots=True)
class Admission:
    """A dependency that admits callers with at least one of `scopes`.

    An approver of a member is admitted to read, and to change something only with `approvers`.
    """

    scopes: tuple[str, ...]
    approvers: bool = False

    async def __call__(self, request: Request, principal: Holder) -> Principal:
        """The caller, with those of `scopes` that it holds. Raises Problem 401 or 403."""
        if principal is None:
            sentence = f"Send a bearer token with the scope {' or '.join(_wholes(self.scopes))}."
            raise Problem(401, sentence, code="no-token", headers=_CHALLENGE)
        asked = _asked(self.scopes, request)
        if not any(holds(principal.scopes, scope) for scope in asked):
            raise refusal(principal, asked)
        if principal.role == APPROVER and not self.approvers and request.method not in _READING:
            sentence = "An approver reads and approves; ask your coordinator or deputy to change this."
            raise Problem(403, sentence, code="approver")
        return _acting(principal, asked)


async def admit(request: Request, admissions: Iterable[Admission]) -> None:
    """Raise Problem for a token that is not accepted, and for a caller whom one of `admissions` refuses."""
    principal = await holder(request, None)
    for admission in admissions:
        await admission(request, principal)


def require(*scopes: str, approvers: bool = False) -> Admission:
    """A dependency that admits callers by scope, or by a single right, such as `staff:endorse`."""
    return Admission(scopes, approvers)


def _asked(scopes: Sequence[str], request: Request) -> Sequence[str]:
    """The scopes and rights that this request needs: to read, any right of staff or operators is enough."""
    is_reading = request.method in _READING
    return [f"{scope}:read" if is_reading and scope in WHOLE else scope for scope in scopes]


def _acting(principal: Principal, asked: Sequence[str]) -> Principal:
    """The caller, with the whole scope of each right in `asked` that it holds."""
    held = {whole_of(scope) for scope in asked if holds(principal.scopes, scope)}
    return principal if held <= principal.scopes else replace(principal, scopes=principal.scopes | held)


def refusal(principal: Principal, asked: Sequence[str]) -> Problem:
    """The problem of a missing right: for a person of the office, who can give it; for others, the missing scope."""
    for scope in asked:
        whole = whole_of(scope)
        if whole in WHOLE and holds(principal.scopes, f"{whole}:read"):
            lacks = f"This needs the right {scope}, which your token does not hold;"
            if whole == "staff":
                sentence = f"{lacks} who holds staff:manage, or an operator, can give it."
                return Problem(403, sentence, code="staff-right-missing", parameters={"right": scope})
            sentence = f"{lacks} an operator with all rights can give it."
            return Problem(403, sentence, code="operator-right-missing", parameters={"right": scope})
    wholes = _wholes(asked)
    sentence = f"This needs a token with the scope {' or '.join(wholes)}."
    return Problem(403, sentence, code="scope-missing", parameters={"scopes": ", ".join(wholes)})


def _wholes(scopes: Sequence[str]) -> Sequence[str]:
    return list(dict.fromkeys(whole_of(scope) for scope in scopes))


_OUTCOME: Final = "token_outcome"
"""Key of the outcome in a request's state."""

Outcome = Principal | TokenRefused | RevocationsUnknown | KeysUnknown


async def token_outcome(scope: Scope) -> Outcome | None:
    """The holder of the request's token, or the error for which it is not accepted; None without a bearer token.

    The application's `state.tokens` verifies it at the first call.
    """
    state = scope.setdefault("state", {})
    if _OUTCOME not in state:
        state[_OUTCOME] = await _verified(scope)
    outcome: Outcome | None = state[_OUTCOME]
    return outcome


async def is_accepted(scope: Scope) -> bool:
    """Whether the request brings a token that is accepted."""
    return isinstance(await token_outcome(scope), Principal)


def accepted_token_id(scope: Scope) -> str | None:
    """The id of the request's token, if that has been verified already and is accepted."""
    outcome = scope.get("state", {}).get(_OUTCOME)
    return outcome.token_id if isinstance(outcome, Principal) else None


async def _verified(scope: Scope) -> Outcome | None:
    kind, token = get_authorization_scheme_param(Headers(scope=scope).get("authorization"))
    if kind.lower() != "bearer" or not token:
        return None
    tokens: TokenVerifier = scope["app"].state.tokens
    try:
        return await tokens.verify(token)
    except (TokenRefused, RevocationsUnknown, KeysUnknown) as refusal:
        return refusal
