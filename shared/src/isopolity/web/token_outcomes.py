"""The outcome of a request's bearer token, found once a request for limits and routes alike.

Invariant: the limits of a caller depend on whether its token is accepted, never on a header alone.
"""

from typing import Final

from fastapi.security.utils import get_authorization_scheme_param
from starlette.datastructures import Headers
from starlette.types import Scope

from isopolity.web.revocations import RevocationsUnknown
from isopolity.web.tokens import KeysUnknown, Principal, TokenRefused, TokenVerifier

_OUTCOME: Final = "token_outcome"
"""Name of the outcome in a request's state."""

Outcome = Principal | TokenRefused | RevocationsUnknown | KeysUnknown


async def token_outcome(scope: Scope) -> Outcome | None:
    """The holder of the request's token, or the reason why it is not accepted; None without a bearer token.

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
