"""What a request's bearer token came to, asked once a request, by limits and routes alike.

Invariant: what a caller may cost hangs on whether its token is accepted, never on whether it sent a header.
"""

from typing import Final

from fastapi.security.utils import get_authorization_scheme_param
from starlette.datastructures import Headers
from starlette.types import Scope

from isopolity.web.revocations import RevocationsUnknown
from isopolity.web.tokens import KeysUnknown, Principal, TokenRefused, TokenVerifier

_OUTCOME: Final = "token_outcome"
"""Name, in a request's state, of what its token came to."""

Outcome = Principal | TokenRefused | RevocationsUnknown | KeysUnknown


async def token_outcome(scope: Scope) -> Outcome | None:
    """Who holds the request's token, or why it is not accepted; None: it brings no bearer token.

    The application's `state.tokens` verifies, the first time that somebody asks.
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
    """The id of the request's token, if somebody has asked and it is accepted."""
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
