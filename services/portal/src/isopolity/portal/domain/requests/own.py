"""A city's own requests to sponsors: each as the city wants it, with its state.

Invariant: the version of a request differs once it, or its change that waits for the office, is changed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from isopolity.client.registry.models import ChangeDocument, RequestEntry

State = Literal["waiting", "refused", "open", "over", "closed"]
_ORDER: Final[Sequence[State]] = ("refused", "waiting", "open", "over", "closed")
_NEW: Final[dict[str, State]] = {"pending": "waiting", "refused": "refused"}


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnRequest:
    """A request of the city, with what the office has not agreed to."""

    entry: RequestEntry
    """The request as the city wants it."""
    state: State
    """Whether it waits or is refused, so that nobody else sees it; is open, over by its last day, or closed."""
    change: ChangeDocument | None = None
    """What waits for the office, or is refused by it: the whole of a new request, or some of its fields."""
    was_open: bool = False
    """Whether others saw it before, until it was closed or the office hid it."""

    @property
    def request_id(self) -> str:
        """The id of the request."""
        return self.entry.request_id

    @property
    def waits(self) -> bool:
        """Whether the office has something to look at."""
        return self.change is not None and self.change.status == "pending"

    @property
    def is_kept(self) -> bool:
        """Whether it can be changed as it is; a closed one is published anew."""
        return self.state != "closed"

    @property
    def is_seen(self) -> bool:
        """Whether others see it, as it is or as it stood before."""
        return self.state not in ("waiting", "refused")

    @property
    def version(self) -> str:
        """The version that a form is made from."""
        return f"{self.entry.version}.{self.change.version if self.change is not None and self.waits else 0}"


def own_requests(
    published: Iterable[RequestEntry], changes: Iterable[ChangeDocument], today: date
) -> Sequence[OwnRequest]:
    """All requests of a city: what needs it first, then the open ones, by their titles.

    `changes` are those that wait for the office or that it has refused. A request that another one replaces is left
    out.
    """
    asked = {each.member_id: each for each in changes if each.status in _NEW}
    found = [_published(each, asked.pop(each.request_id, None), today) for each in published if each.moved_to is None]
    found += [_new(each) for each in asked.values() if is_new(each)]
    return sorted(found, key=lambda each: (_ORDER.index(each.state), each.entry.title))


def is_new(change: ChangeDocument) -> bool:
    """Whether the change asks for a new request."""
    return "title" not in change.before


def _published(entry: RequestEntry, change: ChangeDocument | None, today: date) -> OwnRequest:
    if entry.status == "closed":
        if change is not None and is_new(change):
            return _new(change, was_open=True)
        return OwnRequest(entry=entry, state="closed")
    is_over = entry.ends is not None and entry.ends < today
    wanted = change.wanted if change is not None and change.status == "pending" else {}
    asked = RequestEntry.model_validate({**entry.model_dump(mode="json"), **wanted}) if wanted else entry
    return OwnRequest(entry=asked, state="over" if is_over else "open", change=change)


def _new(change: ChangeDocument, *, was_open: bool = False) -> OwnRequest:
    state = _NEW[change.status]
    of = {"request_id": change.member_id, "version": change.version, "city_id": change.before.get("city_id", "")}
    entry = RequestEntry.model_validate({**of, "status": state, **change.wanted})
    return OwnRequest(entry=entry, state=state, change=change, was_open=was_open)
