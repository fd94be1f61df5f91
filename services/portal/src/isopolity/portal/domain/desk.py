"""The tasks on the desk of the office, and the person of staff who has taken each.

Invariant: what is decided in a service leaves the desk by itself; what no service decides leaves it when it is done.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

RIGHTS: Final[Mapping[str, str]] = {
    "applications": "staff:endorse",
    "changes": "staff:endorse",
    "contact-changes": "staff:endorse",
    "programmes": "staff:endorse",
    "not-endorsed": "staff:endorse",
    "drafts": "staff:publish",
    "going-out": "staff:publish",
    "feedback": "staff:publish",
    "unknown": "staff:publish",
    "unreached": "staff:endorse",
}
"""The right that staff needs to take and decide the tasks of a queue."""
QUEUES: Final = tuple(RIGHTS)
"""In the order in which the desk shows them."""


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
    """How many it stands for: pairs that go out with one round."""
    members: tuple[tuple[str, str], ...] = ()
    """Names and pages of members: whose contact wrote the words of an answer, and about which one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """The person of staff who has taken a task, and when it was done, if it was."""

    owner_id: str
    owner: str
    """The name of who has taken it; empty once it is done."""
    taken_at: datetime
    done_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """The tasks of one kind, the oldest first; `is_known` is False where their service does not answer."""

    name: str
    items: tuple[Waiting, ...] = ()
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


def queue_of(name: str, found: Iterable[Waiting], entries: Mapping[str, Entry], *, has_more: bool) -> Queue:
    """The queue of what was found and is not done."""
    open_ones = [each for each in found if each.item not in entries or entries[each.item].done_at is None]
    items = tuple(sorted(open_ones, key=lambda each: (each.since, each.item)))
    return Queue(name=name, items=items, entries=entries, has_more=has_more)
