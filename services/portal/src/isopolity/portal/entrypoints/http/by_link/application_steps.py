"""Joining as a city or a partner: the address first, then step by step behind the link that is mailed to it.

Invariant: nothing that was typed is lost; a form that is sent twice counts once. The secret of a link stands in the
addresses of its own pages only: no cache keeps them, and a page that is opened changes nothing.
"""

from collections.abc import Mapping
from http import HTTPStatus
from secrets import token_urlsafe
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from isopolity.client import registry
from isopolity.client.registry.models import DraftDocument, DraftHandIn, DraftLink, DraftStep, NewDraft
from isopolity.portal.adapters.service_apis import AskedTooOften, ChangedMeanwhile, NotAllowed, NothingThere
from isopolity.portal.application.form_help.lookups import Looked
from isopolity.portal.domain.application_draft import STEPS, missing, problems_of, profile_of, stated_in
from isopolity.portal.domain.interests import number_in
from isopolity.portal.domain.steps.fields import Form
from isopolity.portal.domain.steps.people import other_rows
from isopolity.portal.domain.steps.step import Step
from isopolity.portal.entrypoints.http.rendering import page
from isopolity.portal.entrypoints.http.steps import asked_for, step_page
from isopolity.portal.entrypoints.http.visitors import apis_of_anybody

_CHANGE: Final = "change"
_BACK: Final = "back"


async def ask(request: Request) -> Response:
    """What one is, and the address that the link goes to."""
    if request.method == "GET":
        kind = request.query_params.get("kind", "city")
        filled = {"member_kind": kind, "key": token_urlsafe()}
        return page(request, "join.html", here="join", filled=filled, problems={})
    form: dict[str, str] = request.state.form
    email = form.get("email", "").strip()
    wanted = NewDraft(member_kind=form.get("member_kind", ""), email=email)
    try:
        await apis_of_anybody(request).send(registry.drafts.create(wanted), key=form.get("key") or None)
    except NotAllowed as refused:
        problems = {pointer.strip("/"): detail for pointer, detail in refused.fields.items()} or {"": str(refused)}
        return page(request, "join.html", HTTPStatus.UNPROCESSABLE_ENTITY, here="join", filled=form, problems=problems)
    return page(request, "join-sent.html", here="join", email=email)


async def overview(request: Request) -> Response:
    """All steps with what they state, what is left to do, and the button that hands it in."""
    draft = await _opened(request)
    return _ended(request) if draft is None else _overview(request, draft, {"key": token_urlsafe()})


async def step(request: Request) -> Response:
    """The form of one step, and what it saves."""
    if (draft := await _opened(request)) is None:
        return _ended(request)
    wanted = STEPS[draft.member_kind].get(request.url.path.rpartition("/")[2])
    if wanted is None:
        return RedirectResponse(_address(request), HTTPStatus.SEE_OTHER)
    if request.method == "GET":
        return _shown(request, draft, wanted, wanted.shown(profile_of(draft)))
    form: dict[str, str] = request.state.form
    answer = {"answer": form["answer"]} if form.get("answer") else {}  # to the office: it goes along until it is sent
    if form.get("do") == _CHANGE:
        return _shown(request, draft, wanted, {**wanted.shown(profile_of(draft)), **answer})
    if form.get("do") == _BACK:
        return _overview(request, draft, {"key": token_urlsafe(), **answer})
    if (asked := await asked_for(form)) is not None:
        return _shown(request, draft, wanted, asked.form, found=asked)
    try:
        saved = await _save(request, draft, wanted, form)
    except NothingThere:
        return _ended(request)
    except NotAllowed as refused:
        problems = problems_of(refused.fields, wanted, form) or {"": str(refused)}
        return _shown(request, draft, wanted, form, status=HTTPStatus.UNPROCESSABLE_ENTITY, problems=problems)
    except ChangedMeanwhile:
        if not wanted.is_in(profile_of(draft), form):
            newer = {**form, "version": str(draft.version)}
            return _shown(request, draft, wanted, newer, status=HTTPStatus.CONFLICT, is_stale=True)
        saved = draft
    following = missing(saved)
    if answer and not following:
        return _overview(request, saved, {"key": token_urlsafe(), **answer})
    return RedirectResponse(_address(request, *following[:1]), HTTPStatus.SEE_OTHER)


async def hand_in(request: Request) -> Response:
    """The application that the draft becomes."""
    form: dict[str, str] = request.state.form
    answer = form.get("answer", "").strip()
    try:
        secret, version = _secret(request), _version(form)
        body = (
            DraftHandIn(secret=secret, version=version, answer=answer)
            if answer
            else DraftHandIn(secret=secret, version=version)
        )
        await apis_of_anybody(request).send(registry.drafts.hand_in(body), key=form.get("key") or None)
    except NothingThere:
        return _ended(request)
    except (NotAllowed, ChangedMeanwhile) as refused:
        if (draft := await _opened(request)) is None:
            return _ended(request)
        is_stale = isinstance(refused, ChangedMeanwhile)
        faults = (
            {}
            if isinstance(refused, ChangedMeanwhile)
            else {pointer.strip("/"): detail for pointer, detail in refused.fields.items()}
        )
        problem = "" if is_stale or "answer" in faults else str(refused)
        status = HTTPStatus.CONFLICT if is_stale else HTTPStatus.UNPROCESSABLE_ENTITY
        return _overview(request, draft, form, status=status, is_stale=is_stale, problem=problem, problems=faults)
    return page(request, "join-handed-in.html", here="join", was_asked=bool(form.get("asked")))


async def forget(request: Request) -> Response:
    """Whether to delete the draft, and its end."""
    if (draft := await _opened(request)) is None:
        return _ended(request)
    if request.method == "GET":
        return page(
            request,
            "join-forget.html",
            here="join",
            secret=_secret(request),
            profile=profile_of(draft),
            was_asked=bool(draft.question),
        )
    await apis_of_anybody(request).send(registry.drafts.forget(DraftLink(secret=_secret(request))))
    return page(request, "join-ended.html", here="join", was_deleted=True, was_asked=bool(draft.question))


async def _opened(request: Request) -> DraftDocument | None:
    """The draft behind the link of this page; None where the link has ended."""
    try:
        return await apis_of_anybody(request).send(registry.drafts.open(DraftLink(secret=_secret(request))))
    except AskedTooOften:
        raise
    except (NothingThere, NotAllowed):
        return None


async def _save(request: Request, draft: DraftDocument, wanted: Step, form: Form) -> DraftDocument:
    """Raises ChangedMeanwhile, NotAllowed, NothingThere."""
    step_now = DraftStep(
        secret=_secret(request), version=_version(form), step=wanted.name, fields=stated_in(wanted, form, draft)
    )
    return await apis_of_anybody(request).send(registry.drafts.save(step_now))


def _version(form: Form) -> int:
    """The version that the form was made from. Raises ChangedMeanwhile."""
    seen = number_in(form.get("version", ""))
    if not isinstance(seen, int) or seen < 1:
        raise ChangedMeanwhile("version")
    return seen


def _secret(request: Request) -> str:
    return str(request.path_params["secret"])


def _address(request: Request, *more: str) -> str:
    return "/".join(("/join", _secret(request), *more))


def _ended(request: Request) -> Response:
    return page(request, "join-ended.html", HTTPStatus.GONE, here="join", was_deleted=False, was_asked=False)


def _overview(
    request: Request,
    draft: DraftDocument,
    form: Form,
    *,
    status: int = 200,
    is_stale: bool = False,
    problem: str = "",
    problems: Mapping[str, str] | None = None,
) -> Response:
    kind = draft.member_kind
    return page(
        request,
        "join-draft.html",
        status,
        here="join",
        secret=_secret(request),
        draft=draft,
        member_kind=kind,
        steps=list(STEPS[kind]),
        missing=missing(draft),
        profile=profile_of(draft),
        key=form.get("key", ""),
        filled=form,
        is_stale=is_stale,
        problem=problem,
        problems=problems or {},
        question=draft.question,
        script="left.js" if draft.question else None,
    )


def _shown(
    request: Request,
    draft: DraftDocument,
    wanted: Step,
    form: Form,
    *,
    status: int = 200,
    found: Looked | None = None,
    problems: Mapping[str, str] | None = None,
    is_stale: bool = False,
) -> Response:
    kind = draft.member_kind
    return step_page(
        request,
        wanted,
        kind,
        {"version": str(draft.version), **form},
        status=status,
        looked=found,
        problems=problems,
        frame="join-step.html",
        here="join",
        profile=profile_of(draft),
        others=other_rows(form),
        is_stale=is_stale,
        secret=_secret(request),
        draft=draft,
        steps=list(STEPS[kind]),
    )


_BOTH: Final = ["GET", "POST"]
_NAMES: Final = dict.fromkeys(name for steps in STEPS.values() for name in steps)
routes = [
    Route("/join", ask, methods=_BOTH),
    Route("/join/{secret}", overview),
    *(Route(f"/join/{{secret}}/{name}", step, methods=_BOTH) for name in _NAMES),
    Route("/join/{secret}/hand-in", hand_in, methods=["POST"]),
    Route("/join/{secret}/forget", forget, methods=_BOTH),
]
