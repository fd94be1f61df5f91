"""What a round comes to, for those who must answer for it: its difference from another draft, its report, its proof.

Invariant: a publication is reported as it was at its moment; certificates come as matching keeps them, byte for byte.
"""

import asyncio
from collections.abc import Sequence
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from isopolity.client import matching
from isopolity.client.matching.models import DraftPairView, PublishedPairView
from isopolity.portal.adapters.service_apis import NothingThere, ServiceApis
from isopolity.portal.domain.session import Account
from isopolity.portal.domain.whole_number import whole_number
from isopolity.portal.entrypoints.http.context import surroundings_of
from isopolity.portal.entrypoints.http.office.admission import for_staff
from isopolity.portal.entrypoints.http.office.rounds.frame import (
    KnownDraft,
    known_draft,
    known_round,
    round_page,
)
from isopolity.portal.entrypoints.http.office.rounds.overview import PATH
from isopolity.portal.entrypoints.http.office.rounds.published import (
    is_waiting,
    publications_of,
    report_of,
    reported,
)
from isopolity.portal.entrypoints.http.office.staff_names import staff_names
from isopolity.portal.entrypoints.http.rendering import sent_file
from isopolity.portal.entrypoints.http.visitors import apis_of

_NAMED: Final = 50
"""Pairs and members that a page names of each list; of the others it tells how many there are."""
_ON_PAPER: Final = 40
_OFFERED: Final = 20
_LISTED: Final = 100
"""Pairs that the report lists."""


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
async def report(request: Request, account: Account) -> Response:
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
        staff_names(request, account),
    )
    pairs: Sequence[DraftPairView | PublishedPairView] = drafted if publication is None else found.pairs
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


async def _first_pairs(apis: ServiceApis, known: KnownDraft) -> Sequence[DraftPairView]:
    """The pairs of the draft of greatest value, with their reasons."""
    asked = matching.drafts.pairs(known.round_id, standing="chosen", told=True, limit=_LISTED)
    return (await apis.send(asked)).items


async def _no_pairs() -> Sequence[DraftPairView]:
    return ()


@for_staff
async def proof(request: Request, account: Account) -> Response:
    """The proofs of the round and of each of its publications in plain words, with links to the certificates."""
    known = await known_round(request)
    publications, people = await asyncio.gather(publications_of(apis_of(request), known), staff_names(request, account))
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
