"""Lists in files: for each kind of entry the columns that a person wants, names and deadlines before ids.

Times are in UTC, as a workbook knows no time zones.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from isopolity.contracts.codes import MODES, REGIONS, SUBJECTS, country_names
from isopolity.csv_tables import Value

Document = Mapping[str, Any]
Columns = Mapping[str, Callable[[Document], Value]]


def _field(name: str) -> Callable[[Document], Value]:
    """The value of a field, as it is."""
    return lambda document: document.get(name)


def _moment(name: str) -> Callable[[Document], Value]:
    """A time in UTC."""

    def moment(document: Document) -> Value:
        text = document.get(name)
        return (
            None if text is None else datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None, microsecond=0)
        )

    return moment


def _listed(name: str) -> Callable[[Document], Value]:
    return lambda document: ", ".join(document.get(name) or ()) or None


def _country(document: Document) -> Value:
    code = document.get("country") or document.get("home_country") or ""
    return country_names().get(code, code)


def _region(document: Document) -> Value:
    return REGIONS.get(document["region"], document["region"])


def _interests(name: str) -> Callable[[Document], Value]:
    """Needs or offers in words: “quality education (webinar, 3)”."""
    return lambda document: "\n".join(map(_interest, document.get(name) or ())) or None


def _interest(one: Document) -> str:
    subject, mode = SUBJECTS.get(one["subject"], one["subject"]), MODES.get(one["mode"], one["mode"])
    until = f", until {one['valid_until']}" if one.get("valid_until") else ""
    return f"{subject} ({mode}, {one['intensity']}{until})"


def _programmes(document: Document) -> Value:
    return "\n".join(one["name"] for one in document.get("programmes", ())) or None


def _of(place: Callable[[Document], Document], getter: Callable[[Document], Value]) -> Callable[[Document], Value]:
    return lambda document: getter(place(document))


def _sides(key: str, *columns: tuple[str, Callable[[Document], Value]]) -> Columns:
    """The columns of both sides: those of `a`, then those of `b`."""
    return {
        f"{letter} {name}" if name else letter: _of(lambda document, at=at: document[key][at], getter)  # type: ignore[misc] # the default binds it
        for at, letter in enumerate("ab")
        for name, getter in columns
    }


def _reasons(side: Document) -> Value:
    return "\n".join(reason["text"] for reason in side.get("reasons", ())) or None


_SIDE: Final = (("", _field("name")), ("country", _country), ("programme", _field("programme_name")))

CITIES: Final[Columns] = {
    "name": _field("name"),
    "kind": _field("kind"),
    "country": _country,
    "region": _region,
    "status": _field("status"),
    "population": _field("population"),
    "languages": _listed("languages"),
    "needs": _interests("needs"),
    "offers": _interests("offers"),
    "capacity": _field("capacity"),
    "sponsorship_capacity": _field("sponsorship_capacity"),
    "paused_until": _field("paused_until"),
    "web": _field("web"),
    "geonames_id": _field("geonames_id"),
    "id": _field("city_id"),
}
PARTNERS: Final[Columns] = {
    "name": _field("name"),
    "kind": _field("kind"),
    "country": _country,
    "status": _field("status"),
    "programmes": _programmes,
    "languages": _listed("languages"),
    "web": _field("web"),
    "registration_id": _field("registration_id"),
    "id": _field("partner_id"),
}
PROPOSALS: Final[Columns] = {
    "kind": _field("kind"),
    "stage": _field("stage"),
    **_sides("sides", *_SIDE, ("answer", _field("answer"))),
    "request": lambda proposal: next(filter(None, (side.get("request_title") for side in proposal["sides"])), None),
    "answer by (UTC)": _moment("answer_by"),
    "issued (UTC)": _moment("issued_at"),
    "settled (UTC)": _moment("settled_at"),
    "score": _field("score"),
    **_sides("sides", ("is told", _reasons)),
    "round": _field("round_id"),
    "id": _field("proposal_id"),
}
PARTNERSHIPS: Final[Columns] = {
    "kind": _field("kind"),
    "stage": _field("stage"),
    **_sides("members", *_SIDE),
    "since (UTC)": _moment("established_at"),
    "ended (UTC)": _moment("ended_at"),
    "reason": _field("ended_reason"),
    "id": _field("partnership_id"),
}
MAILS: Final[Columns] = {
    "to": _field("member"),
    "about": _field("other"),
    "purpose": _field("purpose"),
    "state": _field("state"),
    "reason": _field("reason"),
    "answer by (UTC)": _moment("answer_by"),
    "written (UTC)": _moment("created_at"),
    "since (UTC)": _moment("updated_at"),
    "attempts": _field("attempts"),
    "proposal": _field("proposal_id"),
    "side": _field("side"),
    "id": _field("mail_id"),
}


def rows(found: Iterable[Document], columns: Columns) -> list[list[Value]]:
    """The rows of a list, one for each document."""
    return [[value(document) for value in columns.values()] for document in found]
