"""The state of the mail server that all instances of notify share: whether it accepts mails, and when it is tried
again.

Invariant: an unavailable server uses up no mail's attempts. While it accepts no mails, one process at a time tries it,
after waits that double.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Self

FIRST_WAIT: Final = timedelta(seconds=5)
LONGEST_WAIT: Final = timedelta(minutes=1)
"""The longest wait between two tries of a server that is away, and the longest silence before it is pinged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """The state of the mail server."""

    away_since: datetime | None = None
    """The first failure to accept a mail or to answer since the last success; None while it accepts mails."""
    reason: str | None = None
    """The code of the failure, such as `connect-lost` or `smtp-421`."""
    refuses: bool = False
    """Whether it can be reached but accepts no mail; only offering a mail shows when that ends."""
    tries: int = 0
    """The number of tries since `away_since`."""
    try_at: datetime | None = None
    """Time of the next try."""
    answered_at: datetime | None = None
    """Time of the last mail that it accepted, or of its last answer."""
    put_off: str | None = None
    """Id of the mail that it deferred last, if it has accepted no mail since."""

    def may_be_tried(self, now: datetime) -> bool:
        """Whether it accepts mails as far as is known, or the next try is due."""
        return self.away_since is None or self.try_at is None or self.try_at <= now

    def is_quiet(self, now: datetime) -> bool:
        """Whether it has been silent for so long that it should be pinged."""
        return self._is_older(now, LONGEST_WAIT)

    def reserved(self, now: datetime) -> Self:
        """The state while one process tries it; no other process does."""
        return replace(self, try_at=now + LONGEST_WAIT)

    def untried(self, now: datetime) -> Self:
        """The state after the process that had reserved it offered no mail; another one may try it at once."""
        return replace(self, try_at=now) if self.refuses else self

    def away(self, reason: str, now: datetime, *, refuses: bool = False) -> Self:
        """The state after it accepted no mail, or did not answer."""
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
        """The state after an answer to a ping; while it `refuses`, only an accepted mail changes the state."""
        return replace(self, answered_at=now) if self.refuses else type(self)(answered_at=now, put_off=self.put_off)

    def took_mail(self, now: datetime) -> Self:
        """The state after it accepted a mail; unchanged if it did so seconds ago."""
        taken = type(self)(answered_at=now)
        is_known = replace(self, answered_at=now) == taken and not self._is_older(now, FIRST_WAIT)
        return self if is_known else taken

    def puts_off_everybody(self, put_off: Collection[str]) -> bool:
        """Whether it has deferred several mails, these included, and accepted none in between."""
        return bool(put_off) and (self.refuses or len({*put_off, *({self.put_off} - {None})}) > 1)

    def put_off_one(self, mail_id: str) -> Self:
        """The state after it deferred one mail, perhaps because of that mail's recipient."""
        return replace(self, put_off=mail_id)

    def _is_older(self, now: datetime, age: timedelta) -> bool:
        return self.answered_at is None or self.answered_at + age <= now

    def tried_at_once(self, now: datetime) -> Self:
        """The state after a person asked for a try at once; unchanged while it accepts mails."""
        return self if self.away_since is None else replace(self, try_at=now, tries=0)
