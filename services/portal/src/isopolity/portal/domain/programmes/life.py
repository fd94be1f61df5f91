"""Whether a programme waits for the office, is open or closed, and how it is opened and closed.

Invariant: opening and closing change the two days alone; closing leaves none that contradicts the other.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal, Self

from isopolity.client.registry.models import ChangedProgramme, CityEntry, PartnerEntry, Programme, RefusedProgramme
from isopolity.portal.domain.programmes.form import Stated
from isopolity.portal.domain.typed_values import is_day

State = Literal["waiting", "refused", "later", "open", "closed"]


def state_of(programme: Programme, waiting: Collection[str], refused: Collection[str], today: date) -> State:
    """Whether it waits for the office, is refused by it, opens later, is open, or is closed."""
    if programme.programme_id in refused:
        return "refused"
    if programme.programme_id in waiting:
        return "waiting"
    if programme.closes is not None and programme.closes < today:
        return "closed"
    return "open" if programme.opens is None or programme.opens <= today else "later"


def is_over(stated: Stated, before: Programme | None, today: date) -> bool:
    """Whether a programme is stated with a last day that is over; the one that an endorsed programme had may stay."""
    text = stated.get("closes")
    if not isinstance(text, str) or not is_day(text):
        return False
    day = date.fromisoformat(text)
    return day < today and (before is None or before.closes != day)


def opened(programme: Programme, today: date, closes: str) -> Stated:
    """The programme, open from today until the last day `closes`; without end where that is empty."""
    return {**programme.model_dump(mode="json"), "opens": today.isoformat(), "closes": closes or None}


def last_day_ahead(programme: Programme, today: date) -> str:
    """The last day of a programme, empty where it has none or where that is over."""
    return "" if programme.closes is None or programme.closes < today else programme.closes.isoformat()


def closed(programme: Programme, today: date) -> Stated:
    """The programme, closed since yesterday; a first day that is yet to come is forgotten."""
    last, opens = today - timedelta(days=1), programme.opens
    days = {"opens": None if opens is not None and opens > last else opens, "closes": last}
    return programme.model_copy(update=days).model_dump(mode="json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change of an admitted programme that waits or is refused."""

    fields: Sequence[str]
    """Names of the fields that wait for the office."""
    standing: Programme
    """The programme as others see it meanwhile."""
    refusal: RefusedProgramme | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnProgrammes:
    """The programmes of a member at a version, and what of them the office has not agreed to; a city has none."""

    version: int
    all: Sequence[Programme] = ()
    """All programmes in the partner's order."""
    waiting: frozenset[str] = frozenset()
    """Ids of the programmes that wait for the office and that only the partner and staff see."""
    refused: Mapping[str, RefusedProgramme] = field(default_factory=dict)
    """Reason and day, by id, of each refused programme that only the partner and staff see."""
    changes: Mapping[str, Change] = field(default_factory=dict)
    """Changes by the id of their programme."""

    @classmethod
    def of(cls, member: PartnerEntry | CityEntry) -> Self:
        """The programmes of the member."""
        if isinstance(member, CityEntry):
            return cls(version=member.version)
        refusals = {each.programme_id: each for each in member.refused}
        changes = {each.programme_id: _change(each, refusals.get(each.programme_id)) for each in member.changed}
        return cls(
            version=member.version,
            all=member.programmes,
            waiting=frozenset(member.waiting) - changes.keys(),
            refused={name: each for name, each in refusals.items() if name not in changes},
            changes=changes,
        )

    def place_of(self, programme_id: str) -> int | None:
        """Where it stands among all; None where it is not the partner's."""
        return next((place for place, each in enumerate(self.all) if each.programme_id == programme_id), None)


def _change(changed: ChangedProgramme, refusal: RefusedProgramme | None) -> Change:
    return Change(fields=changed.fields, standing=changed.standing, refusal=refusal)
