"""A member's profile by steps, changed by whoever has signed in for it.

Invariant: nothing that was typed is lost: a wrong field, or a change of somebody else, shows the form as it was filled
in.
"""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from isopolity.portal.adapters.service_apis import ChangedMeanwhile, NotAllowed, NothingThere, ServiceApis
from isopolity.portal.application.filling.looking import Looked
from isopolity.portal.domain.interests import number_in
from isopolity.portal.domain.session import Account
from isopolity.portal.domain.steps.fields import Form
from isopolity.portal.domain.steps.order import STEPS
from isopolity.portal.domain.steps.standing import Standing
from isopolity.portal.domain.steps.step import Step
from isopolity.portal.entrypoints.http.rendering import page
from isopolity.portal.entrypoints.http.steps import asked_for, step_page
from isopolity.portal.entrypoints.http.visitors import apis_of, session_of

_PATH: Final = "/me/profile"
_SEE_OTHER: Final = 303
_UNPROCESSABLE: Final = 422
_CONFLICT: Final = 409
_READS_ONLY: Final = "approver"


async def own_profile(request: Request) -> Response:
    """The steps, and what each of them holds now."""
    account = _editor(request)
    if account is None:
        return _elsewhere(request)
    standing = await _standing(apis_of(request), account)
    kind = str(account.member_kind)
    values: dict[str, Any] = {"account": account, "member_kind": kind, "standing": standing, "steps": list(STEPS[kind])}
    return page(request, "own-profile.html", here="me", **values)


async def own_step(request: Request) -> Response:
    """The form of one step, and its change."""
    account = _editor(request)
    if account is None:
        return _elsewhere(request)
    step = STEPS[str(account.member_kind)].get(request.url.path.rpartition("/")[2])
    if step is None:
        return RedirectResponse(_PATH, _SEE_OTHER)
    apis = apis_of(request)
    standing = await _standing(apis, account)
    if request.method == "GET":
        form = {**step.shown(standing.profile), "version": standing.version}
        return _shown(request, step, account, standing, form, was_saved="saved" in request.query_params)
    form = request.state.form
    if (asked := await asked_for(form)) is not None:
        return _shown(request, step, account, standing, asked.form, found=asked)
    try:
        await _save(apis, step, account, standing, form)
    except NotAllowed as refused:
        problems = step.problems(refused.fields, form) or {"": str(refused)}
        return _shown(request, step, account, standing, form, status=_UNPROCESSABLE, problems=problems)
    except ChangedMeanwhile:
        standing = await _standing(apis, account)
        if not step.is_in(standing.profile, form):
            newer = {**form, "version": standing.version}
            return _shown(request, step, account, standing, newer, status=_CONFLICT, is_stale=True)
    return RedirectResponse(f"{_PATH}/{step.name}?saved=1", _SEE_OTHER)


async def _standing(apis: ServiceApis, account: Account) -> Standing:
    member, change = await asyncio.gather(apis.get("registry", _address(account)), _last_change(apis, account))
    return Standing.of(member, change)


async def _last_change(apis: ServiceApis, account: Account) -> Any:
    try:
        return await apis.get("registry", f"/changes/{account.member_id}")
    except NothingThere:
        return None


async def _save(apis: ServiceApis, step: Step, account: Account, standing: Standing, form: Form) -> None:
    """Change the version that the form was made from. Raises ChangedMeanwhile, NotAllowed."""
    version, _, change = form.get("version", "").partition(".")
    seen = number_in(version)
    if change != str(standing.change) or not isinstance(seen, int):
        raise ChangedMeanwhile(account.member_id)
    await apis.patch("registry", _address(account), step.change(form), seen)


def _address(account: Account) -> str:
    return f"/{'cities' if account.member_kind == 'city' else 'partners'}/{account.member_id}"


def _editor(request: Request) -> Account | None:
    """The account of a member as which the visitor may change its profile; None for others."""
    session = session_of(request)
    account = None if session is None else session.account
    return account if account is not None and account.member_kind in STEPS and account.role != _READS_ONLY else None


def _elsewhere(request: Request) -> Response:
    return RedirectResponse("/me" if session_of(request) else "/sign-in", _SEE_OTHER)


def _shown(
    request: Request,
    step: Step,
    account: Account,
    standing: Standing,
    form: Form,
    *,
    status: int = 200,
    found: Looked | None = None,
    problems: Mapping[str, str] | None = None,
    was_saved: bool = False,
    is_stale: bool = False,
) -> Response:
    return step_page(
        request,
        step,
        str(account.member_kind),
        form,
        status=status,
        looked=found,
        problems=problems,
        frame="own-step.html",
        here="me",
        account=account,
        standing=standing,
        was_saved=was_saved,
        is_stale=is_stale,
    )


_NAMES: Final = dict.fromkeys(name for steps in STEPS.values() for name in steps)
routes = [
    Route(_PATH, own_profile),
    *(Route(f"{_PATH}/{name}", own_step, methods=["GET", "POST"]) for name in _NAMES),
]
