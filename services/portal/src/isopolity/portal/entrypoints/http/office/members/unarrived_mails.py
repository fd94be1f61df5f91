"""Mails that did not arrive: their numbers by reason and by hour, a preview, and sending them again.

Invariant: mails are sent again from their preview only, which has their number. Mails with a secret are not among them.
"""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

from isopolity.client import notify
from isopolity.client.notify.models import Selection
from isopolity.portal.entrypoints.http.admission import PUBLISH, for_staff_to
from isopolity.portal.entrypoints.http.forms.page_form import PageForm
from isopolity.portal.entrypoints.http.pages import (
    Account,
    Request,
    Response,
    Route,
    apis_of,
    page,
    see_other,
    surroundings_of,
)

PATH: Final = "/office/mails"
_CHOICES: Final = ("mail_id", "reason", "purpose", "since", "until", "after")


@for_staff_to(PUBLISH)
async def unarrived_mails(request: Request, _account: Account) -> Response:
    """Show the numbers of all; with a choice, preview sending these mails again; POST sends them."""
    was_sent = request.method == "POST"
    form = PageForm(request.state.form if was_sent else request.query_params, was_sent=was_sent)
    chosen = {name: form[name] for name in _CHOICES if form[name]}
    if form.was_sent:
        return await _sent(request, form, chosen) if chosen else see_other(PATH)
    if not chosen and "all" not in form.fields:
        return await _numbers(request, form)
    found = await form.answer(apis_of(request).send(notify.unarrived.preview(_selected(chosen))))
    if found is None:
        return await _numbers(request, form)
    if "mail_id" not in chosen:  # mails that fail from now on are not in this preview
        chosen.setdefault("until", surroundings_of(request).clock().isoformat())
    return page(request, "office/mails/look.html", found=found, chosen=chosen)


async def _numbers(request: Request, form: PageForm) -> Response:
    found = await apis_of(request).send(notify.unarrived.list())
    counts = {name: request.query_params.get(name, "") for name in ("sent", "kept")}
    done = {name: count if count.isdecimal() else "" for name, count in counts.items()}
    hours = [(each, urlencode(each.model_dump(mode="json", include={"since", "until"}))) for each in found.hours]
    template = "office/mails/numbers.html"
    return form.page(request, template, found=found, hours=hours, done=done)


async def _sent(request: Request, form: PageForm, chosen: Mapping[str, str]) -> Response:
    """Send the chosen mails again; then show the numbers, or the preview of the mails that are left."""
    done = await form.answer(apis_of(request).send(notify.unarrived.again(_selected(chosen))))
    if done is None:
        return await _numbers(request, form)
    if done.next:
        rest = {**chosen, "after": done.next, "all": "1"}
        return see_other(f"{PATH}?{urlencode(rest)}")
    counts = {"sent": str(done.goes), "kept": str(sum(each.mails for each in done.kept))}
    return see_other(f"{PATH}?{urlencode(counts)}")


def _selected(chosen: Mapping[str, str]) -> Selection:
    """The choices as they stand in the address; notify says which of them are wrong."""
    if "mail_id" in chosen:
        return Selection(mail_ids=[chosen["mail_id"]])
    return Selection.unchecked(chosen)


routes = [Route(PATH, unarrived_mails, methods=["GET", "POST"])]
