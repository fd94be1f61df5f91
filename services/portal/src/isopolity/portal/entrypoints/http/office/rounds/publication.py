"""A draft is published, all of it or some pairs, and taken back while nothing of it has gone out.

Invariant: nothing is published before somebody has typed how many mails that sends, with the plan in view.
"""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode

from isopolity.client import matching
from isopolity.client.matching.models import ConfirmedPublishOrder, OnlyItem, PairsFilter, PublishOrder
from isopolity.portal.domain.selection import Selection, ticked_pairs
from isopolity.portal.entrypoints.http.admission import PUBLISH, for_staff, for_staff_to, require_right
from isopolity.portal.entrypoints.http.forms.page_form import PageForm, as_a_whole
from isopolity.portal.entrypoints.http.office.rounds.frame import PATH, KnownDraft, known_draft, round_page
from isopolity.portal.entrypoints.http.office.rounds.pairs import FITTING, filter_of
from isopolity.portal.entrypoints.http.office.rounds.summary import act_on_round
from isopolity.portal.entrypoints.http.pages import Account, Request, Response, Route, apis_of, see_other

_WHOLE: Final = re.compile(r"[0-9]+|[0-9]{1,3}(?:([,.'\u2019\s])[0-9]{3})(?:\1[0-9]{3})*")
"""A whole number as people write it: 1234, 1,234, 1.234, 1'234 or 1 234."""
_NAMED: Final = 50
"""Pairs that fall out which the page names."""


@for_staff
async def publish(request: Request, account: Account) -> Response:
    """The plan, of all pairs, of those that were ticked, or of those that fit a filter; and, once its number of mails
    is typed, the publication.
    """
    known = await known_draft(request)
    form = await PageForm.of(request, account)
    if not form.fields:
        form = PageForm(request.query_params, was_sent=form.was_sent)
    if not form.was_sent or not form["plan"]:
        return await _planned(request, known, form)
    require_right(request, account, PUBLISH)
    if _digits(form["count"]) != form.fields.get("mails"):
        form.refuse({"count": "Type the number of mails, as written above."})
        return await _planned(request, known, form)
    order = ConfirmedPublishOrder.unchecked({**_meant(form.fields), "token": form["plan"]})
    sent = apis_of(request).send(matching.drafts.publish(known.round_id, order), is_long=True)
    done = await form.answer(sent, as_a_whole)
    if done is None:
        return await _planned(request, known, form)
    counts = {"published": done.published, "fell_out": len(done.falls_out)}
    return see_other(f"{PATH}/{known.round_id}?{urlencode(counts)}")


@for_staff_to(PUBLISH)
async def undo(request: Request, _account: Account) -> Response:
    """All that has not gone out is taken back."""
    act = matching.drafts.undo(request.path_params["round_id"])
    return await act_on_round(request, act, lambda done: {"undone": done.undone})


@for_staff_to(PUBLISH)
async def discard(request: Request, _account: Account) -> Response:
    """Discard the draft for good."""
    return await act_on_round(request, matching.drafts.discard(request.path_params["round_id"]))


async def _planned(request: Request, known: KnownDraft, form: PageForm) -> Response:
    """The page of a plan that is made now, or of why there is none."""
    planned, order = PageForm(None, was_sent=False), PublishOrder.unchecked(_meant(form.fields))
    sent = apis_of(request).acting_for("").send(matching.drafts.plan(known.round_id, order), is_long=True)
    plan = await planned.answer(sent, as_a_whole)
    problems = {**planned.problems, **form.problems}
    return round_page(
        request,
        "publish.html",
        known,
        "publish",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK,
        plan=plan,
        named=_NAMED,
        only=ticked_pairs(form.fields),
        fitting=_fitting(known, form.fields),
        filled={"count": form.fields.get("count", "")},
        problems=problems,
        scripts=("busy.js",),
    )


def _meant(form: Mapping[str, str]) -> Mapping[str, object]:
    """The pairs that a form means: those that are ticked, else those that fit, else all."""
    if only := ticked_pairs(form):
        return {"only": [OnlyItem(pair) for pair in only]}
    fitting, wrong = filter_of(Selection.of("", form, FITTING).chosen)
    if wrong:  # matching refuses it
        fitting = PairsFilter.unchecked({**fitting.model_dump(exclude_unset=True), **wrong})
    return {"fitting": fitting} if fitting.model_fields_set else {}


def _fitting(known: KnownDraft, form: Mapping[str, str]) -> Selection:
    """The filter that pairs have to fit while no pair is ticked; its addresses take a choice away."""
    return Selection.of(f"{PATH}/{known.round_id}/publish", {} if ticked_pairs(form) else form, FITTING)


def _digits(text: str) -> str:
    """The digits of a whole number, with or without one separator before each three; empty where it is none."""
    return re.sub(r"[^0-9]", "", text) if _WHOLE.fullmatch(text.strip()) else ""


routes = [
    Route(f"{PATH}/{{round_id}}/publish", publish, methods=["GET", "POST"]),
    Route(f"{PATH}/{{round_id}}/undo", undo, methods=["POST"]),
    Route(f"{PATH}/{{round_id}}/discard", discard, methods=["POST"]),
]
