"""`/registry/v1/people`: staff and operators of the network, who sign in as contacts do.

Invariant: for operators with all rights, and, where no right of operators is held or given, for staff that may manage;
what is personal stands in the answer to them, and nowhere in the audit.
"""

from typing import Annotated

from fastapi import Depends, Path, Response
from pydantic import BaseModel

from isopolity.act import BY_COMMAND
from isopolity.registry.application.access.office import Keeper, add_to_office, kept_person, remove_from_office
from isopolity.registry.application.access.second_factors import open_enrolment
from isopolity.registry.application.access.sign_in_links import HELD, make_sign_in_link
from isopolity.registry.domain.access.account import OfficePerson
from isopolity.registry.entrypoints import field_types as f
from isopolity.registry.entrypoints.http.bodies import NewPerson
from isopolity.registry.entrypoints.http.context import MANAGE, Registry
from isopolity.registry.entrypoints.http.routers.sessions import Issuer
from isopolity.rights import holds
from isopolity.web.problems import Problem
from isopolity.web.routing import ServiceRouter
from isopolity.web.security import require
from isopolity.web.tokens import Principal

router = ServiceRouter(prefix="/registry/v1/people", tags=["people"])

OPERATOR = "operator"


async def _command(principal: Annotated[Principal, Depends(require(f"{OPERATOR}:manage"))]) -> None:
    """Admits the command alone, whose token belongs to no session and names who ran it."""
    if principal.session_id is not None or not principal.subject.startswith(BY_COMMAND):
        sentence = "Only the command on the network's machine makes such a link; run `isopolity people link` there."
        raise Problem(403, sentence, code="command-only")


async def _keeper(principal: Annotated[Principal, Depends(require(MANAGE, f"{OPERATOR}:manage"))]) -> Keeper:
    return Keeper(subject=principal.subject, is_operator=OPERATOR in principal.scopes)


ListKeeper = Annotated[Keeper, Depends(_keeper)]
"""Admits staff that may manage, and operators with all rights: `operator:manage` is given to nobody by itself."""
PersonId = Annotated[f.EntryId, Path(description="The id that the person got")]


class PersonDocument(BaseModel):
    """Somebody of the network's office."""

    person_id: str
    name: str
    email: str
    language: str
    scopes: list[str]


class ListedPerson(PersonDocument):
    """Somebody of the network's office, with what only this answer holds."""

    enrolment_code: str | None = None
    """For who was added: what the person needs to bring an app that shows codes; hand it over yourself."""


class EnrolmentCode(BaseModel):
    """What a person needs to bring an app that shows codes; hand it over yourself, by telephone or face to face."""

    enrolment_code: str


class SignInLink(BaseModel):
    """A link that lets in once."""

    link: str
    minutes: int
    """How long it lets in from now on."""


class PersonList(BaseModel):
    """Everybody on the list."""

    items: list[PersonDocument]


@router.get("", response_model=PersonList, summary="List staff and operators")
async def list_people(registry: Registry, keeper: ListKeeper) -> PersonList:
    """Everybody, in the order in which they were added; for staff those alone who hold a right of staff."""
    async with registry.reading() as uow:
        listed = [one for one in await uow.office.all() if keeper.is_operator or holds(one.scopes, "staff:read")]
        return PersonList(items=[_document(one) for one in listed])


@router.post("", response_model=ListedPerson, summary="Add somebody to staff or operators")
async def add(wanted: NewPerson, registry: Registry, keeper: ListKeeper) -> Response:
    """An address that is on the list already changes that entry; other scopes end its sessions.

    For somebody new the answer holds the enrolment code, once: the mailed link alone brings no app.
    """
    async with registry.unit_of_work() as uow:
        listed = await add_to_office(wanted.person(), keeper, uow, registry.surroundings)
        await uow.commit()
    person = _document(listed.person).model_dump()
    return _once(ListedPerson(**person, enrolment_code=listed.enrolment_code))


@router.delete("/{person_id}", status_code=204, summary="Take somebody off the list")
async def remove(person_id: PersonId, registry: Registry, keeper: ListKeeper) -> Response:
    """Deletes the entry, and ends the person's sessions in every service."""
    async with registry.unit_of_work() as uow:
        await remove_from_office(person_id, keeper, uow)
        await uow.commit()
    return Response(status_code=204)


@router.post("/{person_id}/reset-second-factor", response_model=EnrolmentCode, summary="Let somebody bring another app")
async def reset_second_factor(person_id: PersonId, registry: Registry, keeper: ListKeeper) -> Response:
    """Forgets the person's app and ends the person's sessions; for seven days a new app can be brought.

    That takes the enrolment code, which this answer alone holds. 409 for one's own entry: somebody else does that.
    """
    async with registry.unit_of_work() as uow:
        await kept_person(person_id, keeper, uow)
        code = await open_enrolment(person_id, keeper.subject, uow, registry.surroundings)
        await uow.commit()
    return _once(EnrolmentCode(enrolment_code=code))


@router.post(
    "/{person_id}/sign-in-link",
    response_model=SignInLink,
    dependencies=[Depends(_command)],
    summary="Make a link for somebody who gets no mail now",
)
async def make_link(person_id: PersonId, registry: Registry, _issuer: Issuer) -> Response:
    """For the command alone. The link lets the person in once within ten minutes; the second factor is asked for."""
    async with registry.unit_of_work() as uow:
        secret = await make_sign_in_link(person_id, uow, registry.surroundings)
        await uow.commit()
    return _once(SignInLink(link=f"{registry.public_url}/sign-in/{secret}", minutes=HELD.seconds // 60))


def _once(document: BaseModel) -> Response:
    """The document in an answer that no cache keeps."""
    return Response(document.model_dump_json(), media_type="application/json", headers={"Cache-Control": "no-store"})


def _document(person: OfficePerson) -> PersonDocument:
    return PersonDocument(
        person_id=person.person_id,
        name=person.name,
        email=person.email,
        language=person.language,
        scopes=list(person.scopes),
    )
