"""`/registry/v1/people`: staff and operators of the network, who sign in as contacts do.

Invariant: for operators with all rights and, if no right of operators is involved, for staff that may manage; personal
data is in answers to them, never in the audit. A change that gives one of them more rights waits for another one's
confirmation.
"""

from datetime import datetime
from typing import Annotated, Final

from fastapi import Depends, Path, Response
from pydantic import BaseModel

from isopolity.identity.actors import BY_COMMAND, holds
from isopolity.registry.application.access import office as handlers
from isopolity.registry.application.access.sign_ins import HELD, make_sign_in_link
from isopolity.registry.domain.access.account import OfficePerson, OfficeRequest
from isopolity.registry.entrypoints import field_types as f
from isopolity.registry.entrypoints.http.bodies import NewPerson
from isopolity.registry.entrypoints.http.context import MANAGE, Registry
from isopolity.registry.entrypoints.http.replies import uncached_reply
from isopolity.registry.entrypoints.http.routers.people.sessions import Issuer
from isopolity.web.api_documents import Responses, refusals
from isopolity.web.problems import Problem
from isopolity.web.routing import ServiceRouter
from isopolity.web.security import Holder, require
from isopolity.web.tokens import Principal

router = ServiceRouter(prefix="/registry/v1/people")

OPERATOR = "operator"


async def _command(principal: Annotated[Principal, Depends(require(f"{OPERATOR}:manage"))]) -> None:
    """Admits only the command, whose token has no session and names the person who ran it."""
    if not _is_command(principal):
        sentence = "Only the command on the network's machine makes such a link; run `isopolity people link` there."
        raise Problem(403, sentence, code="command-only")


def _is_command(principal: Principal) -> bool:
    return principal.session_id is None and principal.subject.startswith(BY_COMMAND)


async def _keeper(
    principal: Annotated[Principal, Depends(require(MANAGE, f"{OPERATOR}:manage"))], holder: Holder
) -> handlers.Keeper:
    return handlers.Keeper(
        subject=principal.subject,
        is_operator=OPERATOR in principal.scopes,
        scopes=() if holder is None else tuple(holder.scopes),
        is_command=_is_command(principal),
        is_signed_in=principal.session_id is not None,
    )


ListKeeper = Annotated[handlers.Keeper, Depends(_keeper)]
"""Admits staff that may manage, and operators with all rights; `operator:manage` is never granted alone."""
RequestId = Annotated[f.EntryId, Path(description="The id that the request got")]
PersonId = Annotated[f.EntryId, Path(description="The id that the person got")]


class PersonDocument(BaseModel):
    """Somebody of the network's office."""

    person_id: str
    name: str
    email: str
    language: str
    scopes: list[str]


class ListedPerson(PersonDocument):
    """Somebody of the network's office, with data that only this answer has."""

    enrolment_code: str | None = None
    """For a new person: the code to enrol an app that shows codes; hand it over yourself."""


class WaitingRequest(BaseModel):
    """A change of the list that waits until a second person who keeps it confirms it."""

    request_id: str
    wants: str
    """`rights`: the person shall be on the list with these scopes; `app`: the person shall enrol another app."""
    person: PersonDocument
    """The person's wanted entry; `person_id` is empty where there is none yet."""
    asked_by: str
    """The id of the person who asked."""
    asked_at: datetime


class WaitingRequests(BaseModel):
    """All requests that wait for a second person."""

    items: list[WaitingRequest]


class EnrolmentCode(BaseModel):
    """The code to enrol an app that shows codes; hand it over by telephone or face to face."""

    enrolment_code: str


class SignInLink(BaseModel):
    """A sign-in link, valid once."""

    link: str
    minutes: int
    """For how many minutes it is valid."""


class PersonList(BaseModel):
    """Everybody on the list."""

    items: list[PersonDocument]


class NamedPerson(BaseModel):
    """The name of somebody of the network's office."""

    person_id: str
    name: str


class NameList(BaseModel):
    """Everybody on the list, by name only."""

    items: list[NamedPerson]


_WAITS: Final[Responses] = {202: {"model": WaitingRequest, "description": "It waits for a second person."}}


@router.get("", response_model=PersonList, summary="List staff and operators")
async def list_people(registry: Registry, keeper: ListKeeper) -> PersonList:
    """Everybody, in the order in which they were added; staff sees only people with rights of staff."""
    async with registry.reading() as uow:
        listed = [one for one in await uow.office.all() if keeper.is_operator or holds(one.scopes, "staff:read")]
        return PersonList(items=[_document(one) for one in listed])


@router.get("/names", response_model=NameList, summary="List names by id")
async def list_names(registry: Registry, reader: Annotated[Principal, Depends(require(OPERATOR, "staff"))]) -> NameList:
    """The names of staff and operators by their ids, so that operators can read who did something.

    Staff reads the names of people with a right of staff, to whom it hands over tasks.
    """
    async with registry.reading() as uow:
        people = await uow.office.all()
    is_operator = holds(reader.scopes, f"{OPERATOR}:read")
    seen = [one for one in people if is_operator or holds(one.scopes, "staff:read")]
    return NameList(items=[NamedPerson(person_id=one.person_id, name=one.name) for one in seen])


@router.get("/requests", response_model=WaitingRequests, summary="List what waits for a second person")
async def list_requests(registry: Registry, keeper: ListKeeper) -> WaitingRequests:
    """The oldest request first; staff gets only requests about no right of operators."""
    async with registry.reading() as uow:
        waiting = [one for one in await uow.office_requests.all() if keeper.keeps(one.person.scopes)]
    now = registry.surroundings.clock()
    return WaitingRequests(items=[_request(one) for one in waiting if not one.is_over(now)])


@router.post("", response_model=ListedPerson, responses=_WAITS, summary="Add somebody to staff or operators")
async def add(wanted: NewPerson, registry: Registry, keeper: ListKeeper) -> Response:
    """An address that is on the list already changes that entry; other scopes end its sessions.

    For a new person the answer has the enrolment code, once: the mailed link alone cannot enrol an app. Rights that the
    caller does not hold itself, and those to keep this list, wait until a second person confirms them; 202 says so.
    """
    done = await registry.committed(
        lambda uow: handlers.add_to_office(wanted.person(), keeper, uow, registry.surroundings)
    )
    return _listed(done) if isinstance(done, handlers.Listed) else _waits(done)


@router.post(
    "/requests/{request_id}/confirm",
    response_model=ListedPerson,
    responses=refusals(410),
    summary="Confirm what another one asked for",
)
async def confirm(request_id: RequestId, registry: Registry, keeper: ListKeeper) -> Response:
    """Makes the change. The answer has the enrolment code, if there is one, for the caller to hand over.

    409 for one's own request; 410 where the request has waited for too long.
    """
    done = await registry.committed(
        lambda uow: handlers.confirm_request(request_id, keeper, uow, registry.surroundings)
    )
    return _listed(done)


@router.post("/requests/{request_id}/refuse", status_code=204, summary="Refuse what another one asked for")
async def refuse(request_id: RequestId, registry: Registry, keeper: ListKeeper) -> Response:
    """Deletes the request, also the caller's own."""
    return await registry.done(lambda uow: handlers.refuse_request(request_id, keeper, uow))


@router.delete("/{person_id}", status_code=204, summary="Take somebody off the list")
async def remove(person_id: PersonId, registry: Registry, keeper: ListKeeper) -> Response:
    """Deletes the entry, and ends the person's sessions in every service."""
    return await registry.done(lambda uow: handlers.remove_from_office(person_id, keeper, uow))


@router.post(
    "/{person_id}/reset-second-factor",
    response_model=EnrolmentCode,
    responses=_WAITS,
    summary="Let somebody bring another app",
)
async def reset_second_factor(person_id: PersonId, registry: Registry, keeper: ListKeeper) -> Response:
    """Deletes the person's app and ends the person's sessions; for seven days a new app can be enrolled.

    That needs the enrolment code, which only this answer has. 409 for one's own entry: somebody else does that. For
    a keeper of this list, or anyone with a right that the caller lacks, it waits until a second person confirms (202).
    """
    done = await registry.committed(lambda uow: handlers.reset_factor(person_id, keeper, uow, registry.surroundings))
    if not isinstance(done, handlers.Listed):
        return _waits(done)
    return uncached_reply(EnrolmentCode(enrolment_code=done.enrolment_code or ""))


@router.post(
    "/{person_id}/sign-in-link",
    response_model=SignInLink,
    dependencies=[Depends(_command)],
    summary="Make a link for somebody who gets no mail now",
)
async def make_link(person_id: PersonId, registry: Registry, _issuer: Issuer) -> Response:
    """For the command only. The link is valid once, within ten minutes; the second factor is still required."""
    secret = await registry.committed(lambda uow: make_sign_in_link(person_id, uow, registry.surroundings))
    return uncached_reply(SignInLink(link=f"{registry.public_url}/sign-in/{secret}", minutes=HELD.seconds // 60))


def _listed(done: handlers.Listed) -> Response:
    return uncached_reply(ListedPerson(**_document(done.person).model_dump(), enrolment_code=done.enrolment_code))


def _waits(request: OfficeRequest) -> Response:
    return uncached_reply(_request(request), status=202)


def _request(request: OfficeRequest) -> WaitingRequest:
    return WaitingRequest.model_validate(request, from_attributes=True)


def _document(person: OfficePerson) -> PersonDocument:
    return PersonDocument.model_validate(person, from_attributes=True)
