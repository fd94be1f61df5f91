"""Who is staff, with which rights: somebody is added, gets other rights or another app, is taken off.

Invariant: an enrolment code is shown once, to the visitor who added, reset or confirmed the person, not to the person.
Rights of operators are shown and given only where the visitor is an operator with all of them. A change that would give
a visitor more rights waits here until another keeper of the list confirms it.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from isopolity.client import operations, registry
from isopolity.client.registry.models import EnrolmentCode, ListedPerson, NewPerson, PersonDocument, WaitingRequest
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
_USUAL: Final = {"language": "en", "staff:read": "1"}
_DONE: Final = ("added", "changed", "removed", "waits", "refused")


@for_staff_to(MANAGE)
async def people(request: Request, account: Account) -> Response:
    """Everybody with a right of staff, and the form to add somebody."""
    if request.method == "GET":
        return await _listed(request, account, await typed_before(request, account))
    filled = request.state.form
    if decided := await _decided(request, account, filled):
        return decided
    wanted = NewPerson(
        name=filled.get("name", "").strip(),
        email=filled.get("email", "").strip(),
        language=filled.get("language", "").strip(),
        scopes=_scopes(filled, account),
    )
    try:
        if there := await _there(request, wanted):
            return await _listed(request, account, filled, there=there)
        added = await apis_of(request).send(registry.people.create(wanted))
    except NotForThisVisitor:
        raise
    except NotAllowed as refused:
        return await _listed(request, account, filled, _problems(refused))
    return await _done(request, account, added, "added")


async def _decided(request: Request, account: Account, filled: Mapping[str, str]) -> Response | None:
    """The answer to a form that confirms or refuses another person's request; None for another form."""
    do, asked, apis = filled.get("do"), filled.get("request_id", "") or "-", apis_of(request)
    if do not in ("confirm", "refuse"):
        return None
    try:
        if do == "confirm":
            return await _done(request, account, await apis.send(registry.people.confirm(asked)), "changed")
        await apis.send(registry.people.refuse(asked))
    except (NotForThisVisitor, NothingThere):
        raise
    except NotAllowed as refused:
        return await _listed(request, account, problems={"": str(refused)})
    return RedirectResponse(f"{PATH}?done=refused", HTTPStatus.SEE_OTHER)


async def _done(request: Request, account: Account, answer: ListedPerson | WaitingRequest, done: str) -> Response:
    """The page after a change: the enrolment code in registry's `answer`, or the list, which says what was done."""
    if isinstance(answer, WaitingRequest):
        return RedirectResponse(f"{PATH}?done=waits", HTTPStatus.SEE_OTHER)
    if answer.enrolment_code:
        return await _handed_over(request, account, answer, answer.enrolment_code)
    return RedirectResponse(f"{PATH}?done={done}", HTTPStatus.SEE_OTHER)


@for_staff_to(MANAGE)
async def person(request: Request, account: Account) -> Response:
    """One person: other rights, another app, or off the list."""
    if not account.may(MANAGE):
        return await _listed(request, account)
    found = await _found(request, account)
    if request.method == "GET":
        return await _shown(request, account, found, await typed_before(request, account))
    filled, apis, do = request.state.form, apis_of(request), request.state.form.get("do")
    try:
        if do == "remove":
            await apis.send(registry.people.delete(found.person_id))
            return RedirectResponse(f"{PATH}?done=removed", HTTPStatus.SEE_OTHER)
        if do == "app":
            reset = await apis.send(registry.people.reset_second_factor(found.person_id))
            if isinstance(reset, EnrolmentCode):
                return await _handed_over(request, account, found, reset.enrolment_code)
            return await _done(request, account, reset, "")
        same = {"name": found.name, "email": found.email, "language": found.language}
        made = await apis.send(registry.people.create(NewPerson(**same, scopes=_scopes(filled, account))))
        return await _done(request, account, made, "changed")
    except NotForThisVisitor:
        raise
    except NotAllowed as refused:
        return await _shown(request, account, found, filled, _problems(refused))


async def _handed_over(
    request: Request, account: Account, person: PersonDocument | ListedPerson, code: str
) -> Response:
    """The enrolment code, which this page alone shows: a redirect would carry it in its address."""
    return page(request, "office/people/code.html", here="me", account=account, person=person, code=code)


async def _there(request: Request, wanted: NewPerson) -> PersonDocument | None:
    """Who has the address already; None where nobody has it, or the form was sent again and has been done."""
    address = address_key(wanted.email)
    people = (await apis_of(request).send(registry.people.list())).items
    there = next((one for one in people if address_key(one.email) == address), None)
    return None if there is None or _stated(wanted) == _stated(there) else there


def _stated(person: NewPerson | PersonDocument) -> tuple[str, str, str, list[str]]:
    return person.name, person.email, person.language, sorted(person.scopes)


def _scopes(filled: Mapping[str, str], account: Account) -> list[str]:
    """The rights that are ticked, of those that the visitor may give."""
    return [scope for scope in _given_by(account) if filled.get(scope)]


def _given_by(account: Account) -> list[str]:
    """The rights that the visitor may give."""
    return [scope for scope in OFFICE_SCOPES if whole_of(scope) == _STAFF or account.may(_OPERATOR)]


def _problems(refused: NotAllowed) -> dict[str, str]:
    """What is wrong, by field; each scope is one field."""
    return {pointer.split("/")[1]: sentence for pointer, sentence in refused.fields.items()} or {"": str(refused)}


async def _found(request: Request, account: Account) -> PersonDocument:
    """The person that the address names. Raises NothingThere."""
    wanted = request.path_params["person_id"]
    listed = (await apis_of(request).send(registry.people.list())).items
    found = next((one for one in listed if one.person_id == wanted and _may_change(one, account)), None)
    if found is None:
        raise NothingThere(wanted)
    return found


def _may_change(person: PersonDocument, account: Account) -> bool:
    return account.may(_OPERATOR) or all(whole_of(scope) == _STAFF for scope in person.scopes)


def _keeps_the_list(person: PersonDocument) -> bool:
    return any(scope in person.scopes for scope in (_STAFF, MANAGE))


async def _listed(
    request: Request,
    account: Account,
    filled: Mapping[str, str] | None = None,
    problems: Mapping[str, str] | None = None,
    there: PersonDocument | None = None,
) -> Response:
    """The list, and who was `there` already where somebody was to be added.

    Without the right to manage it is what the rights mean, and the visitor's own.
    """
    apis, may_manage = apis_of(request), account.may(MANAGE)
    listed = (await apis.send(registry.people.list())).items if may_manage else []
    waiting = (await apis.send(registry.people.requests())).items if may_manage else []
    done = request.query_params.get("done", "")
    return page(
        request,
        "office/people/list.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if problems or there else HTTPStatus.OK,
        here="me",
        account=account,
        people=listed,
        may_change=[one.person_id for one in listed if _may_change(one, account)],
        waiting=waiting,
        names={one.person_id: one.name for one in listed},
        is_only_keeper=not any(account.account_id != one.person_id and _keeps_the_list(one) for one in listed),
        given=_given_by(account),
        filled=filled or _USUAL,
        problems=problems or {},
        there=there,
        done=done if done in _DONE else "",
        asks_for_app=await _asks_for_app(request) if done == "added" else False,
    )


async def _asks_for_app(request: Request) -> bool:
    """Whether staff signs in with an app that shows codes; where registry does not tell, it is said to."""
    try:
        held = (await apis_of(request).send(operations.settings.list("registry"))).items
    except (ServiceAway, NotAllowed, NothingThere):
        return True
    return next((bool(each.value) for each in held if each.name == "staff_second_factor"), True)


async def _shown(
    request: Request,
    account: Account,
    found: PersonDocument,
    filled: Mapping[str, str] | None = None,
    problems: Mapping[str, str] | None = None,
) -> Response:
    return page(
        request,
        "office/people/person.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK,
        here="me",
        person=found,
        asks_for_app=await _asks_for_app(request),
        is_own=found.person_id == account.account_id,
        given=_given_by(account),
        filled=filled or dict.fromkeys(found.scopes, "1"),
        problems=problems or {},
    )


routes = [
    Route(PATH, people, methods=["GET", "POST"]),
    Route(f"{PATH}/{{person_id}}", person, methods=["GET", "POST"]),
]
