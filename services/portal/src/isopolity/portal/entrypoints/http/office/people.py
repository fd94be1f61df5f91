"""Who is staff, with which rights: somebody is added, gets other rights or another app, is taken off.

Invariant: an enrolment code is shown once, to the visitor who added, reset or confirmed the person, not to the person.
Rights of operators are shown and given only where the visitor is an operator with all of them. A change that would give
a visitor more rights waits here until another keeper of the list confirms it.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from isopolity.client import operations, registry
from isopolity.client.registry.models import EnrolmentCode, ListedPerson, NewPerson, PersonDocument, WaitingRequest
from isopolity.identity.actors import OFFICE_SCOPES, WHOLE, whole_of
from isopolity.identity.addresses import address_key
from isopolity.portal.adapters.service_apis import NothingThere
from isopolity.portal.entrypoints.http.admission import MANAGE, for_staff_to
from isopolity.portal.entrypoints.http.forms.page_form import PageForm, as_a_whole, if_answered
from isopolity.portal.entrypoints.http.pages import Account, Request, Response, Route, apis_of, page, see_other

PATH: Final = "/office/people"
_STAFF, _OPERATOR = WHOLE
_USUAL: Final = {"language": "en", "staff:read": "1"}
_DECISIONS: Final = ("confirm", "refuse")
"""Decisions about another person's request."""
_DONE: Final = ("added", "changed", "removed", "waits", "refused")


@for_staff_to(MANAGE)
async def people(request: Request, account: Account) -> Response:
    """Everybody with a right of staff, and the form to add somebody."""
    form = await PageForm.of(request, account)
    if not form.was_sent:
        return await _listed(request, account, form)
    if form["do"] in _DECISIONS:
        return await _decided(request, account, form["do"], form["request_id"] or "-")
    scopes = _scopes(form.fields, account)
    wanted = NewPerson(name=form["name"], email=form["email"], language=form["language"], scopes=scopes)
    there = await form.answer(_there(request, wanted), _named)
    if there is not None or form.is_refused:
        return await _listed(request, account, form, there)
    added = await form.answer(apis_of(request).send(registry.people.create(wanted)), _named)
    if added is None:
        return await _listed(request, account, form)
    return await _done(request, added, "added")


async def _decided(request: Request, account: Account, do: str, asked: str) -> Response:
    """Confirm or refuse another person's request; the page says what came of it."""
    form, apis = PageForm(None, was_sent=True), apis_of(request)
    if do == "confirm":
        confirmed = await form.answer(apis.send(registry.people.confirm(asked)), as_a_whole)
        if confirmed is not None:
            return await _done(request, confirmed, "changed")
    elif await form.done(apis.send(registry.people.refuse(asked)), as_a_whole):
        return see_other(f"{PATH}?done=refused")
    return await _listed(request, account, form)


async def _done(request: Request, answer: ListedPerson | WaitingRequest, done: str) -> Response:
    """The page after a change: the enrolment code in registry's `answer`, or the list, which says what was done."""
    if isinstance(answer, WaitingRequest):
        return see_other(f"{PATH}?done=waits")
    if answer.enrolment_code:
        return await _handed_over(request, answer, answer.enrolment_code)
    return see_other(f"{PATH}?done={done}")


@for_staff_to(MANAGE)
async def person(request: Request, account: Account) -> Response:
    """One person: other rights, another app, or off the list."""
    if not account.may(MANAGE):
        return await _listed(request, account, PageForm(None, was_sent=False))
    found = await _found(request, account)
    form = await PageForm.of(request, account)
    acted = await form.answer(_act(request, account, found, form), _named) if form.was_sent else None
    return await _rendered(request, account, found, form) if acted is None else acted


async def _act(request: Request, account: Account, found: PersonDocument, form: PageForm) -> Response:
    """Do what the form says. Raises NotAllowed, NothingThere."""
    apis = apis_of(request)
    if form["do"] == "remove":
        await apis.send(registry.people.delete(found.person_id))
        return see_other(f"{PATH}?done=removed")
    if form["do"] == "app":
        reset = await apis.send(registry.people.reset_second_factor(found.person_id))
        if isinstance(reset, EnrolmentCode):
            return await _handed_over(request, found, reset.enrolment_code)
        return await _done(request, reset, "")
    same = {"name": found.name, "email": found.email, "language": found.language}
    made = await apis.send(registry.people.create(NewPerson(**same, scopes=_scopes(form.fields, account))))
    return await _done(request, made, "changed")


async def _handed_over(request: Request, person: PersonDocument | ListedPerson, code: str) -> Response:
    """The enrolment code, which this page alone shows: a redirect would carry it in its address."""
    return page(request, "office/people/code.html", person=person, code=code)


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


def _named(faults: Mapping[str, str]) -> Mapping[str, str]:
    """Problems by field; those of any scope are under `scopes`."""
    return {pointer.split("/")[1]: sentence for pointer, sentence in faults.items()}


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


async def _listed(request: Request, account: Account, form: PageForm, there: PersonDocument | None = None) -> Response:
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
        HTTPStatus.UNPROCESSABLE_ENTITY if there else form.status,
        people=listed,
        may_change=[one.person_id for one in listed if _may_change(one, account)],
        waiting=waiting,
        names={one.person_id: one.name for one in listed},
        is_only_keeper=not any(account.account_id != one.person_id and _keeps_the_list(one) for one in listed),
        given=_given_by(account),
        filled=form.fields or _USUAL,
        problems=form.problems,
        there=there,
        done=done if done in _DONE else "",
        asks_for_app=await _asks_for_app(request) if done == "added" else False,
    )


async def _asks_for_app(request: Request) -> bool:
    """Whether staff signs in with an app that shows codes; where registry does not tell, it is said to."""
    held = await if_answered(apis_of(request).send(operations.settings.list("registry")))
    settings = [] if held is None else held.items
    return next((bool(each.value) for each in settings if each.name == "staff_second_factor"), True)


async def _rendered(request: Request, account: Account, found: PersonDocument, form: PageForm) -> Response:
    return form.page(
        request,
        "office/people/person.html",
        person=found,
        asks_for_app=await _asks_for_app(request),
        is_own=found.person_id == account.account_id,
        given=_given_by(account),
        filled=form.fields or dict.fromkeys(found.scopes, "1"),
    )


routes = [Route(PATH, people, methods=["GET", "POST"]), Route(f"{PATH}/{{person_id}}", person, methods=["GET", "POST"])]
