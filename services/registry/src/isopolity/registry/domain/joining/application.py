"""An application to join: a draft, written step by step behind a mailed link, or as a whole; then with staff until it
is decided.

Invariants: an application is not a member, and its person is not a contact. Only the holder of the mailed secret can
confirm its address. A decided application holds no personal data. Only the holder of the mailed secret can read or
change a draft; staff cannot. A draft is the same whether or not its address or member is known.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final, Self

from isopolity.machine import periods
from isopolity.registry.domain.contact import Person
from isopolity.registry.domain.errors import FieldError, Gone, InvalidProfile, NotPossible, StaleVersion

UNCONFIRMED: Final = "unconfirmed"
CONFIRMED: Final = "confirmed"
ASKED: Final = "asked"
"""Staff has asked a question; the application is with the applicant until the answer, or until time is over."""
ENDORSED: Final = "endorsed"
REFUSED: Final = "refused"
WITHDRAWN: Final = "withdrawn"
"""The applicant has withdrawn it."""
OPEN: Final = (UNCONFIRMED, CONFIRMED, ASKED)

LINK_VALID: Final = periods.APPLICATION_LINK
"""How long a mailed link can confirm an address, after its secret was issued."""

ANSWER_VALID: Final = periods.APPLICATION_DRAFT
"""How long an applicant may answer; after that the application waits for staff again."""

NOT_AUTHENTIC: Final = "not-authentic"
REFUSALS: Final = ("duplicate", "incomplete", NOT_AUTHENTIC, "not-eligible", "other")
"""Codes of the reasons for a refusal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A question of staff and its answer; the answer is empty if the applicant only corrected fields."""

    question: str
    asked_at: datetime
    answer: str | None = None
    answered_at: datetime | None = None
    undelivered_at: datetime | None = None
    """When the mail with the question failed or came back; None if it did not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """An application at one version. `profile` is a city's or a partner's."""

    application_id: str
    version: int
    status: str
    region: str
    profile: Any
    person: Person | None
    """The applicant; None once it is decided."""
    others: tuple[Person, ...] = ()
    """Further contacts that the applicant names; empty once it is decided."""
    exchanges: tuple[Exchange, ...] = ()
    """Questions of staff with their answers, the oldest first; empty once it is decided."""
    received_at: datetime
    waits_since: datetime | None = None
    """Since when it waits for staff, or from when on if the applicant has it; None: since its receipt."""
    mailable: bool
    """False if the address has had its share of mails, so that no link is sent to it."""
    secret_digest: str | None = None
    """SHA-256 of the last issued secret, in hex; None if no link is open."""
    valid_until: datetime | None = None
    """When the last issued link expires."""
    decided_at: datetime | None = None
    reason: str | None = None
    """The code of the reason for its refusal."""
    member_id: str | None = None
    """The id of the member that it became."""

    @property
    def identifier(self) -> str:
        return self.application_id

    @property
    def key(self) -> str:
        """Its own id: several applications for one member may exist, or a stranger could block others."""
        return self.application_id

    def issued(self, digest: str, now: datetime) -> Self:
        """The application with a new secret, which replaces the earlier one. Raises Gone unless it is unconfirmed."""
        if self.status != UNCONFIRMED or not self.mailable:
            raise Gone("There is no address to confirm in this application; send nothing.")
        return self._next(secret_digest=digest, valid_until=now + LINK_VALID)

    def confirmed(self, now: datetime) -> Self:
        """The application with its address confirmed and its link used. Raises Gone if the link has expired."""
        if self.status != UNCONFIRMED or self.valid_until is None or self.valid_until <= now:
            raise Gone("This link has been used, replaced or is too old; apply once more to get another.")
        return self._next(status=CONFIRMED, secret_digest=None)

    def asked(self, question: str, now: datetime) -> Self:
        """The application with a question to its applicant. Raises NotPossible unless it waits for staff."""
        self.require_open()
        if not self.is_waiting(now):
            raise NotPossible(
                "The applicant has this application already, and is asked something; wait for the answer."
                if self.status == ASKED
                else "The applicant's address is not confirmed yet; nobody is written to there."
            )
        exchange = Exchange(question=question, asked_at=now)
        return self._next(status=ASKED, exchanges=(*self.exchanges, exchange), waits_since=now + ANSWER_VALID)

    def answered(self, *, answer: str | None, now: datetime, **corrected: Any) -> Self:
        """The application with answer and corrections, waiting for staff. Raises NotPossible without a question."""
        if self.status != ASKED:
            raise NotPossible("There is no open question about this application.")
        *earlier, last = self.exchanges
        latest = replace(last, answer=answer, answered_at=now)
        return self._next(status=CONFIRMED, exchanges=(*earlier, latest), waits_since=now, **corrected)

    def unreached(self, now: datetime) -> Self:
        """The application, waiting for staff since the question did not arrive; itself if there is no open question."""
        if self.status != ASKED or self.waits_since is None or self.exchanges[-1].undelivered_at is not None:
            return self
        *earlier, last = self.exchanges
        latest = replace(last, undelivered_at=now)
        return self._next(exchanges=(*earlier, latest), waits_since=min(self.waits_since, now))

    def is_waiting(self, now: datetime) -> bool:
        """Whether it waits for staff: it is confirmed, or its applicant has not answered in time."""
        over = self.status == ASKED and self.waits_since is not None and self.waits_since <= now
        return self.status == CONFIRMED or over

    def withdrawn(self, now: datetime) -> Self:
        """The application, withdrawn by its applicant."""
        return self._decided(now, status=WITHDRAWN)

    def endorsed(self, member_id: str, now: datetime) -> Self:
        """The application, endorsed as the member `member_id`."""
        return self._decided(now, status=ENDORSED, member_id=member_id)

    def refused(self, reason: str, now: datetime) -> Self:
        """The application, refused by staff for one of `REFUSALS`."""
        return self._decided(now, status=REFUSED, reason=reason)

    def require_open(self) -> None:
        """Raise NotPossible if it is decided."""
        if self.status not in OPEN:
            raise NotPossible(f"The application has been {self.status} already; read it to see what became of it.")

    def _decided(self, now: datetime, **changes: Any) -> Self:
        self.require_open()
        emptied: dict[str, Any] = {"person": None, "others": (), "exchanges": (), "secret_digest": None}
        return self._next(**emptied, decided_at=now, **changes)

    def _next(self, **changes: Any) -> Self:
        return replace(self, version=self.version + 1, **changes)


NEEDED: Final = {"city": ("who", "where", "contacts", "needs"), "partner": ("who", "where", "contacts")}
"""The steps that a draft must have before it is submitted, by kind of member, in the order of the pages."""
STEPS: Final = (*NEEDED["city"], "programmes")
"""All steps; `needs` holds needs and offers of a city, `programmes` those of a partner."""
KEPT: Final = periods.APPLICATION_DRAFT
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
