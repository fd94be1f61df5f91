"""A draft as a workbook with a column for decisions, and back: the edits that it decides are made together, or none.

Invariant: a wrong cell is named by its row and column, and then nothing is changed.
"""

import asyncio
from http import HTTPStatus
from tempfile import TemporaryFile
from typing import Final

from isopolity.client import matching
from isopolity.client.matching.models import DraftPairView, EditsOrder
from isopolity.portal.adapters.service_apis import NothingThere, SentFile, ServiceApis
from isopolity.portal.entrypoints.http.admission import PUBLISH, for_staff, for_staff_to
from isopolity.portal.entrypoints.http.files import FORMS as MEDIA_TYPES
from isopolity.portal.entrypoints.http.files import sent_file
from isopolity.portal.entrypoints.http.forms.page_form import PageForm
from isopolity.portal.entrypoints.http.forms.uploads import file_of
from isopolity.portal.entrypoints.http.office.rounds.edits import edits_address
from isopolity.portal.entrypoints.http.office.rounds.frame import PATH, KnownDraft, draft_of, known_draft, round_page
from isopolity.portal.entrypoints.http.pages import Account, Request, Response, Route, apis_of, see_other
from isopolity.tables.draft_tables import FORMS, UnreadableDraftTable, read_decisions, write_draft_table

DECISIONS: Final = f"{PATH}/decisions"
BODY_LIMIT: Final = 64_000_000
_AT_ONCE: Final = 200
_MOST: Final = 10_000
"""Edits that matching makes together."""
_NAMED: Final = 50
"""Wrong cells that the page names."""


@for_staff
async def table(request: Request, _account: Account) -> Response:
    """The form for a table that comes back, and the table to take."""
    return round_page(request, "table.html", await known_draft(request), "table", faults=[], total=0)


@for_staff
async def table_file(request: Request, _account: Account) -> Response:
    """All pairs of the draft as a file."""
    known, form = await known_draft(request), request.query_params.get("form", FORMS[0])
    if form not in FORMS:
        raise NothingThere(form)
    pairs = await _pairs(apis_of(request), known)
    content = TemporaryFile()  # noqa: SIM115 - the answer closes it
    await asyncio.to_thread(write_draft_table, content, form, pairs)
    return sent_file(SentFile(content=content, media_type=MEDIA_TYPES[form]), f"draft-{known.round_id}.{form}")


@for_staff_to(PUBLISH)
async def decide(request: Request, _account: Account) -> Response:
    """Make the edits that a table decides."""
    apis, form = apis_of(request), await PageForm.of(request)
    known = await draft_of(apis, form["round_id"] or "-")
    file = await file_of(request, "file")
    if file is None:
        return _wrong(request, known, ["Choose a file. If you had chosen one, choose it again."])
    pairs = await _pairs(apis, known)
    try:
        decided = await read_decisions(file.file, pairs)
    except UnreadableDraftTable as error:
        return _wrong(request, known, list(error.sentences))
    if not decided.orders:
        return _wrong(request, known, ["The table has no new decisions.", *decided.done])
    if len(decided.orders) > _MOST:
        return _wrong(request, known, [f"The table decides more than {_MOST:,} pairs; bring it back in parts."])
    order = EditsOrder(edits=decided.orders)
    done = await form.answer(apis.send(matching.drafts.edits(known.round_id, order), is_long=True))
    if done is None:
        return _wrong(request, known, [form.sentence])
    return see_other(edits_address(known, done.edits, len(decided.done)))


def _wrong(request: Request, known: KnownDraft, faults: list[str]) -> Response:
    return round_page(
        request,
        "table.html",
        known,
        "table",
        status=HTTPStatus.UNPROCESSABLE_ENTITY,
        faults=faults[:_NAMED],
        total=len(faults),
    )


async def _pairs(apis: ServiceApis, known: KnownDraft) -> list[DraftPairView]:
    """All pairs of a draft, for a file."""
    found, cursor = list[DraftPairView](), None
    while True:
        listed = await apis.send(matching.drafts.pairs(known.round_id, told=True, cursor=cursor, limit=_AT_ONCE))
        found += listed.items
        if not listed.next:
            return found
        cursor = int(listed.next)


routes = [
    Route(DECISIONS, decide, methods=["POST"]),
    Route(f"{PATH}/{{round_id}}/table", table),
    Route(f"{PATH}/{{round_id}}/table/file", table_file),
]
