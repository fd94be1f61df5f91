"""`/registry/v1/people`: staff and operators of the network, who sign in as contacts do.

Invariant: for operators with all rights, and, where no right of operators is held or given, for staff that may manage;
what is personal stands in the answer to them, and nowhere in the audit.
"""

from typing import Annotated

from fastapi import Depends, Path, Response
from pydantic import BaseModel

from isopolity.registry.application.access.office import Keeper, add_to_office, kept_person, remove_from_office
from isopolity.registry.application.access.second_factors import open_enrolment
from isopolity.registry.domain.access.account import OfficePerson
from isopolity.registry.entrypoints import field_types as f
from isopolity.registry.entrypoints.http.bodies import NewPerson
from isopolity.registry.entrypoints.http.context import MANAGE, Registry
from isopolity.rights import holds
from isopolity.web.routing import ServiceRouter
from isopolity.web.security import require
from isopolity.web.tokens import Principal

router = ServiceRouter(prefix="/registry/v1/people", tags=["people"])

OPERATOR = "operator"


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


class PersonList(BaseModel):
    """Everybody on the list."""

    items: list[PersonDocument]


@router.get("", response_model=PersonList, summary="List staff and operators")
async def list_people(registry: Registry, keeper: ListKeeper) -> PersonList:
    """Everybody, in the order in which they were added; for staff those alone who hold a right of staff."""
    async with registry.reading() as uow:
        listed = [one for one in await uow.office.all() if keeper.is_operator or holds(one.scopes, "staff:read")]
        return PersonList(items=[_document(one) for one in listed])


@router.post("", response_model=PersonDocument, summary="Add somebody to staff or operators")
async def add(wanted: NewPerson, registry: Registry, keeper: ListKeeper) -> PersonDocument:
    """An address that is on the list already changes that entry; other scopes end its sessions."""
    async with registry.unit_of_work() as uow:
        person = await add_to_office(wanted.person(), keeper, uow, registry.surroundings)
        await uow.commit()
    return _document(person)


@router.delete("/{person_id}", status_code=204, summary="Take somebody off the list")
async def remove(person_id: PersonId, registry: Registry, keeper: ListKeeper) -> Response:
    """Deletes the entry, and ends the person's sessions in every service."""
    async with registry.unit_of_work() as uow:
        await remove_from_office(person_id, keeper, uow)
        await uow.commit()
    return Response(status_code=204)


@router.post("/{person_id}/reset-second-factor", status_code=204, summary="Let somebody bring another app")
async def reset_second_factor(person_id: PersonId, registry: Registry, keeper: ListKeeper) -> Response:
    """Forgets the person's app and ends the person's sessions; a new app can be brought for seven days."""
    async with registry.unit_of_work() as uow:
        await kept_person(person_id, keeper, uow)
        await open_enrolment(person_id, uow, registry.surroundings)
        await uow.commit()
    return Response(status_code=204)


def _document(person: OfficePerson) -> PersonDocument:
    return PersonDocument(
        person_id=person.person_id,
        name=person.name,
        email=person.email,
        language=person.language,
        scopes=list(person.scopes),
    )
