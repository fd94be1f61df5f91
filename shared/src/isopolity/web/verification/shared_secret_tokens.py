"""Tokens of the release before: signed with secrets that all services share (HS256), so that each could sign any.

They are signed and taken only where `ISOPOLITY_TOKEN_KEYS` is set, which an upgrade begins with and ends without.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import jwt

from isopolity.machine.clock import Clock, IdFactory, uuid7
from isopolity.web.tokens import AUDIENCE, ISSUER, LONGEST_LIFE, Principal, TokenRefused, claims_of, verified


@dataclass(frozen=True, slots=True)
class SharedSecretTokens:
    """Tokens of shared secrets: the first of `keys` signs, all verify."""

    keys: Sequence[str]
    clock: Clock
    longest: timedelta = LONGEST_LIFE
    ids: IdFactory = uuid7

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
        if lifetime > self.longest:
            raise ValueError(f"a token lives for {self.longest.days} days at most")
        token_id = f"{session_id}.{self.ids()}" if session_id else self.ids()
        named = {"member_id": member_id, "role": role, "session_id": session_id}
        claims = claims_of(subject, scopes, self.clock(), lifetime, token_id, **named)
        return jwt.encode(claims, self.keys[0], algorithm="HS256")

    async def verify(self, token: str) -> Principal:
        for key in self.keys:
            try:
                return verified(token, key, ["HS256"], audience=AUDIENCE, issuer=ISSUER, longest=self.longest)
            except jwt.InvalidSignatureError:
                continue
        raise TokenRefused("The token's signature does not match any of this network's keys; get a new token.")
