"""`/registry/v1/applications`: what staff sees of who applies, and what it decides.

Invariant: for staff only; lists show nobody's name or address.
"""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel

from isopolity.registry.application.applications import endorse_application, refuse_application
from isopolity.registry.application.commands import EndorseApplication, RefuseApplication
from isopolity.registry.application.directory import Filter
from isopolity.registry.application.ports import RegistryUnitOfWork
from isopolity.registry.domain.application import Application
from isopolity.registry.domain.errors import NotFound
from isopolity.registry.entrypoints import field_types as f
from isopolity.registry.entrypoints.http.context import Registry, Staff
from isopolity.registry.entrypoints.http.idempotent_post import Posting
from isopolity.registry.entrypoints.http.replies import Cursor, Limit, Page, SearchText, entry_reply, page_of
from isopolity.registry.entrypoints.http.routers.members import profile_values
from isopolity.registry.entrypoints.http.routers.resemblance import Resemblance, resemblances
from isopolity.registry.entrypoints.inputs import Refusal

router = APIRouter(prefix="/registry/v1/applications", tags=["applications"])

ApplicationId = Annotated[f.EntryId, Path(description="The id that the application got")]
Status = Literal["unconfirmed", "confirmed", "endorsed", "refused", "any"]


class Applicant(BaseModel):
    """The person who applied."""

    role: str
    name: str
    email: str
    language: str


class ApplicationSummary(Resemblance):
    """An application without who applied; the address is confirmed unless the status is `unconfirmed`."""

    application_id: str
    version: int
    status: str
    member_kind: str
    name: str
    country: str
    received_at: datetime


class ApplicationDocument(ApplicationSummary):
    """An application whole; `contact` is null once it is decided."""

    region: str
    profile: dict[str, Any]
    contact: Applicant | None
    decided_at: datetime | None
    reason: str | None
    member_id: str | None


class ApplicationPage(Page):
    """A page of applications."""

    items: list[ApplicationSummary]


class EndorsementOutcome(BaseModel):
    """The result of an endorsement, in a sentence and in figures."""

    application_id: str
    member_kind: str
    member_id: str
    version: int
    outcome: Literal["registered", "reinstated"]
    detail: str


@router.get("", response_model=ApplicationPage, summary="List applications")
async def list_applications(
    registry: Registry,
    _principal: Staff,
    status: Annotated[Status, Query(description="By default those whose address is confirmed")] = "confirmed",
    member_kind: Annotated[Literal["city", "partner"] | None, Query()] = None,
    country: f.Country | None = None,
    text: SearchText | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Response:
    """Applications in the order in which they came, with what to look at before endorsing."""
    statuses = () if status == "any" else (status,)
    wanted = Filter(statuses=statuses, member_kind=member_kind, country=country, text=text)
    found, following = await page_of(registry.applications, wanted, cursor, limit)
    alike = await resemblances(registry, found)
    items = [ApplicationSummary(**_summary(one, alike[one.application_id])) for one in found]
    page = ApplicationPage(items=items, next=following)
    return Response(page.model_dump_json(), media_type="application/json")


@router.get("/{application_id}", response_model=ApplicationDocument, summary="Read an application")
async def read(application_id: ApplicationId, registry: Registry, _principal: Staff) -> Response:
    """With who applied, until it is decided."""
    found = await registry.applications.get(application_id)
    if found is None:
        raise NotFound("There is no application with this id; one that is not confirmed is deleted after a week.")
    alike = await resemblances(registry, [found])
    return _reply(found, alike[found.application_id])


@router.post("/{application_id}/endorse", response_model=EndorsementOutcome, summary="Endorse an application")
async def endorse(
    application_id: ApplicationId,
    post: Posting,
    registry: Registry,
    _principal: Staff,
    reinstate: Annotated[bool, Query(description="Bring a member back that withdrew under this identity")] = False,
) -> Response:
    """Makes the member, visible and matched at once, with the applicant as a contact.

    409 says why not: the address is not confirmed, the member exists, or one withdrew and `reinstate` is not given.
    """
    command = EndorseApplication(application_id=application_id, reinstate=reinstate)

    async def work(uow: RegistryUnitOfWork) -> Response:
        done = await endorse_application(command, uow, registry.surroundings)
        name = done.member.profile.name
        outcome = EndorsementOutcome(
            application_id=application_id,
            member_kind=done.member.profile.member_kind,
            member_id=done.member.member_id,
            version=done.member.version,
            outcome="reinstated" if done.reinstated else "registered",
            detail=f"{name} is back under its former id; its former contacts stay as they were."
            if done.reinstated
            else f"{name} is a new member.",
        )
        return Response(outcome.model_dump_json(), media_type="application/json")

    return await post(work)


@router.post("/{application_id}/refuse", response_model=ApplicationDocument, summary="Refuse an application")
async def refuse(
    application_id: ApplicationId, wanted: Refusal, post: Posting, registry: Registry, _principal: Staff
) -> Response:
    """Deletes who applied; the reason stays."""
    command = RefuseApplication(application_id=application_id, reason=wanted.reason)

    async def work(uow: RegistryUnitOfWork) -> Response:
        return _reply(await refuse_application(command, uow, registry.surroundings), Resemblance())

    return await post(work)


def _summary(application: Application, alike: Resemblance) -> dict[str, Any]:
    return {
        **dict(alike),
        "application_id": application.application_id,
        "version": application.version,
        "status": application.status,
        "member_kind": application.profile.member_kind,
        "name": application.profile.name,
        "country": application.profile.country,
        "received_at": application.received_at,
    }


def _reply(application: Application, alike: Resemblance) -> Response:
    person = application.person
    document = ApplicationDocument(
        **_summary(application, alike),
        region=application.region,
        profile=profile_values(application.profile),
        contact=None if person is None else Applicant(**asdict(person)),
        decided_at=application.decided_at,
        reason=application.reason,
        member_id=application.member_id,
    )
    return entry_reply(document, application.version)
