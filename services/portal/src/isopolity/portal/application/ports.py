"""Ports for sessions, and for help with profiles."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from isopolity.portal.domain.desk import Entry
from isopolity.portal.domain.session import Account, KeptForm, NewApp, Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A city or town as GeoNames knows it."""

    geonames_id: int
    name: str
    country: str
    latitude: float
    longitude: float
    population: int
    time_zone: str
    """Its name in the IANA database, such as Europe/Berlin."""


class SessionIssuer(Protocol):
    """Registry, which renews and ends sessions. Each method raises ServiceAway.

    What is asked again with the same `key` within a minute is answered again, so that a lost answer ends no session.
    """

    async def refresh(self, session: Session, account_id: str | None = None, *, key: str) -> Session | None:
        """The session with its next tokens, for another account if one is named; None where it has ended.

        Raises NotAllowed where it cannot go on as that account; it goes on as it was.
        """

    async def enrol(self, session: Session, code: str) -> NewApp | None:
        """A new secret for an app, for the enrolment code; None where the session has ended.

        Raises NotAllowed for another code, and where there is an app.
        """

    async def pass_with_code(self, session: Session, code: str, *, key: str) -> Session | None:
        """The session with its next tokens, as staff; None where it has ended.

        Raises NotAllowed for a code that does not count; it goes on as it was.
        """

    async def ask_to_enrol_passkey(self, session: Session, code: str) -> str | None:
        """Options by which a browser has a passkey made, for the enrolment code; None where the session has ended.

        Raises NotAllowed for another code, and where there is a second factor.
        """

    async def enrol_passkey(self, session: Session, credential: str, name: str, *, key: str) -> Session | None:
        """The session with its next tokens, as staff; None where it has ended, or the passkey does not count."""

    async def end(self, session: Session) -> None:
        """End it; its tokens count no more."""


class KeptSession(Protocol):
    """A session that nobody else changes meanwhile."""

    session: Session

    async def save(self, session: Session) -> None:
        """Keep it as it is now."""

    async def move(self, session: Session) -> str:
        """Keep `session` under a new secret, which is returned; the earlier secret opens nothing any more."""

    async def remove(self) -> None:
        """Forget it."""


class KeptIds(Protocol):
    """Kept sessions by registry's ids, without what is in them."""

    async def kept_ids(self) -> Sequence[str]:
        """Registry's ids of all kept sessions."""

    async def forget(self, session_ids: Sequence[str]) -> None:
        """Delete those with these ids."""


class SessionStore(Protocol):
    """Sessions by the secret that the visitor's cookie holds; without it nothing in the store can be read."""

    async def add(self, session: Session) -> str:
        """Keep a new session; returns its secret."""

    async def read(self, secret: str) -> Session | None:
        """The session, or None."""

    async def has_known(self, secret: str) -> bool:
        """Whether a session is kept under the secret, or was until at most a day ago."""

    def changing(self, secret: str) -> AbstractAsyncContextManager[KeptSession | None]:
        """The session for who changes it, one at a time, or None; what the block saves is kept at its end."""


class KeptForms(Protocol):
    """Forms that were sent after the end of a session, by the visitor's cookie and the mark of an account.

    Without the two nothing that was typed can be read.
    """

    async def keep(self, secret: str, mark: str, form: KeptForm, now: datetime) -> bool:
        """Keep the form in place of an earlier one of the same page; returns whether it is kept.

        A huge form is not kept, nor one of a cookie that has many already.
        """

    async def read(self, secret: str, mark: str, page: str) -> KeptForm | None:
        """The form of a page, or None."""

    async def newest(self, secret: str, mark: str) -> KeptForm | None:
        """The form that was kept last, or None."""

    async def has_any(self, secret: str) -> bool:
        """Whether any form is kept under this cookie, of whichever account."""

    async def move(self, earlier: str, secret: str, marks: Iterable[str]) -> None:
        """Put what these accounts typed under a new cookie; what others typed under the earlier one is forgotten."""

    async def forget(self, secret: str, mark: str, page: str) -> None:
        """Forget the form of a page."""

    async def forget_all(self, secret: str) -> None:
        """Forget all forms under this cookie."""


class DeskBook(Protocol):
    """What staff notes of each task of the desk; one owner for each task."""

    async def entries(self, queue: str, items: Collection[str]) -> Mapping[str, Entry]:
        """What is noted of the tasks among these, by their ids."""

    async def owned_by(self, account_id: str) -> Mapping[tuple[str, str], Entry]:
        """What is noted of the tasks that this account owns or has done, by queue and id."""

    async def take(self, queue: str, item: str, account: Account, now: datetime) -> None:
        """Make the account its owner, unless it has one."""

    async def give_back(self, queue: str, item: str, now: datetime) -> None:
        """Leave it without an owner, unless it is done; days and comment stay."""

    async def plan(self, queue: str, item: str, wanted: Entry, seen: datetime | None) -> bool:
        """Store owner, days and comment; False if they were changed since `seen`, the moment of the last change.

        `seen` is None for a task of which nothing was noted.
        """

    async def finish(self, queue: str, item: str, account: Account, now: datetime) -> None:
        """Mark it as done by this account, whose name is not kept; days and comment go."""

    async def absent(self, queue: str, present: Collection[str], before: datetime) -> Collection[str]:
        """The open tasks that are not among the present ones and were last changed before this moment."""

    async def forget(self, queue: str, items: Collection[str]) -> None:
        """Delete what is noted of these tasks, unless they are done."""


class Gazetteer(Protocol):
    """Places of the world by their names, without accents and case."""

    def find(self, text: str, limit: int) -> Sequence[Place]:
        """Places of this name, the largest first, and then those of which a name begins with it."""

    def place(self, geonames_id: str) -> Place | None:
        """The place of this number at GeoNames, or None."""
