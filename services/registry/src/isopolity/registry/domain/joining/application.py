"""An application to join: what somebody says of a city or partner, until staff decides.

Invariant: it is no member, and its person no contact. Only the holder of the mailed secret confirms its address; once
the application is decided, nothing personal is left in it.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, Self

from isopolity.registry.domain.contact import Person
from isopolity.registry.domain.errors import Gone, NotPossible

UNCONFIRMED: Final = "unconfirmed"
CONFIRMED: Final = "confirmed"
ASKED: Final = "asked"
"""Staff has asked the applicant something, who has the application until it is answered, or the time is over."""
ENDORSED: Final = "endorsed"
REFUSED: Final = "refused"
WITHDRAWN: Final = "withdrawn"
"""The applicant took it back."""
OPEN: Final = (UNCONFIRMED, CONFIRMED, ASKED)

LINK_VALID: Final = timedelta(days=7)
"""How long a mailed link confirms, from the moment when its secret was issued."""

ANSWER_VALID: Final = timedelta(days=30)
"""How long an applicant may answer; then the application waits for staff again, answered or not."""

NOT_AUTHENTIC: Final = "not-authentic"
REFUSALS: Final = ("duplicate", "incomplete", NOT_AUTHENTIC, "not-eligible", "other")
"""Why staff refuses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A question of staff, and what the applicant answered; the answer is empty where only fields were corrected."""

    question: str
    asked_at: datetime
    answer: str | None = None
    answered_at: datetime | None = None
    undelivered_at: datetime | None = None
    """When it became known that the mail with the question reaches nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """An application at one version. `profile` is a city's or a partner's."""

    application_id: str
    version: int
    status: str
    region: str
    profile: Any
    person: Person | None
    """The person who applied; None once it is decided."""
    others: tuple[Person, ...] = ()
    """Further contacts whom that person names; empty once it is decided."""
    exchanges: tuple[Exchange, ...] = ()
    """What staff asked and the applicant answered, the oldest first; empty once it is decided."""
    received_at: datetime
    waits_since: datetime | None = None
    """Since when it waits for staff, if not from the receipt on; while the applicant has it, until when."""
    mailable: bool
    """False where the address had got its share of mails already: no link goes to it."""
    secret_digest: str | None = None
    """SHA-256 of the secret issued last, in hex; None where no link is open."""
    valid_until: datetime | None = None
    """When the link issued last ends."""
    decided_at: datetime | None = None
    reason: str | None = None
    """Why it was refused."""
    member_id: str | None = None
    """Whom the endorsement made a member."""

    @property
    def identifier(self) -> str:
        return self.application_id

    @property
    def key(self) -> str:
        """Its own id: applications for one member may stand side by side, or a stranger could block it."""
        return self.application_id

    def issued(self, digest: str, now: datetime) -> Self:
        """With a new secret, which voids the one before. Raises Gone where no address is to be confirmed."""
        if self.status != UNCONFIRMED or not self.mailable:
            raise Gone("There is no address to confirm in this application; send nothing.")
        return self._next(secret_digest=digest, valid_until=now + LINK_VALID)

    def confirmed(self, now: datetime) -> Self:
        """With its address confirmed, and the link spent. Raises Gone if the link is too old."""
        if self.status != UNCONFIRMED or self.valid_until is None or self.valid_until <= now:
            raise Gone("This link has been used, replaced or is too old; apply once more to get another.")
        return self._next(status=CONFIRMED, secret_digest=None)

    def asked(self, question: str, now: datetime) -> Self:
        """With the applicant, who is asked something. Raises NotPossible unless it waits for staff."""
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
        """Back at staff, with the answer and with what the applicant has corrected. Raises NotPossible."""
        if self.status != ASKED:
            raise NotPossible("Nothing is asked about this application any more.")
        *earlier, last = self.exchanges
        latest = replace(last, answer=answer, answered_at=now)
        return self._next(status=CONFIRMED, exchanges=(*earlier, latest), waits_since=now, **corrected)

    def unreached(self, now: datetime) -> Self:
        """Back at staff, since the mail with its question reaches nobody; as it is where nothing is asked any more."""
        if self.status != ASKED or self.waits_since is None or self.exchanges[-1].undelivered_at is not None:
            return self
        *earlier, last = self.exchanges
        latest = replace(last, undelivered_at=now)
        return self._next(exchanges=(*earlier, latest), waits_since=min(self.waits_since, now))

    def is_waiting(self, now: datetime) -> bool:
        """Whether it waits for staff: confirmed, or its applicant has not answered in time."""
        over = self.status == ASKED and self.waits_since is not None and self.waits_since <= now
        return self.status == CONFIRMED or over

    def withdrawn(self, now: datetime) -> Self:
        """Taken back by the applicant."""
        return self._decided(now, status=WITHDRAWN)

    def endorsed(self, member_id: str, now: datetime) -> Self:
        """Made the member `member_id`."""
        return self._decided(now, status=ENDORSED, member_id=member_id)

    def refused(self, reason: str, now: datetime) -> Self:
        """Refused by staff, for one of `REFUSALS`."""
        return self._decided(now, status=REFUSED, reason=reason)

    def require_open(self) -> None:
        """Raise NotPossible if it is decided already."""
        if self.status not in OPEN:
            raise NotPossible(f"The application has been {self.status} already; read it to see what became of it.")

    def _decided(self, now: datetime, **changes: Any) -> Self:
        self.require_open()
        emptied: dict[str, Any] = {"person": None, "others": (), "exchanges": (), "secret_digest": None}
        return self._next(**emptied, decided_at=now, **changes)

    def _next(self, **changes: Any) -> Self:
        return replace(self, version=self.version + 1, **changes)
