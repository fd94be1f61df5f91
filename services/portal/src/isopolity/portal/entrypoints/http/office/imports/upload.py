"""Staff picks a file, which registry reads; workbooks to fill in.

Invariant: nothing is imported by picking a file; what is wrong with it stands beside the field, and choices are kept.
"""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from isopolity.client import registry
from isopolity.portal.adapters.service_apis import AskedTooOften, NothingThere
from isopolity.portal.domain.session import Account
from isopolity.portal.entrypoints.http.forms.page_form import PageForm, see_other
from isopolity.portal.entrypoints.http.office.admission import ENDORSE, for_staff, for_staff_to
from isopolity.portal.entrypoints.http.rendering import page, sent_file
from isopolity.portal.entrypoints.http.uploads import blocks_of, file_of
from isopolity.portal.entrypoints.http.visitors import apis_of

PATH: Final = "/office/imports"
BODY_LIMIT: Final = 64_000_000
KINDS: Final = ("cities", "partners", "requests", "twinnings")
_CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "kind": KINDS,
    "endorse": ("true",),
    "decimal": ("point", "comma"),
    "dates": ("day-first", "month-first"),
}
_UNPRINTABLE: Final = re.compile(r"[\x00-\x1f\x7f]")
_LONGEST_NAME: Final = 200


@for_staff_to(ENDORSE)
async def upload(request: Request, account: Account) -> Response:
    """The form for a file, and what was read of late; a file that is sent is read, and its rows are shown next."""
    form = await PageForm.of(request, account)
    if not form.was_sent:
        return await _shown(request, form, form.fields or _chosen(request.query_params))
    filled = _chosen(form.fields)
    file = await file_of(request, "file")
    if file is None or "kind" not in filled:
        return await _shown(request, form, filled, is_missing=True)
    name = _UNPRINTABLE.sub("", str(file.filename))[-_LONGEST_NAME:]
    asked = registry.prepared_imports.create(
        kind=filled["kind"],
        name=name,
        endorse=True if "endorse" in filled else None,
        decimal=filled.get("decimal"),
        dates=filled.get("dates"),
    )
    sent = apis_of(request).send_file(asked, blocks_of(file))
    prepared = await form.answer(sent, passes=AskedTooOften)  # of which the file is not at fault
    if prepared is None:
        return await _shown(request, form, filled)
    return see_other(f"{PATH}/{prepared.import_id}")


def _chosen(values: Mapping[str, str]) -> dict[str, str]:
    """The choices among these values that there are."""
    return {name: value for name, value in values.items() if value in _CHOICES.get(name, ())}


@for_staff
async def template(request: Request, _account: Account) -> Response:
    """A workbook to fill in, with drop-downs."""
    kind = request.path_params["kind"]
    if kind not in KINDS:
        raise NothingThere(kind)
    file = await apis_of(request).download(registry.templates.read(kind))
    return sent_file(file, f"{kind}.xlsx")


async def _shown(request: Request, form: PageForm, filled: Mapping[str, str], *, is_missing: bool = False) -> Response:
    found = await apis_of(request).send(registry.prepared_imports.list())
    return page(
        request,
        "office/imports/upload.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if is_missing else form.status,
        here="me",
        kinds=KINDS,
        filled=filled,
        fault=form.sentence,
        is_missing=is_missing,
        read=found.items,
    )


routes = [Route(PATH, upload, methods=["GET", "POST"]), Route(f"{PATH}/templates/{{kind}}", template)]
