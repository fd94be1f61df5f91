"""Joining as a city or a partner: the address first, then step by step behind the link that is mailed to it.

Invariant: nothing that was typed is lost; a form that is sent twice counts once. The secret of a link stands in the
addresses of its own pages only: no cache keeps them, and a page that is opened changes nothing.
"""

from functools import partial
from http import HTTPStatus
from secrets import token_urlsafe
from typing import Final

from isopolity.client import registry
from isopolity.client.registry.models import DraftDocument, DraftHandIn, DraftLink, DraftStep, NewDraft
from isopolity.portal.adapters.service_apis import ChangedMeanwhile
from isopolity.portal.application.form_help import Looked
from isopolity.portal.domain.steps.fields import Form
from isopolity.portal.domain.steps.order import APPLICATION_STEPS, missing, problems_of, profile_of, stated_in
from isopolity.portal.domain.steps.people import other_rows
from isopolity.portal.domain.steps.step import Step
from isopolity.portal.domain.typed_values import number_in
from isopolity.portal.entrypoints.http.forms.page_form import PageForm, behind_link
from isopolity.portal.entrypoints.http.pages import (
    Request,
    Response,
    Route,
    apis_of_anybody,
    language_of,
    page,
    see_other,
)
from isopolity.portal.entrypoints.http.profile_steps import asked_for, contradictions, step_page
from isopolity.portal.entrypoints.reader_languages import keep_language

_CHANGE: Final = "change"
_BACK: Final = "back"


async def ask(request: Request) -> Response:
    """The form that starts an application: the kind of member, and the address for the link."""
    form = await PageForm.of(request)
    wanted = NewDraft(member_kind=form["member_kind"], email=form["email"], language=language_of(request))
    mailed = apis_of_anybody(request).send
    if form.was_sent and await form.done(mailed(registry.drafts.create(wanted), key=form["key"] or None)):
        return page(request, "join-sent.html", here="join", email=wanted.email)
    filled = form.filled({"member_kind": request.query_params.get("kind", "city"), "key": token_urlsafe()})
    return form.page(request, "join.html", here="join", filled=filled)


async def overview(request: Request) -> Response:
    """All steps with what they state, what is left to do, and the button that hands it in."""
    draft = await _opened(request)
    form = await PageForm.of(request)
    return _ended(request) if draft is None else _overview(request, draft, form, {"key": token_urlsafe()})


async def step(request: Request) -> Response:
    """The form of one step, and what it saves."""
    if (draft := await _opened(request)) is None:
        return _ended(request)
    wanted = APPLICATION_STEPS[draft.member_kind].get(request.url.path.rpartition("/")[2])
    if wanted is None:
        return see_other(_address(request))
    form = await PageForm.of(request)
    answer = (
        {"answer": form.fields["answer"]} if form["answer"] else {}
    )  # to the office: it goes along until it is sent
    if not form.was_sent or form["do"] == _CHANGE:
        return _rendered(request, draft, wanted, form, {**wanted.filled(profile_of(draft)), **answer})
    if form["do"] == _BACK:
        return _overview(request, draft, form, {"key": token_urlsafe(), **answer})
    if (asked := await asked_for(form.fields)) is not None:
        return _rendered(request, draft, wanted, form, asked.form, found=asked)
    if wrong := contradictions(request, wanted, form.fields):
        form.refuse(wrong)
        return _rendered(request, draft, wanted, form, form.fields)
    named = partial(problems_of, step=wanted, form=form.fields)
    saved = await form.answer(_save(request, draft, wanted, form), named, may_be_gone=True)
    if form.is_gone:
        return _ended(request)
    if form.is_stale and wanted.is_in(profile_of(draft), form.fields):
        saved = draft
    if saved is None:
        newer = {"version": str(draft.version)} if form.is_stale else {}
        return _rendered(request, draft, wanted, form, {**form.fields, **newer})
    following = missing(saved)
    if answer and not following:
        return _overview(request, saved, form, {"key": token_urlsafe(), **answer})
    return see_other(_address(request, *following[:1]))


async def hand_in(request: Request) -> Response:
    """The application that the draft becomes."""
    form = await PageForm.of(request)
    if await form.done(_hand_in(request, form), may_be_gone=True):
        return page(request, "join-handed-in.html", here="join", was_asked=bool(form["asked"]))
    draft = None if form.is_gone else await _opened(request)
    return _ended(request) if draft is None else _overview(request, draft, form, form.fields)


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
    opened = registry.drafts.open(DraftLink(secret=_secret(request)))
    draft = await behind_link(apis_of_anybody(request).send(opened))
    if draft is not None:
        keep_language(request, draft.language)
    return draft


async def _save(request: Request, draft: DraftDocument, wanted: Step, form: PageForm) -> DraftDocument:
    """Raises ChangedMeanwhile, NotAllowed, NothingThere."""
    stated = stated_in(wanted, form.fields, draft)
    step_now = DraftStep(secret=_secret(request), version=_version(form), step=wanted.name, fields=stated)
    return await apis_of_anybody(request).send(registry.drafts.save(step_now))


async def _hand_in(request: Request, form: PageForm) -> None:
    """Raises ChangedMeanwhile, NotAllowed, NothingThere."""
    body = DraftHandIn(secret=_secret(request), version=_version(form))
    if form["answer"]:
        body = body.model_copy(update={"answer": form["answer"]})
    await apis_of_anybody(request).send(registry.drafts.hand_in(body), key=form["key"] or None)


def _version(form: PageForm) -> int:
    """The version that the form was made from. Raises ChangedMeanwhile."""
    seen = number_in(form["version"])
    if not isinstance(seen, int) or seen < 1:
        raise ChangedMeanwhile("version")
    return seen


def _secret(request: Request) -> str:
    return str(request.path_params["secret"])


def _address(request: Request, *more: str) -> str:
    return "/".join(("/join", _secret(request), *more))


def _ended(request: Request) -> Response:
    return page(request, "join-ended.html", HTTPStatus.GONE, here="join", was_deleted=False, was_asked=False)


def _overview(request: Request, draft: DraftDocument, form: PageForm, filled: Form) -> Response:
    kind = draft.member_kind
    return form.page(
        request,
        "join-draft.html",
        here="join",
        secret=_secret(request),
        draft=draft,
        member_kind=kind,
        steps=list(APPLICATION_STEPS[kind]),
        missing=missing(draft),
        profile=profile_of(draft),
        key=filled.get("key", ""),
        filled=filled,
        problem="" if "answer" in form.problems else form.sentence,
        question=draft.question,
        scripts=("left.js",) if draft.question else (),
    )


def _rendered(
    request: Request, draft: DraftDocument, wanted: Step, form: PageForm, filled: Form, found: Looked | None = None
) -> Response:
    kind = draft.member_kind
    return step_page(
        request,
        wanted,
        kind,
        {"version": str(draft.version), **filled},
        status=form.status,
        looked=found,
        problems=form.problems,
        frame="join-step.html",
        here="join",
        profile=profile_of(draft),
        others=other_rows(filled),
        is_stale=form.is_stale,
        secret=_secret(request),
        draft=draft,
        steps=list(APPLICATION_STEPS[kind]),
    )


_BOTH: Final = ["GET", "POST"]
_NAMES: Final = dict.fromkeys(name for steps in APPLICATION_STEPS.values() for name in steps)


routes = [
    Route("/join", ask, methods=_BOTH),
    Route("/join/{secret}", overview),
    *(Route(f"/join/{{secret}}/{name}", step, methods=_BOTH) for name in _NAMES),
    Route("/join/{secret}/hand-in", hand_in, methods=["POST"]),
    Route("/join/{secret}/forget", forget, methods=_BOTH),
]
