"""The tasks on the desk of the office, and what staff notes of each: owner, due day, comment, and when it comes back.

Invariant: a task that its service decides leaves the desk by itself; any other leaves it when staff marks it as done.
A task that is put off stays in its queue, so that a queue is never said to be empty while it holds one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

RIGHTS: Final[Mapping[str, str]] = {
    "applications": "staff:endorse",
    "changes": "staff:endorse",
    "words": "staff:endorse",
    "contact-changes": "staff:endorse",
    "programmes": "staff:endorse",
    "not-endorsed": "staff:endorse",
    "imports": "staff:endorse",
    "drafts": "staff:publish",
    "going-out": "staff:publish",
    "amounts": "staff:publish",
    "telephone": "staff:answer",
    "feedback": "staff:publish",
    "unknown": "staff:publish",
    "mails": "staff:publish",
    "unreached": "staff:endorse",
    "people": "staff:manage",
}
"""The right that staff needs to take and decide the tasks of a queue."""
QUEUES: Final = tuple(RIGHTS)
"""In the order in which the desk shows them."""
READ_WITH_RIGHT: Final = frozenset({"people"})
"""Queues whose tasks are read with their right alone; other staff does not see these queues."""
LONGEST_COMMENT: Final = 500
"""Characters of a comment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One task: its id in its queue, since when it waits, and how people know it."""

    item: str
    since: datetime
    name: str
    address: str | None = None
    """The page on which it is decided, if there is one."""
    note: str = ""
    until: datetime | None = None
    """When it waits no longer, whatever is done; None: it waits until something is done."""
    number: int = 1
    """How many it stands for: pairs that go out with one round, mails that failed for one reason."""
    members: tuple[tuple[str, str], ...] = ()
    """Names and pages of members: whose contact wrote the words of an answer, and about which one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What staff notes of a task: its owner, days and a comment; and when it was done, if it was."""

    owner_id: str = ""
    """The account of the owner; empty while it has none."""
    owner: str = ""
    """The name of the owner; empty while it has none, and once it is done."""
    taken_at: datetime
    """When it was taken or last changed; a form names this moment, so that a later change is not lost."""
    due: date | None = None
    not_before: date | None = None
    """The day on which it comes back; None or a day that has come: it is not put off."""
    comment: str = ""
    """For staff alone."""
    done_at: datetime | None = None

    @property
    def says_nothing(self) -> bool:
        """Whether there is nothing to keep of it."""
        return not (self.owner_id or self.due or self.not_before or self.comment or self.done_at)

    def is_put_off(self, today: date) -> bool:
        """Whether it comes back on a later day."""
        return self.not_before is not None and self.not_before > today


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """The tasks of one kind, the oldest first; `is_known` is False where their service does not answer."""

    name: str
    items: tuple[Waiting, ...] = ()
    """Tasks that are not put off."""
    later: tuple[Waiting, ...] = ()
    """Tasks that are put off, the one that comes back first in front."""
    entries: Mapping[str, Entry]
    is_known: bool = True
    has_more: bool = False
    """Whether more wait than are counted here."""

    @property
    def number(self) -> int:
        """How many wait; of rounds that are about to go out their pairs."""
        return sum(each.number for each in self.items)

    @property
    def oldest(self) -> Waiting | None:
        """The one that has waited for longest."""
        return self.items[0] if self.items else None

    def owned_by(self, account_id: str) -> tuple[Waiting, ...]:
        """The tasks of this owner that are not put off."""
        return tuple(
            each for each in self.items if each.item in self.entries and self.entries[each.item].owner_id == account_id
        )


def queue_of(
    name: str, found: Iterable[Waiting], entries: Mapping[str, Entry], today: date, *, has_more: bool
) -> Queue:
    """The queue of the tasks that were found and are not done."""
    open_ones = [each for each in found if each.item not in entries or entries[each.item].done_at is None]
    in_turn = sorted(open_ones, key=lambda each: (each.since, each.item))
    put_off = {item: each.not_before for item, each in entries.items() if each.is_put_off(today) and each.not_before}
    return Queue(
        name=name,
        items=tuple(each for each in in_turn if each.item not in put_off),
        later=tuple(
            sorted((each for each in in_turn if each.item in put_off), key=lambda each: (put_off[each.item], each.item))
        ),
        entries=entries,
        has_more=has_more,
    )
