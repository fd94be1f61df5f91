"""Imports of staff: a file is picked, which registry reads; its rows are shown with what would change; the file is
taken back with what to change, or imported; workbooks to fill in; all entries as a file that an import takes.

Invariant: nothing is imported by picking a file; what is wrong with it stands beside the field, and choices are kept.
A button does what its page showed; where something has changed meanwhile, the page says so and shows it.
Rows are looked at and imported in the background; see `import_work`.
"""

import asyncio
import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Final

from isopolity.client import registry
from isopolity.client.registry.models import (
    CorrectionOrder,
    Endorsements,
    PreparedImportDocument,
    PreparedRowDocument,
    PreparedRowList,
    Taking,
)
from isopolity.portal.adapters.service_apis import AskedTooOften, NothingThere, ServiceApis
from isopolity.portal.domain.typed_values import version_in
from isopolity.portal.entrypoints.http.admission import ENDORSE, for_staff, for_staff_to
from isopolity.portal.entrypoints.http.files import sent_file
from isopolity.portal.entrypoints.http.forms.page_form import PageForm, if_answered, if_there
from isopolity.portal.entrypoints.http.forms.uploads import blocks_of, file_of
from isopolity.portal.entrypoints.http.known_members import KnownMember, members_known, staff_names
from isopolity.portal.entrypoints.http.office.desk.tasks import tasks_of
from isopolity.portal.entrypoints.http.office.import_forms import (
    KINDS,
    choices_in,
    correction_in,
    fields_of,
    layout_in,
    lines_of,
)
from isopolity.portal.entrypoints.http.office.import_headings import headings_at
from isopolity.portal.entrypoints.http.office.import_work import is_open, wait_a_moment, why_failed, working_page
from isopolity.portal.entrypoints.http.pages import Account, Request, Response, Route, apis_of, page, see_other

PATH: Final = "/office/imports"
BODY_LIMIT: Final = 64_000_000
_UNPRINTABLE: Final = re.compile(r"[\x00-\x1f\x7f]")
_LONGEST_NAME: Final = 200
_AT_ONCE: Final = 10
_MOST_KEPT: Final = 50
_ENDORSED_AT_ONCE: Final = 1000
_MOST_TO_ENDORSE: Final = 5000
"""Members of an import whose ids registry tells; of more the file is read with the tick that endorses all."""
_FORMS: Final = ("xlsx", "csv")


@for_staff_to(ENDORSE)
async def upload(request: Request, account: Account) -> Response:
    """The form for a file, and what was read of late; a file that is sent is read, and its rows are shown next."""
    form = await PageForm.of(request, account)
    if not form.was_sent:
        return await _upload_page(request, form, form.fields or choices_in(request.query_params))
    filled = choices_in(form.fields)
    file = await file_of(request, "file")
    if file is None or "kind" not in filled:
        return await _upload_page(request, form, filled, is_missing=True)
    name = _UNPRINTABLE.sub("", str(file.filename))[-_LONGEST_NAME:]
    asked = registry.prepared_imports.create(
        kind=filled["kind"],
        name=name,
        endorse=True if "endorse" in filled else None,
        decimal=filled.get("decimal"),
        dates=filled.get("dates"),
        ask=True,
        background=True,
    )
    sent = apis_of(request).send_file(asked, blocks_of(file))
    prepared = await form.answer(sent, passes=AskedTooOften)  # of which the file is not at fault
    if prepared is None:
        return await _upload_page(request, form, filled)
    await _moment(apis_of(request), prepared.import_id)
    return see_other(f"{PATH}/{prepared.import_id}")


@for_staff
async def template(request: Request, _account: Account) -> Response:
    """A workbook to fill in, with drop-downs."""
    kind = request.path_params["kind"]
    if kind not in KINDS:
        raise NothingThere(kind)
    file = await apis_of(request).download(registry.templates.read(kind))
    return sent_file(file, f"{kind}.xlsx")


@for_staff
async def export(request: Request, _account: Account) -> Response:
    """All entries of a kind as a file that an import takes."""
    kind, form = request.path_params["kind"], request.query_params.get("form", "xlsx")
    if kind not in KINDS or form not in _FORMS:
        raise NothingThere(kind)
    return sent_file(await apis_of(request).download(registry.exports.read(kind, form=form)), f"{kind}.{form}")


async def _upload_page(
    request: Request, form: PageForm, filled: Mapping[str, str], *, is_missing: bool = False
) -> Response:
    found, done, people = await asyncio.gather(
        apis_of(request).send(registry.prepared_imports.list()),
        if_answered(apis_of(request).send(registry.done_imports.list())),
        staff_names(request),
    )
    return page(
        request,
        "office/imports/upload.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if is_missing else form.status,
        kinds=KINDS,
        filled=filled,
        fault=form.sentence,
        is_missing=is_missing,
        read=found.items,
        done=done.items if done else (),
        taken_back={each.run_id for each in done.items if each.taken_back_at} if done else (),
        people=people,
    )


@for_staff_to(ENDORSE)
async def look(request: Request, _account: Account) -> Response:
    """The effect of the file, before or after its import; POST lays it out, corrects, imports or deletes it."""
    import_id, form = request.path_params["import_id"], await PageForm.of(request)
    if not form.was_sent:
        return await _preview_page(request, form)
    if form["do"] == "forget":
        await if_there(apis_of(request).send(registry.prepared_imports.delete(import_id)))
        return see_other(PATH)
    if form["do"] == "correct":
        return await _correct(request, import_id, form)
    act = _lay_out if form["do"] == "lay-out" else _act
    if await form.done(act(apis_of(request), import_id, form)):
        await _moment(apis_of(request), import_id)
        return see_other(f"{PATH}/{import_id}")
    return see_other(f"{PATH}/{import_id}?changed=1") if form.is_stale else await _preview_page(request, form)


async def _correct(request: Request, import_id: str, form: PageForm) -> Response:
    """Send the choices and corrections of the page, and render the rows that are still open.

    Where the file has changed meanwhile or cannot be corrected so, all that was typed is shown beside the rows as they
    are now, to be sent again.
    """
    order, apis = correction_in(form.fields), apis_of(request)
    if await form.done(apis.send(registry.prepared_imports.correct(import_id, order, background=True))):
        failed = await _moment(apis, import_id)
        return see_other(f"{PATH}/{import_id}{'' if failed else '?corrected=1#rows'}")
    await _moment(apis, import_id)
    return await _preview_page(request, form, order)


async def _rows_of(apis: ServiceApis, import_id: str, lines: Sequence[int]) -> Sequence[PreparedRowDocument]:
    """The rows of these lines that are still there."""
    found: list[PreparedRowDocument] = []
    for line in lines:
        asked = registry.prepared_imports.rows(import_id, after=line - 1, limit=1)
        found += [row for row in (await apis.send(asked)).items if row.line == line]
    return found


async def _act(apis: ServiceApis, import_id: str, form: PageForm) -> None:
    """Import the file, endorse what it has entered, or both. Raises ChangedMeanwhile, NotAllowed, NothingThere."""
    do = form["do"]
    if do == "endorse":
        await _endorse(apis, import_id)
        return
    wanted = Taking(shown=form["shown"], skip_wrong=do.startswith("skip"), endorse=do.endswith("-endorse"))
    await apis.send(registry.prepared_imports.take(import_id, wanted, background=True))


async def _moment(apis: ServiceApis, import_id: str) -> str:
    return await wait_a_moment(lambda: apis.send(registry.prepared_imports.read(import_id)))


async def _lay_out(apis: ServiceApis, import_id: str, form: PageForm) -> None:
    """Have the file read the way that the form chooses. Raises NotAllowed, NothingThere."""
    layout = (await apis.send(registry.prepared_imports.read(import_id))).layout
    if layout is None:
        raise NothingThere(import_id)
    order = layout_in(form.fields, layout)
    await apis.send(registry.prepared_imports.layout(import_id, order, background=True))


async def _endorse(apis: ServiceApis, import_id: str) -> None:
    """Endorse the members of an import that was done and that are not endorsed yet; where one of them leaves at that
    moment, no member of that batch is endorsed, and the page names those that are left.
    """
    prepared = await apis.send(registry.prepared_imports.read(import_id))
    ids = prepared.to_endorse
    for start in range(0, len(ids), _ENDORSED_AT_ONCE):
        some = ids[start : start + _ENDORSED_AT_ONCE]
        members = Endorsements(cities=some) if prepared.kind == "cities" else Endorsements(partners=some)
        await if_there(apis.send(registry.endorsements.create(members), is_long=True))


@for_staff
async def file_back(request: Request, _account: Account) -> Response:
    """The file with a column of what to change."""
    form = request.query_params.get("form", "xlsx")
    if form not in _FORMS:
        raise NothingThere(form)
    import_id, apis = request.path_params["import_id"], apis_of(request)
    prepared, file = await asyncio.gather(
        apis.send(registry.prepared_imports.read(import_id)),
        apis.download(registry.prepared_imports.file(import_id, form=form)),
    )
    return sent_file(file, f"{prepared.kind}-to-correct.{form}")


def _counts(prepared: PreparedImportDocument) -> dict[str, int]:
    """How many rows are what, in the order in which it matters."""
    return {
        "asks": prepared.asking or 0,
        "wrong": prepared.invalid,
        "changed": prepared.revised,
        "new": prepared.created,
        "same": prepared.unchanged,
        "out": prepared.rows_left_out or 0,
    }


async def _preview_page(request: Request, form: PageForm, order: CorrectionOrder | None = None) -> Response:
    """What an import would do or has done; with an `order` that was not carried out, this is shown again, too.

    Such is one that was refused at once, or that the work in the background could not carry out.
    """
    import_id, apis = request.path_params["import_id"], apis_of(request)
    prepared = await apis.send(registry.prepared_imports.read(import_id))
    if is_open(prepared.work) and order is None:
        return working_page(request, form, prepared, f"{PATH}/{prepared.import_id}")
    filled, failed = form.fields, why_failed(prepared.work)
    typed = await _rows_of(apis, import_id, lines_of(order)) if order else []
    if order is None and (order := prepared.not_corrected) is not None:
        typed = await _rows_of(apis, import_id, lines_of(order))
        filled = fields_of(order, typed)
    run = await if_there(apis.send(registry.done_imports.read(import_id))) if prepared.taken_at is not None else None
    counts, state = _counts(prepared), request.query_params.get("state", "")
    if state not in counts:
        state = next((each for each, count in counts.items() if count), "same")
    after = version_in(request.query_params.get("after", ""))
    rows = PreparedRowList(items=[], next=None)
    rest = await if_there(apis.send(registry.prepared_imports.read(prepared.rest_id))) if prepared.rest_id else None
    is_done = prepared.taken_at is not None
    if not is_done:
        rows = await apis.send(registry.prepared_imports.rows(import_id, state=state, after=after, limit=_AT_ONCE))
    return form.page(
        request,
        "office/imports/look.html",
        prepared=prepared,
        typed=typed,
        filled=filled,
        is_stale=form.is_stale or (bool(typed) and failed == "changed-meanwhile"),
        explained={each.text: each for each in order.words} if order else {},
        replaced={each.line: each.replaced for each in order.own_words} if order else {},
        on_desk=await tasks_of(request, "imports", [prepared.import_id]),
        address=f"{PATH}/{prepared.import_id}",
        counts=counts,
        rest=rest,
        state=state,
        rows=rows,
        taken_back=run if run and run.taken_back_at else None,
        entered=await _entered(apis, prepared.entered),
        is_first=after == 0,
        at_once=_AT_ONCE,
        most_kept=_MOST_KEPT,
        headings=headings_at(prepared.layout, request.query_params.get("headings", "")),
        endorses_all=prepared.not_endorsed <= (len(prepared.to_endorse) if is_done else _MOST_TO_ENDORSE),
        has_changed="changed" in request.query_params or failed == "changed-meanwhile",
        has_corrected="corrected" in request.query_params and not failed,
    )


async def _entered(apis: ServiceApis, ids: Sequence[str]) -> Sequence[KnownMember]:
    """The first members that the import has entered and that have not left since."""
    known = await members_known(apis, ids) if ids else {}
    return [known[each] for each in ids if each in known and known[each].status != "withdrawn"]


routes = [
    Route(PATH, upload, methods=["GET", "POST"]),
    Route(f"{PATH}/templates/{{kind}}", template),
    Route(f"{PATH}/exports/{{kind}}", export),
    Route(f"{PATH}/{{import_id}}", look, methods=["GET", "POST"]),
    Route(f"{PATH}/{{import_id}}/file", file_back),
]
