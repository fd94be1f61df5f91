"""Bearer tokens: JWTs from an OpenID Connect issuer, or signed with the network's own keys (`network_tokens`).

Every service verifies tokens itself.

Invariant: a token is accepted only for the audience, the time and the scopes that it names; no token lives longer than
the network allows, so that a revocation may be forgotten after that time; whatever a token contains, the worst outcome
is a refusal.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Final, Protocol

import jwt
from jwt.types import Options

from isopolity.machine.periods import OWN_TOKEN

ISSUER: Final = "isopolity"
AUDIENCE: Final = "isopolity"
LONGEST_LIFE: Final = OWN_TOKEN
"""The longest life of a token, unless the network allows more (`ISOPOLITY_TOKEN_DAYS`)."""
APPROVER: Final = "approver"
"""The role of a member's token that may read and approve, and change nothing else."""
_LARGEST: Final = 8192
"""The most characters of a token; a longer one is refused unread."""
_NAME_LENGTH: Final = 255
_TOKEN_ID: Final = re.compile(r"[A-Za-z0-9_.:-]{1,100}")


class TokenRefused(Exception):
    """The token is not accepted; the message says what to change."""


class KeysUnknown(Exception):
    """The network's public keys cannot be read from registry now, so no token can be verified."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Who calls: the token's subject, its scopes, and the member it speaks for, if any."""

    subject: str
    scopes: frozenset[str]
    """Scopes of the token; on a route, with the whole scope added if the token holds the right that is asked for."""
    member_id: str | None = None
    token_id: str = field(default="", compare=False)
    """The token's `jti`, or a digest of the token without one."""
    issued_at: datetime = field(default=datetime.max.replace(tzinfo=UTC), compare=False)
    role: str | None = None
    """`approver`, or None: any other role may do all that the scopes allow."""
    session_id: str | None = field(default=None, compare=False)
    """The session of the token (`sid`), with which the token ends."""


class TokenVerifier(Protocol):
    """Verifies one bearer token."""

    async def verify(self, token: str) -> Principal:
        """Who the token stands for. Raises TokenRefused."""


class TokenIssuer(Protocol):
    """Signs bearer tokens."""

    def issue(
        self,
        subject: str,
        scopes: Sequence[str],
        *,
        member_id: str | None = None,
        role: str | None = None,
        session_id: str | None = None,
        lifetime: timedelta,
    ) -> str:
        """A token for `subject` that is valid for `lifetime`. Raises ValueError for more than the longest life."""


def claims_of(
    subject: str,
    scopes: Sequence[str],
    now: datetime,
    lifetime: timedelta,
    token_id: str,
    *,
    member_id: str | None,
    role: str | None,
    session_id: str | None,
) -> dict[str, Any]:
    """The claims of a token of the network; member, role and session only if they have a value."""
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": subject,
        "scope": " ".join(scopes),
        "iat": now,
        "exp": now + lifetime,
        "jti": token_id,
    }
    named = {"member": member_id, "role": role, "sid": session_id}
    return claims | {name: value for name, value in named.items() if value}


class TokensByIssuer:
    """Verifies a token with the verifier of its issuer, such as the network itself or an OpenID Connect issuer."""

    def __init__(self, verifiers: Mapping[str, TokenVerifier]) -> None:
        self._verifiers = verifiers

    async def verify(self, token: str) -> Principal:
        with readable(token):
            issuer = jwt.decode(token, options={"verify_signature": False}).get("iss")
        verifier = self._verifiers.get(str(issuer))
        if verifier is None:
            raise TokenRefused("The token was issued by another issuer; get one from this network's.")
        return await verifier.verify(token)


@contextmanager
def readable(token: str) -> Iterator[None]:
    """Turns errors in reading `token` into TokenRefused, except InvalidSignatureError."""
    if len(token) > _LARGEST:
        raise TokenRefused(f"The token has more than {_LARGEST} characters; get one with fewer claims.")
    try:
        yield
    except jwt.InvalidSignatureError:
        raise
    except jwt.ExpiredSignatureError:
        raise TokenRefused("The token has expired; get a new one.") from None
    except (jwt.InvalidAudienceError, jwt.InvalidIssuerError):
        raise TokenRefused("The token was issued for another audience or by another issuer.") from None
    except (jwt.InvalidTokenError, ValueError, TypeError, ArithmeticError, OSError, RecursionError):
        raise TokenRefused("The bearer token is not a valid JWT; get a new one.") from None


def verified(
    token: str, key: Any, algorithms: list[str], *, audience: str, issuer: str, longest: timedelta
) -> Principal:
    """The holder of a token that `key` signed. Raises TokenRefused, and InvalidSignatureError for any other key."""
    required: Options = {"require": ["exp", "sub", "aud", "iss", "iat"]}
    with readable(token):
        claims = jwt.decode(token, key, algorithms, required, audience=audience, issuer=issuer, leeway=10)
        issued_at = datetime.fromtimestamp(claims["iat"], UTC)
        life = datetime.fromtimestamp(claims["exp"], UTC) - issued_at
    if life > longest:
        raise TokenRefused(f"The token lives for more than {longest.days} days; get one for a shorter time.")
    return Principal(
        subject=_name(claims["sub"], "sub"),
        scopes=_scopes(claims.get("scope", "")),
        member_id=_name(claims["member"], "member") if claims.get("member") else None,
        token_id=_token_id(token, claims.get("jti")),
        issued_at=issued_at,
        role=APPROVER if claims.get("role") == APPROVER else None,
        session_id=_identifier(claims.get("sid")),
    )


def _name(claim: object, name: str) -> str:
    if isinstance(claim, str) and claim.isprintable() and 0 < len(claim) <= _NAME_LENGTH:
        return claim
    raise TokenRefused(f"The token's claim {name} is not a text of up to {_NAME_LENGTH} characters; get a new token.")


def _scopes(claim: object) -> frozenset[str]:
    entries = claim.split() if isinstance(claim, str) else claim
    if isinstance(entries, list) and all(isinstance(entry, str) for entry in entries):
        return frozenset(entries)
    raise TokenRefused("The token's claim scope is neither a text nor a list of texts; get a new token.")


def _token_id(token: str, claim: object) -> str:
    """The token's `jti`; a digest of the signed part if it has none that is fit for a log.

    The signature is left out of the digest: it can be written in more than one way.
    """
    return _identifier(claim) or sha256(b"isopolity.token\n" + token.rpartition(".")[0].encode()).hexdigest()


def _identifier(claim: object) -> str | None:
    return claim if isinstance(claim, str) and _TOKEN_ID.fullmatch(claim) else None
