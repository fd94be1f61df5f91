"""The publications of a round: all of them, and the report of one, frozen at its moment, beside the figures of today.

Invariant: a figure is of the moment of the publication, or of today in a column of its own; no figure mixes the two.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from starlette.requests import Request

from isopolity.portal.adapters.service_apis import NothingThere, ServiceApis
from isopolity.portal.entrypoints.http.office.rounds.frame import KnownRound

_SHARES: Final = ("cities", "served")
NOW: Final = "now"
"""In the address in place of a publication's number: the draft as it is now."""


class Report(NamedTuple):
    """The figures of a page, the publication that they belong to, and the figures of the same pairs today."""

    figures: Any
    publication: Any = None
    """None for the figures of the draft as it is now."""
    today: Any = None
    pairs: Sequence[Any] = ()
    pairs_total: int = 0


async def publications_of(apis: ServiceApis, known: KnownRound) -> list[Any]:
    """All publications of a round, the newest first."""
    found = await apis.get("matching", f"/rounds/{known.round_id}/publications")
    return list(reversed(found["items"]))


def reported(publications: Sequence[Any], request: Request) -> Any:
    """The publication whose report the address asks for: the last one that stands if it names none.

    None for the draft as it is now, and where no report was frozen. Raises NothingThere for an unknown one.
    """
    asked = request.query_params.get("publication", "")
    if asked == NOW:
        return None
    if asked:
        found = next((each for each in publications if f"{each['number']}" == asked and each["has_report"]), None)
        if found is None:
            raise NothingThere(asked)
        return found
    return _last_standing(publications)


async def report_of(apis: ServiceApis, known: KnownRound, publication: Any, most: int = 0) -> Report:
    """The report of a publication with its first pairs, or of the draft as it is now where there is none."""
    if publication is None:
        return Report(await apis.get("matching", f"{known.path}/report"))
    path = f"/rounds/{known.round_id}/publications/{publication['number']}"
    found = await apis.get("matching", path, {"most": f"{most}"})
    then, today = found["then"], found["today"]
    for groups in ("by_region", "by_size"):
        then[groups] = _beside(then[groups], today[groups])
    return Report(then, found["publication"], today, found["pairs"], found["pairs_total"])


async def last_report(apis: ServiceApis, known: KnownRound) -> tuple[Report | None, list[Any]]:
    """The report of an open draft as it is now, or of a closed one's last publication; and all publications."""
    if known.draft is None:
        return None, []
    if known.draft["status"] == "open":
        return tuple(await asyncio.gather(report_of(apis, known, None), publications_of(apis, known)))
    publications = await publications_of(apis, known)
    return await report_of(apis, known, _last_standing(publications)), publications


def is_waiting(publication: Mapping[str, Any], now: datetime) -> bool:
    """Whether the mails of a publication are still to go out."""
    return bool(publication["out_at"]) and datetime.fromisoformat(publication["out_at"]) > now


def _last_standing(publications: Sequence[Any]) -> Any:
    """The newest publication that is not undone and has a report; None without one."""
    return next((each for each in publications if each["stands"] and each["has_report"]), None)


def _beside(then: Sequence[Mapping[str, Any]], today: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The shares of groups at the moment, each with that of today; a group that is new today comes last."""
    now = {each["name"]: each for each in today}
    none = dict.fromkeys(("cities", "served", "first_ties"), 0)
    names = [each["name"] for each in then]
    later = [{"name": name, **none} for name in now if name not in names]
    return [
        {**each, "today": {share: now.get(each["name"], none)[share] for share in _SHARES}} for each in (*then, *later)
    ]
