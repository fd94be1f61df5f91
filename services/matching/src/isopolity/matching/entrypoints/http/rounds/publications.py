"""`/matching/v1/rounds/{round_id}/publications`: the publications of a round, each with its certificate and its report.

Invariant: a certificate and a frozen report never change; undoing is a mark on the publication.
"""

import asyncio
import gzip
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Final, Self

from fastapi import Path, Query, Request, Response
from pydantic import Field

from isopolity.matching.application.workflows.drafts.report import report_now
from isopolity.matching.application.workflows.member_names import name_of_owner, name_or_traits
from isopolity.matching.assignment.problem import WEIGHT_UNIT
from isopolity.matching.assignment.verdict import Verdict
from isopolity.matching.domain.draft import DraftNumbers
from isopolity.matching.domain.draft_report import FrozenPair, FrozenReport, PublicationRecord, last_standing
from isopolity.matching.domain.member import kind_of, owner
from isopolity.matching.domain.network import Network
from isopolity.matching.domain.round import Round
from isopolity.matching.entrypoints.http.context import Matching, MatchingContext, Page, Staff
from isopolity.matching.entrypoints.http.rounds.drafts import rules_now
from isopolity.matching.entrypoints.http.rounds.report_schemas import FiguresView
from isopolity.matching.entrypoints.http.rounds.round_schemas import rule_views
from isopolity.matching.entrypoints.http.view import View
from isopolity.matching.errors import UnknownRound
from isopolity.web.problems import Problem
from isopolity.web.routing import ServiceRouter

router = ServiceRouter(prefix="/matching/v1/rounds")
Number = Annotated[int, Path(ge=1, le=10**6, description="Of the publication in its round.")]
Most = Annotated[int, Query(ge=0, le=10**6, description="How many pairs at most.")]
_NO_ROUND: Final = "There is no round with this id."
_FILE: Final[dict[int | str, dict[str, Any]]] = {200: {"content": {"application/json": {}}}}


@router.get("/{round_id}/certificate", response_class=Response, responses=_FILE)
async def round_certificate(matching: Matching, _: Staff, request: Request, round_id: str) -> Response:
    """The certificate of the round's last publication that was not undone, as a file for `isopolity round verify`.

    It names no member, but a reader who computes all scores from the directory could identify members. Give it to staff
    and auditors only; its fingerprint may be published.
    """
    await _known(round_id, matching)
    last = last_standing(await matching.queries.publications.of_round(round_id))
    number = None if last is None else last.number
    return await _certificate(matching, request, round_id, number, f"round-{round_id}.json")


class PublicationRecordView(View):
    """A publication of a round, with what its certificate proves."""

    round_id: str
    number: int = Field(description="Finds it in its round; a number is given once, whatever is undone.")
    at: datetime
    by: str = Field(description="Who of staff published it; empty where that is not known.")
    pairs: int = Field(description="Pairs that it published.")
    out_at: datetime | None = Field(description="When they go out, or went; null where they went out with the round.")
    undone_at: datetime | None
    undone: int = Field(description="How many of its pairs were taken back before they went out.")
    stands: bool = Field(description="Whether some of its pairs were not taken back.")
    proved_pairs: int = Field(
        description="Pairs that its certificate is of: its own, and those of the round that were published before."
    )
    value: float = Field(description="What these pairs are worth.")
    bound: float = Field(description="No choice that keeps the rules is worth more.")
    is_of_all: bool = Field(
        default=False, description="Whether `bound` is about all pairs of the network, not only about the candidates."
    )
    proved: str = Field(description="The sentence that says what the certificate proves.")
    fingerprint: str = Field(description="Of its certificate; it may be published.")
    has_report: bool = Field(description="Whether its report was frozen; one from before that was kept has none.")

    @classmethod
    def of(cls, record: PublicationRecord) -> Self:
        """Make the view of a record."""
        verdict = Verdict(
            faults=(),
            pairs=record.proved_pairs,
            value=record.value,
            bound=record.bound,
            omits_pairs=not record.is_of_all,
        )
        value, bound = record.value / WEIGHT_UNIT, record.bound / WEIGHT_UNIT
        return cls.copied(record, value=value, bound=bound, proved=verdict.sentence)


@router.get("/{round_id}/publications")
async def list_publications(matching: Matching, _: Staff, round_id: str) -> Page[PublicationRecordView]:
    """All publications of a round in their order, undone ones included."""
    await _known(round_id, matching)
    records = await matching.queries.publications.of_round(round_id)
    return Page[PublicationRecordView](items=[PublicationRecordView.of(record) for record in records])


@router.get(
    "/{round_id}/publications/{number}/certificate",
    operation_id="publications.certificate",
    response_class=Response,
    responses=_FILE,
)
async def publication_certificate(
    matching: Matching, _: Staff, request: Request, round_id: str, number: Number
) -> Response:
    """The certificate of one publication, undone or not, as a file for `isopolity round verify`."""
    await _record(round_id, number, matching)
    return await _certificate(matching, request, round_id, number, f"round-{round_id}-publication-{number}.json")


@router.get(
    "/{round_id}/publications/{number}/sealed",
    operation_id="publications.sealed",
    response_class=Response,
    responses=_FILE,
)
async def sealed_members(matching: Matching, _: Staff, request: Request, round_id: str, number: Number) -> Response:
    """The members that were sealed with the certificate of a publication, for `isopolity round verify --all`.

    It says by number what each member looks for, offers and is expected to answer. Give it to auditors only, who are
    under the duties of staff.
    """
    await _record(round_id, number, matching)
    content = await matching.queries.publications.sealed(round_id, number)
    if content is None:
        raise Problem(
            404, "No members were sealed with it: it says nothing of all pairs, or is too old.", code="no-proof"
        )
    return await _file(content, request, f"round-{round_id}-publication-{number}-sealed.json")


class PublishedPairView(View):
    """A pair of a frozen report; a member that has left is named by its region and size."""

    a: str
    b: str
    a_name: str
    b_name: str
    kind: str
    value: float
    is_new: bool = Field(description="Whether this publication brought it, and no earlier one.")

    @classmethod
    def of(cls, pair: FrozenPair, name: Callable[[str], str]) -> Self:
        """Make the view of a pair, in which a programme comes first; `name` names a holder."""
        a, b = sorted((pair.a, pair.b), key=lambda holder: (holder.startswith("city/"), holder))
        return cls(
            a=name_of_owner(a),
            b=name_of_owner(b),
            a_name=name(a),
            b_name=name(b),
            kind=kind_of(a),
            value=pair.weight / WEIGHT_UNIT,
            is_new=pair.is_new,
        )


class PublicationReportView(View):
    """The report of a publication: the figures of its moment, and those of the same pairs today."""

    publication: PublicationRecordView
    then: FiguresView = Field(
        description="The frozen figures, over all pairs of the round that were published by then."
    )
    today: FiguresView = Field(description="The same pairs in the network as it is today.")
    pairs: list[PublishedPairView] = Field(description="Those of greatest value first.")
    pairs_total: int = Field(description="How many there are; the list has `most` entries at most.")


@router.get("/{round_id}/publications/{number}")
async def report_publication(
    matching: Matching, _: Staff, round_id: str, number: Number, most: Most = 100
) -> PublicationReportView:
    """The report of a publication: its figures and pairs at that moment, and the figures of the same pairs today."""
    record, known = await _record(round_id, number, matching), await _known(round_id, matching)
    frozen = await matching.queries.publications.report(round_id, number)
    if frozen is None:
        raise Problem(404, "This publication is from before reports were kept; it has none.", code="no-proof")
    numbers = await matching.queries.draft_numbers(round_id)
    same = await asyncio.to_thread(_same_pairs, numbers, frozen)
    now, market = await report_now(round_id, same, matching.reading, matching.surroundings)
    rules = await rules_now(known, same, matching)

    def view() -> PublicationReportView:
        name = namer(frozen, matching.surroundings.network)
        return PublicationReportView(
            publication=PublicationRecordView.of(record),
            then=FiguresView.of(frozen.report, name, rule_views(known.plan.book, frozen.rules)),
            today=FiguresView.of(now, lambda key: market.names[name_of_owner(key)], rules),
            pairs=[PublishedPairView.of(pair, name) for pair in frozen.pairs[:most]],
            pairs_total=len(frozen.pairs),
        )

    return await asyncio.to_thread(view)


async def _known(round_id: str, matching: MatchingContext) -> Round:
    found = await matching.queries.round(round_id)
    if found is None:
        raise UnknownRound(_NO_ROUND)
    return found


async def _record(round_id: str, number: int, matching: MatchingContext) -> PublicationRecord:
    await _known(round_id, matching)
    for record in await matching.queries.publications.of_round(round_id):
        if record.number == number:
            return record
    raise Problem(404, f"This round has no publication {number}.", code="no-proof")


def _same_pairs(numbers: DraftNumbers, frozen: FrozenReport) -> DraftNumbers:
    """The numbers of the draft with exactly the pairs of `frozen` chosen."""
    edges = numbers.edges((pair.a, pair.b) for pair in frozen.pairs)
    return numbers.with_choice(replace(numbers.choice, chosen=edges))


async def _certificate(
    matching: MatchingContext, request: Request, round_id: str, number: int | None, name: str
) -> Response:
    content = None if number is None else await matching.queries.publications.certificate(round_id, number)
    if content is None:
        raise Problem(
            404,
            "There is no certificate: the round is not done, its draft is not published, or it is too old.",
            code="no-proof",
        )
    return await _file(content, request, name)


async def _file(content: bytes, request: Request, name: str) -> Response:
    """A gzipped file, unpacked for clients that cannot."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
    else:
        content = await asyncio.to_thread(gzip.decompress, content)
    return Response(content, media_type="application/json", headers=headers)


def namer(frozen: FrozenReport, network: Network) -> Callable[[str], str]:
    """A function that names the holders of a frozen report by today's name, or by region and size if they have left."""

    def name(holder: str) -> str:
        return name_or_traits(holder, frozen.traits.get(owner(holder)), network)

    return name
