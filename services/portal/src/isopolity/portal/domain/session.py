"""A session of somebody who has signed in: as whom, and with which tokens of registry."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from isopolity.identity.actors import holds

_EARLY: Final = timedelta(seconds=60)
"""A token that ends sooner is renewed, so that it outlives the page that uses it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A capacity in which somebody may act: as a contact of a member, or as staff."""

    account_id: str
    kind: str
    name: str
    scopes: tuple[str, ...]
    member_kind: str | None
    member_id: str | None
    member_name: str | None
    role: str | None

    @property
    def member(self) -> str:
        """The id of the member for which it acts; empty for staff."""
        return self.member_id or ""

    def may(self, scope: str) -> bool:
        """Whether it holds this scope, or this right of one, such as `staff:endorse`."""
        return holds(self.scopes, scope)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class NewApp:
    """A secret for an app that shows codes: to be typed, and as the address that a QR code holds."""

    secret: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Registry's session, with the account that was chosen, None until then."""

    session_id: str
    ends_at: datetime
    accounts: tuple[Account, ...]
    account: Account | None
    access_expires_at: datetime | None
    second_factor: str | None = None
    """Needed to act as staff: a `code` of an app, its `enrolment`, `closed` where only an operator helps, or None."""
    access_token: str | None = field(repr=False)
    refresh_token: str = field(repr=False)

    def is_over(self, now: datetime) -> bool:
        """Whether nothing continues it any more."""
        return now >= self.ends_at

    def needs_renewal(self, now: datetime) -> bool:
        """Whether its access token is to be renewed before it is used."""
        return self.access_expires_at is not None and now >= self.access_expires_at - _EARLY


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Moved:
    """A session that acts with other rights from now on, and the secret under which it lies now."""

    session: Session
    secret: str
