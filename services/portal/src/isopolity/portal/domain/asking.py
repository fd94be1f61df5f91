"""Whom a member asks to be introduced to: a city, a partner's programme, or a city for its request."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlencode

from isopolity.portal.domain.session import Account


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The other member, and what it is about."""

    kind: str
    """`city` or `partner`."""
    member_id: str
    programme_id: str = ""
    """Of the partner, whichever of the two it is."""
    request_id: str = ""
    """Of the city."""

    @classmethod
    def of(cls, values: Mapping[str, str]) -> Self | None:
        """What an address or a form names; None where that is nobody."""
        for kind in ("city", "partner"):
            if member_id := values.get(kind, ""):
                more = {name: values.get(name, "") for name in ("programme_id", "request_id")}
                return cls(kind=kind, member_id=member_id, **more)
        return None

    def may_be_asked_for_by(self, account: Account) -> bool:
        """Whether the account may ask at all: another member, not two partners, and not an approver."""
        is_pair = "city" in (self.kind, account.member_kind) and self.member_id != account.member_id
        return is_pair and account.member_id is not None and account.role != "approver"

    @property
    def is_about_their_request(self) -> bool:
        """Whether a partner asks a city because of the city's request."""
        return self.kind == "city" and bool(self.request_id)

    @property
    def query(self) -> str:
        """What the address of the form holds."""
        named = {self.kind: self.member_id, "programme_id": self.programme_id, "request_id": self.request_id}
        return urlencode({name: value for name, value in named.items() if value})

    def order(self, *, openly: bool) -> Mapping[str, Any]:
        """As matching takes it."""
        return {
            "other_id": self.member_id,
            "programme_id": self.programme_id or None,
            "request_id": self.request_id or None,
            "openly": openly,
        }
