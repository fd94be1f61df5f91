"""The publications of a round: all of them, and the report of one, frozen at its moment, beside the figures of today.

Invariant: a figure is of the moment of the publication, or of today in a column of its own; no figure mixes the two.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from starlette.requests import Request

from isopolity.client import matching
from isopolity.client.matching.models import (
    FiguresView,
    PublicationRecordView,
    PublishedPairView,
    ReportView,
    ShareView,
)
from isopolity.portal.adapters.service_apis import NothingThere, ServiceApis
from isopolity.portal.entrypoints.http.office.rounds.frame import KnownRound

NOW: Final = "now"
"""In the address in place of a publication's number: the draft as it is now."""


class GroupShare(ShareView):
    """A share at the moment of a publication, beside that of today."""

    today: ShareView


class Report(NamedTuple):
    """The figures of a page, the publication that they belong to, and the figures of the same pairs today."""

    figures: FiguresView | ReportView
    publication: PublicationRecordView | None = None
    """None for the figures of the draft as it is now."""
    today: FiguresView | None = None
    pairs: Sequence[PublishedPairView] = ()
    pairs_total: int = 0


async def publications_of(apis: ServiceApis, known: KnownRound) -> list[PublicationRecordView]:
    """All publications of a round, the newest first."""
    found = await apis.send(matching.rounds.publications(known.round_id))
    return list(reversed(found.items))


def reported(publications: Sequence[PublicationRecordView], request: Request) -> PublicationRecordView | None:
    """The publication whose report the address asks for: the last one that stands if it names none.

    None for the draft as it is now, and where no report was frozen. Raises NothingThere for an unknown one.
    """
    asked = request.query_params.get("publication", "")
    if asked == NOW:
        return None
    if asked:
        found = next((each for each in publications if f"{each.number}" == asked and each.has_report), None)
        if found is None:
            raise NothingThere(asked)
        return found
    return _last_standing(publications)


async def report_of(
    apis: ServiceApis, known: KnownRound, publication: PublicationRecordView | None, most: int = 0
) -> Report:
    """The report of a publication with its first pairs, or of the draft as it is now where there is none."""
    if publication is None:
        return Report(await apis.send(matching.drafts.report(known.round_id)))
    found = await apis.send(matching.publications.read(known.round_id, publication.number, most=most))
    then, today = found.then, found.today
    beside = {
        "by_region": _beside(then.by_region, today.by_region),
        "by_size": _beside(then.by_size, today.by_size),
    }
    return Report(then.model_copy(update=beside), found.publication, today, found.pairs, found.pairs_total)


async def last_report(apis: ServiceApis, known: KnownRound) -> tuple[Report | None, list[PublicationRecordView]]:
    """The report of an open draft as it is now, or of a closed one's last publication; and all publications."""
    if known.draft is None:
        return None, []
    if known.draft.status == "open":
        now, publications = await asyncio.gather(report_of(apis, known, None), publications_of(apis, known))
        return now, publications
    publications = await publications_of(apis, known)
    return await report_of(apis, known, _last_standing(publications)), publications


def is_waiting(publication: PublicationRecordView, now: datetime) -> bool:
    """Whether the mails of a publication are still to go out."""
    return publication.out_at is not None and publication.out_at > now


def _last_standing(publications: Sequence[PublicationRecordView]) -> PublicationRecordView | None:
    """The newest publication that is not undone and has a report; None without one."""
    return next((each for each in publications if each.stands and each.has_report), None)


def _beside(then: Sequence[ShareView], today: Sequence[ShareView]) -> list[GroupShare]:
    """The shares of groups at the moment, each with that of today; a group that is new today comes last."""
    now, names = {each.name: each for each in today}, [each.name for each in then]
    later = [_nobody(name) for name in now if name not in names]
    return [GroupShare(**each.model_dump(), today=now.get(each.name) or _nobody(each.name)) for each in (*then, *later)]


def _nobody(name: str) -> ShareView:
    return ShareView(name=name, cities=0, served=0, first_ties=0)
