"""A member's profile by steps, changed by whoever has signed in for it.

Invariant: nothing that was typed is lost: a wrong field, or a change of somebody else, shows the form as it was filled
in.
"""

import asyncio
from functools import partial
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from isopolity.client import registry
from isopolity.portal.adapters.members import change_member, read_member
from isopolity.portal.adapters.service_apis import ChangedMeanwhile, NotAllowed, ServiceApis
from isopolity.portal.application.form_help.lookups import BUTTON, Looked
from isopolity.portal.domain.interests import number_in
from isopolity.portal.domain.session import Account
from isopolity.portal.domain.steps.effect import Effect
from isopolity.portal.domain.steps.fields import Form
from isopolity.portal.domain.steps.interest_rows import PARTS
from isopolity.portal.domain.steps.order import STEPS
from isopolity.portal.domain.steps.stated_profile import StatedProfile
from isopolity.portal.domain.steps.step import Step
from isopolity.portal.entrypoints.http.forms.optional_answers import if_there, unless
from isopolity.portal.entrypoints.http.forms.page_form import PageForm, see_other
from isopolity.portal.entrypoints.http.own.admission import for_editors
from isopolity.portal.entrypoints.http.own.asked_requests import asked_of
from isopolity.portal.entrypoints.http.own.effects import Stated, effect_of, stated_in
from isopolity.portal.entrypoints.http.rendering import page
from isopolity.portal.entrypoints.http.steps import asked_for, step_page
from isopolity.portal.entrypoints.http.visitors import apis_of

_PATH: Final = "/me/profile"
_NEEDS: Final = "needs"
_TRY: Final = "try"
"""The button that tells what a change of needs and offers would do."""


@for_editors
async def own_profile(request: Request, account: Account) -> Response:
    """The steps, and what each of them holds now."""
    apis = apis_of(request)
    standing, asked = await asyncio.gather(_standing(apis, account), asked_of(apis, account))
    kind = str(account.member_kind)
    return page(
        request,
        "own-profile.html",
        here="me",
        account=account,
        member_kind=kind,
        standing=standing,
        steps=list(STEPS[kind]),
        asked=asked,
    )


async def change_step(request: Request, account: Account) -> Response:
    """The form of one step of the account's member, what it would change, and its change.

    The step is the last part of the address; before it lies the page that shows all of them.
    """
    all_steps, _, name = request.url.path.rpartition("/")
    step = STEPS[str(account.member_kind)].get(name)
    if step is None:
        return see_other(all_steps)
    standing = await _standing(apis_of(request), account)
    form = await PageForm.of(request, account)
    shown = partial(_shown, request, step, account, form)
    if not form.was_sent:
        if form.typed is not None:
            return shown(standing, form.typed)
        filled = {**step.filled(standing.profile), "version": standing.version}
        effect = await _saved_effect(request, account, standing)
        return shown(standing, filled, was_saved="saved" in request.query_params, effect=effect)
    if (asked := await asked_for(form.fields)) is not None:
        return shown(standing, asked.form, found=asked)
    named = partial(step.problems, form=form.fields)
    if form[BUTTON] == _TRY and step.name == _NEEDS:
        supposed = stated_in(step.change(form.fields))
        tried = effect_of(apis_of(request), account.member, stated_in(standing.member), supposed)
        effect = await form.answer(tried, named)
        return shown(standing, form.fields, effect=effect, was_tried=not form.is_refused)
    is_saved = await form.done(_save(apis_of(request), step, account, standing, form), named)
    filled = dict(form.fields)
    if form.is_stale:
        standing = await _standing(apis_of(request), account)
        is_saved = step.is_in(standing.profile, form.fields)  # sent again it is there already
        filled["version"] = standing.version
    if not is_saved:
        return shown(standing, filled)
    before = stated_in(standing.member) if step.name == _NEEDS else {}
    return RedirectResponse(
        f"{request.url.path}?{urlencode({'saved': '1', **before}, doseq=True)}", HTTPStatus.SEE_OTHER
    )


own_step = for_editors(change_step)
"""A step for whoever has signed in for the member."""


async def _saved_effect(request: Request, account: Account, standing: StatedProfile) -> Effect | None:
    """What a change of needs and offers did, where the address tells what stood before it."""
    before: Stated = {kind: request.query_params.getlist(kind) for kind in PARTS}
    now = stated_in(standing.member)
    if not all(before.values()) or before == now:
        return None
    seen = effect_of(apis_of(request), account.member, before, now)
    return await unless(seen, NotAllowed)  # the address may be of somebody's making


async def _standing(apis: ServiceApis, account: Account) -> StatedProfile:
    member, change = await asyncio.gather(
        read_member(apis, account.member_kind, account.member),
        if_there(apis.send(registry.changes.read(account.member))),
    )
    return StatedProfile.of(member, change)


async def _save(apis: ServiceApis, step: Step, account: Account, standing: StatedProfile, form: PageForm) -> None:
    """Change the version that the form was made from. Raises ChangedMeanwhile, NotAllowed."""
    version, _, change = form["version"].partition(".")
    seen = number_in(version)
    if change != str(standing.change) or not isinstance(seen, int):
        raise ChangedMeanwhile(account.member_id)
    await change_member(apis, account.member_kind, account.member, step.change(form.fields), seen)


def _shown(
    request: Request,
    step: Step,
    account: Account,
    form: PageForm,
    standing: StatedProfile,
    filled: Form,
    *,
    found: Looked | None = None,
    effect: Effect | None = None,
    was_tried: bool = False,
    was_saved: bool = False,
) -> Response:
    return step_page(
        request,
        step,
        str(account.member_kind),
        filled,
        status=form.status,
        looked=found,
        problems=form.problems,
        frame="own-step.html",
        here="me",
        all_steps=request.url.path.rpartition("/")[0],
        account=account,
        standing=standing,
        effect=effect,
        was_tried=was_tried,
        was_saved=was_saved,
        is_stale=form.is_stale,
    )


_NAMES: Final = dict.fromkeys(name for steps in STEPS.values() for name in steps)
routes = [
    Route(_PATH, own_profile),
    *(Route(f"{_PATH}/{name}", own_step, methods=["GET", "POST"]) for name in _NAMES),
]
