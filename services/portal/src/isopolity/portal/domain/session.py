"""A session of somebody who has signed in: as whom, with which tokens of registry and in which browser; and a form
that was filled in as the session ended.

Invariant: a browser's name holds what its owner needs to recognise it, and no version or device.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, Self

from isopolity.identity.actors import holds
from isopolity.machine import periods

_EARLY: Final = timedelta(seconds=60)
"""A token that ends sooner is renewed, so that it outlives the page that uses it."""
_PROGRAMS: Final[Mapping[str, str]] = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "SamsungBrowser/": "Samsung Internet",
    "Firefox/": "Firefox",
    "FxiOS/": "Firefox",
    "Chrome/": "Chrome",
    "CriOS/": "Chrome",
    "Safari/": "Safari",
}
"""Part of the name that a browser gives itself, and its name; others call themselves what later ones are, too."""
_SYSTEMS: Final[Mapping[str, str]] = {
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "Mac OS": "macOS",
    "CrOS": "ChromeOS",
    "Linux": "Linux",
}
KEPT_FOR: Final = periods.TYPED_FORM
"""From being sent; who has not signed in again by then types it anew."""


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
    language: str = ""
    """Of its mails and pages; empty in a session of an earlier release."""

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

    def speaking(self, language: str) -> Self:
        """The session, with this language of the account that was chosen."""
        if self.account is None:
            return self
        account = replace(self.account, language=language)
        accounts = tuple(account if each.account_id == account.account_id else each for each in self.accounts)
        return replace(self, account=account, accounts=accounts)

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


def browser_named(user_agent: str) -> str | None:
    """“Firefox, Windows”, or the one of both that is known; None where neither is."""
    known = [_first(names, user_agent) for names in (_PROGRAMS, _SYSTEMS)]
    return ", ".join(name for name in known if name) or None


def _first(names: Mapping[str, str], text: str) -> str | None:
    return next((name for part, name in names.items() if part in text), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptForm:
    """The fields of a form, and the address of its page."""

    page: str
    fields: Mapping[str, str]


HANDED_ROLES: Final = ("coordinator", "programme-officer")
"""The roles that registry lets be handed over."""
