"""A draft of an application, written step by step behind a mailed link.

Invariant: only the holder of the mailed secret can read or change it; staff cannot. A draft is the same whether or not
its address or member is known.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final, Self

from isopolity.registry.domain.errors import FieldError, Gone, InvalidProfile, StaleVersion
from isopolity.registry.domain.joining.application import LINK_VALID

NEEDED: Final = {"city": ("who", "where", "contacts", "needs"), "partner": ("who", "where", "contacts")}
"""The steps that a draft must have before it is submitted, by kind of member, in the order of the pages."""
STEPS: Final = (*NEEDED["city"], "programmes")
"""All steps; `needs` holds needs and offers of a city, `programmes` those of a partner."""
KEPT: Final = timedelta(days=30)
"""How long a draft is kept after its last saved step."""
ENDED: Final = "This link has been replaced or used up, or is too old; ask for another to begin anew."

Fields = Mapping[str, Any]
"""The fields of one step, as they were received."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A draft at one version. `email` is the address to which its link is mailed."""

    draft_id: str
    version: int
    member_kind: str
    email: str
    language: str
    started_at: datetime
    mailable: bool
    """False if the address has had its share of mails, so that no link is sent to it."""
    secret_digest: str | None = None
    """SHA-256 of the secret issued last, in hex."""
    valid_until: datetime | None = None
    """When the link expires; each saved step extends it."""
    saved_at: datetime | None = None
    application_id: str | None = None
    """The id of the application whose question the draft answers; None for a new application."""
    question: str | None = None
    """The question of staff; None for a new application."""
    letter_id: str | None = None
    """The id of the letter with the question; None for new applications and drafts of early releases."""
    steps: Mapping[str, Fields] = field(default_factory=dict)
    """The saved steps, each with its fields."""

    def issued(self, digest: str, now: datetime) -> Self:
        """The draft with a new secret, which replaces the earlier one. Raises Gone if no link may be mailed."""
        if self.saved_at is not None or not self.mailable:
            raise Gone("Nobody waits for this link; send nothing.")
        valid = LINK_VALID if self.application_id is None else KEPT
        return self._next(secret_digest=digest, valid_until=now + valid)

    def require_open(self, now: datetime) -> None:
        """Raise Gone if the link has expired."""
        if self.valid_until is None or self.valid_until <= now:
            raise Gone(ENDED)

    def require_version(self, seen: int) -> None:
        """Raise StaleVersion unless `seen` is the present version."""
        if seen != self.version:
            raise StaleVersion(self.version)

    def saved(self, step: str, fields: Fields, now: datetime) -> Self:
        """The draft with new fields of this step."""
        return self._next(steps={**self.steps, step: fields}, saved_at=now, valid_until=now + KEPT)

    def asked_again(self, question: str, letter_id: str, now: datetime) -> Self:
        """The draft with another question and without a link, which is mailed later; saved steps are kept."""
        unmailed: dict[str, Any] = {"secret_digest": None, "valid_until": None, "saved_at": None}
        return self._next(question=question, letter_id=letter_id, started_at=now, **unmailed)

    def require_complete(self) -> None:
        """Raise InvalidProfile with the names of missing steps, if there are any."""
        if missing := [step for step in NEEDED[self.member_kind] if step not in self.steps]:
            raise InvalidProfile([FieldError((step,), "Save this step first; it is missing.") for step in missing])

    def _next(self, **changes: Any) -> Self:
        return replace(self, version=self.version + 1, **changes)
