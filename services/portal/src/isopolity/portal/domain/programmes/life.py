"""Whether a programme waits for the office, is open or closed, and how it is opened and closed.

Invariant: opening and closing change the two days alone; closing leaves none that contradicts the other.
"""

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import Any, Literal

from isopolity.portal.domain.steps.fields import is_day

State = Literal["waiting", "refused", "later", "open", "closed"]
Programme = Mapping[str, Any]


def state_of(programme: Programme, waiting: Collection[str], refused: Collection[str], today: date) -> State:
    """Whether it waits for the office, is refused by it, opens later, is open, or is closed."""
    if programme["programme_id"] in refused:
        return "refused"
    if programme["programme_id"] in waiting:
        return "waiting"
    opens, closes = _day(programme, "opens"), _day(programme, "closes")
    if closes is not None and closes < today:
        return "closed"
    return "open" if opens is None or opens <= today else "later"


def is_over(stated: Programme, before: Programme | None, today: date) -> bool:
    """Whether a programme is stated with a last day that is over; the one that an endorsed programme had may stay."""
    text = stated.get("closes") or ""
    had = before is not None and before.get("closes") == text
    return is_day(text) and date.fromisoformat(text) < today and not had


def opened(programme: Programme, today: date, closes: str) -> dict[str, Any]:
    """The programme, open from today until the last day `closes`; without end where that is empty."""
    return {**programme, "opens": today.isoformat(), "closes": closes or None}


def last_day_ahead(programme: Programme, today: date) -> str:
    """The last day of a programme, empty where it has none or where that is over."""
    closes = _day(programme, "closes")
    return "" if closes is None or closes < today else closes.isoformat()


def closed(programme: Programme, today: date) -> dict[str, Any]:
    """The programme, closed since yesterday; a first day that is yet to come is forgotten."""
    last, opens = today - timedelta(days=1), _day(programme, "opens")
    return {
        **programme,
        "opens": None if opens is not None and opens > last else programme.get("opens"),
        "closes": last.isoformat(),
    }


def _day(programme: Programme, name: str) -> date | None:
    text = programme.get(name)
    return date.fromisoformat(text) if text else None
