"""The mail server as all instances of notify know it: whether it takes mails, since when it does not, when it is tried.

Invariant: a state of the server uses up no mail's attempts. While it takes no mails it is tried by one at a time, after
waits that double.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Self

FIRST_WAIT: Final = timedelta(seconds=5)
LONGEST_WAIT: Final = timedelta(minutes=1)
"""Between two tries of a server that is away; also how long one is quiet until it is asked whether it answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """The state of the mail server."""

    away_since: datetime | None = None
    """When it first failed to take a mail, or to answer, since it last did so; None while it takes mails."""
    reason: str | None = None
    """Why, as a code such as `connect-lost` or `smtp-421`."""
    refuses: bool = False
    """Whether it can be reached and takes no mail: only a mail that is offered shows when that has ended."""
    tries: int = 0
    """How often it was tried since `away_since`."""
    try_at: datetime | None = None
    """Time of the next try."""
    answered_at: datetime | None = None
    """Time of the last mail that it took, or of its last answer."""
    put_off: str | None = None
    """Id of the mail that it put off last, if it has taken no mail since."""

    def may_be_tried(self, now: datetime) -> bool:
        """Whether it takes mails as far as is known, or the time for the next try has come."""
        return self.away_since is None or self.try_at is None or self.try_at <= now

    def is_quiet(self, now: datetime) -> bool:
        """Whether nothing has been heard of it for so long that it is asked."""
        return self._is_older(now, LONGEST_WAIT)

    def reserved(self, now: datetime) -> Self:
        """The state while one process tries it; no other process does."""
        return replace(self, try_at=now + LONGEST_WAIT)

    def untried(self, now: datetime) -> Self:
        """The state after a process that had reserved it offered no mail: another one may try it at once."""
        return replace(self, try_at=now) if self.refuses else self

    def away(self, reason: str, now: datetime, *, refuses: bool = False) -> Self:
        """The state after it took no mail, or did not answer."""
        wait = min(FIRST_WAIT * (1 << min(self.tries, 10)), LONGEST_WAIT)
        return replace(
            self,
            away_since=self.away_since or now,
            reason=reason,
            refuses=refuses,
            tries=self.tries + 1,
            try_at=now + wait,
        )

    def answered(self, now: datetime) -> Self:
        """The state after an answer; where `refuses`, only a mail that it takes ends that."""
        return replace(self, answered_at=now) if self.refuses else type(self)(answered_at=now, put_off=self.put_off)

    def took_mail(self, now: datetime) -> Self:
        """The state after it took a mail; unchanged where that was known some seconds ago."""
        taken = type(self)(answered_at=now)
        is_known = replace(self, answered_at=now) == taken and not self._is_older(now, FIRST_WAIT)
        return self if is_known else taken

    def puts_off_everybody(self, put_off: Collection[str]) -> bool:
        """Whether, with these mails, it has put off several mails and taken none in between."""
        return bool(put_off) and (self.refuses or len({*put_off, *({self.put_off} - {None})}) > 1)

    def put_off_one(self, mail_id: str) -> Self:
        """The state after it put off one mail, which may be due to that mail's recipient."""
        return replace(self, put_off=mail_id)

    def _is_older(self, now: datetime, age: timedelta) -> bool:
        return self.answered_at is None or self.answered_at + age <= now

    def tried_at_once(self, now: datetime) -> Self:
        """The state after a person asked to try it now; unchanged where it takes mails."""
        return self if self.away_since is None else replace(self, try_at=now, tries=0)
