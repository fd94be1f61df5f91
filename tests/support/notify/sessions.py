"""Tokens of people who have signed in, as notify reads them."""

from datetime import timedelta
from typing import Any

from isopolity.machine.clock import system_clock
from isopolity.web.network_tokens import LocalTokens


def by(
    contact: str = "contact-a", member: str | None = "member-a", scope: str = "member", **claims: Any
) -> dict[str, str]:
    """The header of a session's token."""
    tokens = LocalTokens(["k" * 32], system_clock)
    token = tokens.issue(contact, [scope], member_id=member, lifetime=timedelta(hours=1), **claims)
    return {"Authorization": f"Bearer {token}"}
