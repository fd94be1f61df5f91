"""Results of a round for its supervisors: its publications with their frozen reports, its difference from another
draft, its proof.

Invariant: a figure is of the moment of a publication, or of today in a column of its own; no figure mixes the two.
Certificates come as matching keeps them, byte for byte.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from isopolity.client import matching
from isopolity.client.matching import models
from isopolity.portal.adapters.service_apis import NothingThere, ServiceApis
from isopolity.portal.domain.typed_values import whole_number
from isopolity.portal.entrypoints.http.admission import for_staff
from isopolity.portal.entrypoints.http.files import sent_file
from isopolity.portal.entrypoints.http.known_members import staff_names
from isopolity.portal.entrypoints.http.office.rounds.frame import (
    PATH,
    KnownDraft,
    KnownRound,
    known_draft,
    known_round,
    round_page,
)
from isopolity.portal.entrypoints.http.pages import Account, Request, Response, Route, apis_of, surroundings_of

NOW: Final = "now"
"""In the address in place of a publication's number: the draft as it is now."""
_NAMED: Final = 50
"""Pairs and members that a page names of each list; of the others it tells how many there are."""
_ON_PAPER: Final = 40
_OFFERED: Final = 20
_LISTED: Final = 100
"""Pairs that the report lists."""


class GroupShare(models.ShareView):
    """A share at the moment of a publication, beside that of today."""

    today: models.ShareView


class Report(NamedTuple):
    """The figures of a page, the publication that they belong to, and the figures of the same pairs today."""

    figures: models.FiguresView | models.ReportView
    publication: models.PublicationRecordView | None = None
    """None for the figures of the draft as it is now."""
    today: models.FiguresView | None = None
    pairs: Sequence[models.PublishedPairView] = ()
    pairs_total: int = 0


async def publications_of(apis: ServiceApis, known: KnownRound) -> list[models.PublicationRecordView]:
    """All publications of a round, the newest first."""
    found = await apis.send(matching.rounds.publications(known.round_id))
    return list(reversed(found.items))


def reported(
    publications: Sequence[models.PublicationRecordView], request: Request
) -> models.PublicationRecordView | None:
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
    apis: ServiceApis, known: KnownRound, publication: models.PublicationRecordView | None, most: int = 0
) -> Report:
    """The report of a publication with its first pairs, or of the draft as it is now where there is none."""
    if publication is None:
        return Report(await apis.send(matching.drafts.report(known.round_id)))
    found = await apis.send(matching.publications.read(known.round_id, publication.number, most=most))
    then, today = found.then, found.today
    beside = {"by_region": _beside(then.by_region, today.by_region), "by_size": _beside(then.by_size, today.by_size)}
    return Report(then.model_copy(update=beside), found.publication, today, found.pairs, found.pairs_total)


async def last_report(apis: ServiceApis, known: KnownRound) -> tuple[Report | None, list[models.PublicationRecordView]]:
    """The report of an open draft as it is now, or of a closed one's last publication; and all publications."""
    if known.draft is None:
        return None, []
    if known.draft.status == "open":
        now, publications = await asyncio.gather(report_of(apis, known, None), publications_of(apis, known))
        return now, publications
    publications = await publications_of(apis, known)
    return await report_of(apis, known, _last_standing(publications)), publications


def is_waiting(publication: models.PublicationRecordView, now: datetime) -> bool:
    """Whether the mails of a publication are still to go out."""
    return publication.out_at is not None and publication.out_at > now


def _last_standing(publications: Sequence[models.PublicationRecordView]) -> models.PublicationRecordView | None:
    """The newest publication that is not undone and has a report; None without one."""
    return next((each for each in publications if each.stands and each.has_report), None)


def _beside(then: Sequence[models.ShareView], today: Sequence[models.ShareView]) -> list[GroupShare]:
    """The shares of groups at the moment, each with that of today; a group that is new today comes last."""
    now, names = {each.name: each for each in today}, [each.name for each in then]
    later = [_nobody(name) for name in now if name not in names]
    return [GroupShare(**each.model_dump(), today=now.get(each.name) or _nobody(each.name)) for each in (*then, *later)]


def _nobody(name: str) -> models.ShareView:
    return models.ShareView(name=name, cities=0, served=0, first_ties=0)


@for_staff
async def difference(request: Request, _account: Account) -> Response:
    """The draft compared with the one before it, or with another that is chosen."""
    known, apis = await known_draft(request), apis_of(request)
    earlier = (await apis.send(matching.drafts.list(cursor=known.round_id, limit=1))).items
    offered = (await apis.send(matching.drafts.list(limit=_OFFERED))).items
    other = request.query_params.get("other") or next((each.round_id for each in earlier), "")
    found = await apis.send(matching.difference.read(other, known.round_id, most=_NAMED)) if other else None
    return round_page(
        request,
        "difference.html",
        known,
        "difference",
        found=found,
        other=other,
        offered=[each for each in offered if each.round_id != known.round_id],
        named=_NAMED,
    )


@for_staff
async def report(request: Request, _account: Account) -> Response:
    """To print: one sheet of what a publication came to, or of the draft where nothing is published, and unless they
    are not wanted its pairs.
    """
    known, apis = await known_draft(request), apis_of(request)
    without_pairs = request.query_params.get("without") == "pairs"
    publications = await publications_of(apis, known)
    publication = reported(publications, request)
    found, drafted, people = await asyncio.gather(
        report_of(apis, known, publication, 0 if without_pairs else _LISTED),
        _first_pairs(apis, known) if publication is None and not without_pairs else _no_pairs(),
        staff_names(request),
    )
    pairs: Sequence[models.DraftPairView | models.PublishedPairView] = drafted if publication is None else found.pairs
    return round_page(
        request,
        "report.html",
        known,
        "report",
        report=found.figures,
        today=found.today,
        publication=publication,
        is_waiting=publication is not None and is_waiting(publication, surroundings_of(request).clock()),
        publications=publications,
        people=people,
        named=_ON_PAPER,
        without_pairs=without_pairs,
        pairs=pairs,
        more=(known.draft.pairs if publication is None else found.pairs_total) - len(pairs),
    )


async def _first_pairs(apis: ServiceApis, known: KnownDraft) -> Sequence[models.DraftPairView]:
    """The pairs of the draft of greatest value, with their reasons."""
    asked = matching.drafts.pairs(known.round_id, standing="chosen", told=True, limit=_LISTED)
    return (await apis.send(asked)).items


async def _no_pairs() -> Sequence[models.DraftPairView]:
    return ()


@for_staff
async def proof(request: Request, _account: Account) -> Response:
    """The proofs of the round and of each of its publications in plain words, with links to the certificates."""
    known = await known_round(request)
    publications, people = await asyncio.gather(publications_of(apis_of(request), known), staff_names(request))
    return round_page(request, "proof.html", known, "proof", publications=publications, people=people)


@for_staff
async def certificate(request: Request, _account: Account) -> Response:
    """A certificate as a file: of the publication that the address names, or of the last one that stands."""
    apis, round_id, asked = apis_of(request), request.path_params["round_id"], request.query_params.get("publication")
    number = whole_number(asked) if asked else None
    if not round_id.replace("-", "").isalnum() or (asked and number is None):
        raise NothingThere(round_id)
    if number is None:
        return sent_file(await apis.download(matching.rounds.certificate(round_id)), f"round-{round_id}.json")
    file = await apis.download(matching.publications.certificate(round_id, number))
    return sent_file(file, f"round-{round_id}-publication-{number}.json")


routes = [
    Route(f"{PATH}/{{round_id}}/difference", difference),
    Route(f"{PATH}/{{round_id}}/report", report),
    Route(f"{PATH}/{{round_id}}/proof", proof),
    Route(f"{PATH}/{{round_id}}/certificate", certificate),
]
