"""FastAPI dependencies that admit a caller by scope."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Final

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from isopolity.web.problems import Problem
from isopolity.web.tokens import Principal, TokenRefused, TokenVerifier

_bearer = HTTPBearer(auto_error=False, description="A JWT: see `isopolity token create --help`.")
Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
TOKEN_ACCEPTED: Final = "token_accepted"  # noqa: S105 - a name
"""Set in a request's state once its token is accepted; requests without are counted (web/rates.py)."""
_CHALLENGE = {"WWW-Authenticate": "Bearer"}


async def caller(request: Request, credentials: Credentials) -> Principal | None:
    """Who calls, or None without a token. The application's `state.tokens` verifies."""
    if credentials is None:
        return None
    verifier: TokenVerifier = request.app.state.tokens
    try:
        principal = await verifier.verify(credentials.credentials)
    except TokenRefused as refusal:
        raise Problem(401, str(refusal), code="token-refused", headers=_CHALLENGE) from refusal
    setattr(request.state, TOKEN_ACCEPTED, True)
    return principal


Caller = Annotated[Principal | None, Depends(caller)]


def require(*scopes: str) -> Callable[[Caller], Awaitable[Principal]]:
    """A dependency that admits callers with at least one of `scopes`."""

    async def admitted(principal: Caller) -> Principal:
        if principal is None:
            raise Problem(
                401, f"Send a bearer token with the scope {' or '.join(scopes)}.", code="no-token", headers=_CHALLENGE
            )
        if not principal.scopes.intersection(scopes):
            raise Problem(403, f"This needs a token with the scope {' or '.join(scopes)}.", code="scope-missing")
        return principal

    return admitted
