"""A draft of an application: what somebody writes who wants to join, step by step, behind a mailed link.

Invariant: only the holder of the mailed secret reads or changes it, staff does not; whether anything is known of the
address or the member makes no difference to it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final, Self

from isopolity.registry.domain.errors import FieldError, Gone, InvalidProfile, StaleVersion
from isopolity.registry.domain.joining.application import LINK_VALID

NEEDED: Final = {"city": ("who", "where", "contacts", "needs"), "partner": ("who", "where", "contacts")}
"""The steps without which a draft cannot be handed in, by kind of member, in the order in which they are asked."""
STEPS: Final = (*NEEDED["city"], "programmes")
"""All steps; `needs` are what a city looks for and offers, `programmes` those of a partner."""
KEPT: Final = timedelta(days=30)
"""How long a draft waits to be gone on with, from its last saved step on."""
ENDED: Final = "This link has been replaced or used up, or is too old; ask for another to begin anew."

Fields = Mapping[str, Any]
"""What one step holds, as it came in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A draft at one version. `email` is the address that its link goes to."""

    draft_id: str
    version: int
    member_kind: str
    email: str
    language: str
    started_at: datetime
    mailable: bool
    """False where the address had got its share of mails already: no link goes to it."""
    secret_digest: str | None = None
    """SHA-256 of the secret issued last, in hex."""
    valid_until: datetime | None = None
    """When the link ends; each saved step moves it on."""
    saved_at: datetime | None = None
    application_id: str | None = None
    """The application that staff has asked something about; the draft goes back to it. None for a new one."""
    question: str | None = None
    """What staff asks."""
    letter_id: str | None = None
    """The letter whose mail asks it; None for a new one, and where a release that did not keep it asked."""
    steps: Mapping[str, Fields] = field(default_factory=dict)
    """The steps that are saved, each with its fields."""

    def issued(self, digest: str, now: datetime) -> Self:
        """With a new secret, which voids the one before. Raises Gone where no link is to be mailed any more."""
        if self.saved_at is not None or not self.mailable:
            raise Gone("Nobody waits for this link; send nothing.")
        valid = LINK_VALID if self.application_id is None else KEPT
        return self._next(secret_digest=digest, valid_until=now + valid)

    def require_open(self, now: datetime) -> None:
        """Raise Gone if the link has ended."""
        if self.valid_until is None or self.valid_until <= now:
            raise Gone(ENDED)

    def require_version(self, seen: int) -> None:
        """Raise StaleVersion unless `seen` is the present version."""
        if seen != self.version:
            raise StaleVersion(self.version)

    def saved(self, step: str, fields: Fields, now: datetime) -> Self:
        """With what this step holds from now on."""
        return self._next(steps={**self.steps, step: fields}, saved_at=now, valid_until=now + KEPT)

    def asked_again(self, question: str, letter_id: str, now: datetime) -> Self:
        """With another question, and a link that is still to be mailed; what was saved stays."""
        unmailed: dict[str, Any] = {"secret_digest": None, "valid_until": None, "saved_at": None}
        return self._next(question=question, letter_id=letter_id, started_at=now, **unmailed)

    def require_complete(self) -> None:
        """Raise InvalidProfile, with the names of the steps that are missing."""
        if missing := [step for step in NEEDED[self.member_kind] if step not in self.steps]:
            raise InvalidProfile([FieldError((step,), "Save this step first; it is missing.") for step in missing])

    def _next(self, **changes: Any) -> Self:
        return replace(self, version=self.version + 1, **changes)
