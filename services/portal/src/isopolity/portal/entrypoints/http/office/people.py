"""Who is staff, with which rights: somebody is added, gets other rights or another app, is taken off.

Invariant: an enrolment code is shown once, to the visitor who added, reset or confirmed the person, not to the person.
Rights of operators are shown and given only where the visitor is an operator with all of them. A change that would give
a visitor more rights waits here until another keeper of the list confirms it.
"""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from isopolity.mail_addresses import address_key
from isopolity.portal.adapters.service_apis import NotAllowed, NotForThisVisitor, NothingThere, ServiceAway
from isopolity.portal.domain.session import Account
from isopolity.portal.entrypoints.http.kept_forms import typed_before
from isopolity.portal.entrypoints.http.office.admission import MANAGE, for_staff_to
from isopolity.portal.entrypoints.http.rendering import page
from isopolity.portal.entrypoints.http.visitors import apis_of
from isopolity.rights import OFFICE_SCOPES, WHOLE, whole_of

PATH: Final = "/office/people"
_STAFF, _OPERATOR = WHOLE
_FIELDS: Final = ("name", "email", "language")
_USUAL: Final = {"language": "en", "staff:read": "1"}
_DONE: Final = ("added", "changed", "removed", "waits", "refused")
_SEE_OTHER: Final = 303
_UNPROCESSABLE: Final = 422


@for_staff_to(MANAGE)
async def people(request: Request, account: Account) -> Response:
    """Everybody with a right of staff, and the form to add somebody."""
    if request.method == "GET":
        return await _listed(request, account, await typed_before(request, account))
    filled = request.state.form
    if decided := await _decided(request, account, filled):
        return decided
    wanted = {name: filled.get(name, "").strip() for name in _FIELDS} | {"scopes": _scopes(filled, account)}
    try:
        if there := await _there(request, wanted):
            return await _listed(request, account, filled, there=there)
        added = await apis_of(request).post("registry", "/people", wanted)
    except NotForThisVisitor:
        raise
    except NotAllowed as refused:
        return await _listed(request, account, filled, _problems(refused))
    return await _done(request, account, added, "added")


async def _decided(request: Request, account: Account, filled: Mapping[str, str]) -> Response | None:
    """The answer to a form that confirms or refuses another person's request; None for another form."""
    do, asked = filled.get("do"), quote(filled.get("request_id", "") or "-", safe="")
    if do not in ("confirm", "refuse"):
        return None
    try:
        done = await apis_of(request).post("registry", f"/people/requests/{asked}/{do}")
    except (NotForThisVisitor, NothingThere):
        raise
    except NotAllowed as refused:
        return await _listed(request, account, problems={"": str(refused)})
    return await _done(request, account, done or {}, "changed" if do == "confirm" else "refused")


async def _done(request: Request, account: Account, answer: Mapping[str, Any], done: str) -> Response:
    """The page after a change: the enrolment code in registry's `answer`, or the list, which says what was done."""
    if answer.get("enrolment_code"):
        return await _handed_over(request, account, answer, answer["enrolment_code"])
    return RedirectResponse(f"{PATH}?done={'waits' if 'request_id' in answer else done}", _SEE_OTHER)


@for_staff_to(MANAGE)
async def person(request: Request, account: Account) -> Response:
    """One person: other rights, another app, or off the list."""
    if not account.may(MANAGE):
        return await _listed(request, account)
    found = await _found(request, account)
    if request.method == "GET":
        return await _shown(request, account, found, await typed_before(request, account))
    filled, apis, path = request.state.form, apis_of(request), f"/people/{found['person_id']}"
    do = filled.get("do")
    try:
        if do == "remove":
            await apis.delete("registry", path)
        elif do == "app":
            return await _done(
                request, account, {**found, **await apis.post("registry", f"{path}/reset-second-factor")}, ""
            )
        else:
            same = {name: found[name] for name in _FIELDS}
            made = await apis.post("registry", "/people", same | {"scopes": _scopes(filled, account)})
            return await _done(request, account, made, "changed")
    except NotForThisVisitor:
        raise
    except NotAllowed as refused:
        return await _shown(request, account, found, filled, _problems(refused))
    return RedirectResponse(f"{PATH}?done=removed", _SEE_OTHER)


async def _handed_over(request: Request, account: Account, person: Mapping[str, Any], code: str) -> Response:
    """The enrolment code, which this page alone shows: a redirect would carry it in its address."""
    return page(request, "office/people/code.html", here="me", account=account, person=person, code=code)


async def _there(request: Request, wanted: Mapping[str, Any]) -> Any:
    """Who has the address already; None where nobody has it, or the form was sent again and has been done."""
    address = address_key(wanted["email"])
    people = (await apis_of(request).get("registry", "/people"))["items"]
    there = next((one for one in people if address_key(one["email"]) == address), None)
    told = {**wanted, "scopes": sorted(wanted["scopes"])}
    same = there and all(told[name] == there[name] for name in _FIELDS) and told["scopes"] == sorted(there["scopes"])
    return None if same else there


def _scopes(filled: Mapping[str, str], account: Account) -> list[str]:
    """The rights that are ticked, of those that the visitor may give."""
    return [scope for scope in _given_by(account) if filled.get(scope)]


def _given_by(account: Account) -> list[str]:
    """The rights that the visitor may give."""
    return [scope for scope in OFFICE_SCOPES if whole_of(scope) == _STAFF or account.may(_OPERATOR)]


def _problems(refused: NotAllowed) -> dict[str, str]:
    """What is wrong, by field; each scope is one field."""
    return {pointer.split("/")[1]: told for pointer, told in refused.fields.items()} or {"": str(refused)}


async def _found(request: Request, account: Account) -> Any:
    """The person that the address names. Raises NothingThere."""
    wanted = request.path_params["person_id"]
    listed = (await apis_of(request).get("registry", "/people"))["items"]
    found = next((one for one in listed if one["person_id"] == wanted and _may_change(one, account)), None)
    if found is None:
        raise NothingThere(wanted)
    return found


def _may_change(person: Mapping[str, Any], account: Account) -> bool:
    return account.may(_OPERATOR) or all(whole_of(scope) == _STAFF for scope in person["scopes"])


def _keeps_the_list(person: Mapping[str, Any]) -> bool:
    return any(scope in person["scopes"] for scope in (_STAFF, MANAGE))


async def _listed(
    request: Request,
    account: Account,
    filled: Mapping[str, str] | None = None,
    problems: Mapping[str, str] | None = None,
    there: Mapping[str, Any] | None = None,
) -> Response:
    """The list, and who was `there` already where somebody was to be added.

    Without the right to manage it is what the rights mean, and the visitor's own.
    """
    told = (await apis_of(request).get("registry", "/people"))["items"] if account.may(MANAGE) else []
    waiting = await _waiting(request) if account.may(MANAGE) else []
    names = {one["person_id"]: one["name"] for one in told}
    done = request.query_params.get("done", "")
    return page(
        request,
        "office/people/list.html",
        _UNPROCESSABLE if problems or there else 200,
        here="me",
        account=account,
        people=[{**one, "may_change": _may_change(one, account)} for one in told],
        waiting=[
            {**one, "asker": names.get(one["asked_by"], ""), "is_own": one["asked_by"] == account.account_id}
            for one in waiting
        ],
        is_only_keeper=not any(account.account_id != one["person_id"] and _keeps_the_list(one) for one in told),
        given=_given_by(account),
        filled=filled or _USUAL,
        problems=problems or {},
        there={**there, "may_change": _may_change(there, account)} if there else None,
        done=done if done in _DONE else "",
        asks_for_app=await _asks_for_app(request) if done == "added" else False,
    )


async def _waiting(request: Request) -> list[dict[str, Any]]:
    """Requests that wait for a second person; none at a registry of the release before."""
    with suppress(NothingThere):
        return list((await apis_of(request).get("registry", "/people/requests"))["items"])
    return []


async def _asks_for_app(request: Request) -> bool:
    """Whether staff signs in with an app that shows codes; where registry does not tell, it is said to."""
    try:
        held = (await apis_of(request).get("registry", "/settings"))["items"]
    except (ServiceAway, NotAllowed, NothingThere):
        return True
    return next((bool(each["value"]) for each in held if each["name"] == "staff_second_factor"), True)


async def _shown(
    request: Request,
    account: Account,
    found: Mapping[str, Any],
    filled: Mapping[str, str] | None = None,
    problems: Mapping[str, str] | None = None,
) -> Response:
    return page(
        request,
        "office/people/person.html",
        _UNPROCESSABLE if problems else 200,
        here="me",
        person=found,
        asks_for_app=await _asks_for_app(request),
        is_own=found["person_id"] == account.account_id,
        given=_given_by(account),
        filled=filled or dict.fromkeys(found["scopes"], "1"),
        problems=problems or {},
    )


routes = [
    Route(PATH, people, methods=["GET", "POST"]),
    Route(f"{PATH}/{{person_id}}", person, methods=["GET", "POST"]),
]
