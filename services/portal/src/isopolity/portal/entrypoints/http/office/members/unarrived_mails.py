"""Mails that did not arrive: their numbers by reason and by hour, a preview, and sending them again.

Invariant: mails are sent again from their preview only, which has their number. Mails with a secret are not among them.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from isopolity.client import notify
from isopolity.client.notify.models import Selection
from isopolity.portal.adapters.service_apis import NotAllowed
from isopolity.portal.domain.session import Account
from isopolity.portal.entrypoints.http.context import surroundings_of
from isopolity.portal.entrypoints.http.office.admission import PUBLISH, for_staff_to
from isopolity.portal.entrypoints.http.rendering import page
from isopolity.portal.entrypoints.http.visitors import apis_of

PATH: Final = "/office/mails"
_CHOICES: Final = ("mail_id", "reason", "purpose", "since", "until", "after")


@for_staff_to(PUBLISH)
async def unarrived_mails(request: Request, _account: Account) -> Response:
    """Show the numbers of all; with a choice, preview sending these mails again; POST sends them."""
    values = request.state.form if request.method == "POST" else request.query_params
    chosen = {name: values[name].strip() for name in _CHOICES if values.get(name, "").strip()}
    if request.method == "POST":
        return await _sent(request, chosen) if chosen else RedirectResponse(PATH, HTTPStatus.SEE_OTHER)
    if not chosen and "all" not in values:
        return await _numbers(request)
    try:
        found = await apis_of(request).send(notify.unarrived.preview(_selected(chosen)))
    except NotAllowed as refused:
        return await _numbers(request, problem=str(refused))
    if "mail_id" not in chosen:  # mails that fail from now on are not in this preview
        chosen.setdefault("until", surroundings_of(request).clock().isoformat())
    return page(request, "office/mails/look.html", here="me", found=found, chosen=chosen)


async def _numbers(request: Request, *, problem: str = "") -> Response:
    found = await apis_of(request).send(notify.unarrived.list())
    counts = {name: request.query_params.get(name, "") for name in ("sent", "kept")}
    done = {name: count if count.isdecimal() else "" for name, count in counts.items()}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK
    hours = [(each, urlencode(each.model_dump(mode="json", include={"since", "until"}))) for each in found.hours]
    template = "office/mails/numbers.html"
    return page(request, template, status, here="me", found=found, hours=hours, done=done, problem=problem)


async def _sent(request: Request, chosen: Mapping[str, str]) -> Response:
    """Send the chosen mails again; then show the numbers, or the preview of the mails that are left."""
    try:
        done = await apis_of(request).send(notify.unarrived.again(_selected(chosen)))
    except NotAllowed as refused:
        return await _numbers(request, problem=str(refused))
    if done.next:
        rest = {**chosen, "after": done.next, "all": "1"}
        return RedirectResponse(f"{PATH}?{urlencode(rest)}", HTTPStatus.SEE_OTHER)
    counts = {"sent": str(done.goes), "kept": str(sum(each.mails for each in done.kept))}
    return RedirectResponse(f"{PATH}?{urlencode(counts)}", HTTPStatus.SEE_OTHER)


def _selected(chosen: Mapping[str, str]) -> Selection:
    """The choices as they stand in the address; notify says which of them are wrong."""
    if "mail_id" in chosen:
        return Selection(mail_ids=[chosen["mail_id"]])
    return Selection.unchecked(chosen)


routes = [Route(PATH, unarrived_mails, methods=["GET", "POST"])]
