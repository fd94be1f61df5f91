"""`/registry/v1/applications`: what staff sees of who applies, and what it decides.

Invariant: for staff only; lists show nobody's name or address.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Path, Query, Response
from pydantic import BaseModel

from isopolity.registry.application.commands import EndorseApplication, RefuseApplication
from isopolity.registry.application.directory import Filter
from isopolity.registry.application.joining.applications import endorse_application, refuse_application
from isopolity.registry.application.ports import RegistryUnitOfWork
from isopolity.registry.domain import lookalikes
from isopolity.registry.domain.errors import NotFound
from isopolity.registry.domain.joining.application import OPEN, UNCONFIRMED, Application
from isopolity.registry.domain.member import Member
from isopolity.registry.entrypoints import field_types as f
from isopolity.registry.entrypoints.http.bodies import Refusal
from isopolity.registry.entrypoints.http.context import Endorser, Registry, RegistryContext, Staff
from isopolity.registry.entrypoints.http.idempotent_post import Posting
from isopolity.registry.entrypoints.http.replies import Cursor, Limit, Page, SearchText, entry_reply, page_of
from isopolity.registry.entrypoints.http.routers.members import profile_values
from isopolity.web.routing import PrefixRouter

_ALIKE = 1000
"""How many applications of the same identities are looked at; more change no warning."""


class SimilarMember(BaseModel):
    """A member of the same natural key."""

    member_id: str
    name: str
    status: str


class Resemblance(BaseModel):
    """Members and applications that are like an application."""

    warnings: list[str] = []
    resembles: SimilarMember | None = None
    """The member of the same identity: an endorsement needs another decision then."""
    applications_alike: int = 0
    """Other open applications of the same identity."""


async def resemblances(registry: RegistryContext, applications: Sequence[Application]) -> Mapping[str, Resemblance]:
    """The resemblance of each of the applications, by their ids."""
    keys = tuple({one.profile.key for one in applications})
    members: dict[str, Member[Any]] = {}
    for directory in (registry.cities, registry.partners):
        found = await directory.page(Filter(natural_keys=keys), after=None, limit=len(keys))
        members |= {one.key: one for one in found}
    alike = await registry.applications.page(Filter(statuses=OPEN, member_keys=keys), after=None, limit=_ALIKE)
    open_by_key = Counter(one.profile.key for one in alike)
    return {
        one.application_id: _resemblance(one, members.get(one.profile.key), open_by_key[one.profile.key])
        for one in applications
    }


def _resemblance(application: Application, member: Member[Any] | None, open_alike: int) -> Resemblance:
    if application.status not in OPEN:
        return Resemblance()
    warnings = list(lookalikes.warnings(application.profile.name))
    if application.status == UNCONFIRMED:
        warnings.append(
            "The applicant has not confirmed the address yet."
            if application.mailable
            else "No link was mailed: the address had got as many in a day as one may."
        )
    if member is not None:
        verb = "withdrew" if member.status == "withdrawn" else f"is registered ({member.status})"
        warnings.append(f"A member {verb} under this identity: {member.member_id}.")
    if open_alike > 1:
        warnings.append(f"Other open applications for the same member: {open_alike - 1}.")
    return Resemblance(
        warnings=warnings,
        resembles=None
        if member is None
        else SimilarMember(member_id=member.member_id, name=member.profile.name, status=member.status),
        applications_alike=max(open_alike - 1, 0),
    )


router = PrefixRouter(prefix="/registry/v1/applications", tags=["applications"])

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
    others: list[Applicant]
    """Further contacts whom the applicant names; empty once it is decided."""
    decided_at: datetime | None
    reason: str | None
    member_id: str | None


class RefusedApplication(ApplicationDocument):
    """An application that was refused just now."""

    is_mailed: bool
    """Whether a mail with the reason goes to who applied."""


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
    return entry_reply(_document(found, alike[found.application_id]), found.version)


@router.post("/{application_id}/endorse", response_model=EndorsementOutcome, summary="Endorse an application")
async def endorse(
    application_id: ApplicationId,
    post: Posting,
    registry: Registry,
    _principal: Endorser,
    reinstate: Annotated[bool, Query(description="Bring a member back that withdrew under this identity")] = False,
) -> Response:
    """Makes the member, visible and matched at once, with the applicant, and whom it names, as contacts.

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


@router.post("/{application_id}/refuse", response_model=RefusedApplication, summary="Refuse an application")
async def refuse(
    application_id: ApplicationId, wanted: Refusal, post: Posting, registry: Registry, _principal: Endorser
) -> Response:
    """Mails the reason to who applied, deletes who applied, and keeps the reason.

    The address is kept until the mail is out or given up, seven days at most.
    """
    command = RefuseApplication(
        application_id=application_id, reason=wanted.reason, words=wanted.words, is_mailed=wanted.is_mailed
    )

    async def work(uow: RegistryUnitOfWork) -> Response:
        done = await refuse_application(command, uow, registry.surroundings)
        document = _document(done.application, Resemblance())
        refused = RefusedApplication(**dict(document), is_mailed=done.is_mailed)
        return entry_reply(refused, done.application.version)

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


def _document(application: Application, alike: Resemblance) -> ApplicationDocument:
    person = application.person
    return ApplicationDocument(
        **_summary(application, alike),
        region=application.region,
        profile=profile_values(application.profile),
        contact=None if person is None else Applicant(**asdict(person)),
        others=[Applicant(**asdict(one)) for one in application.others],
        decided_at=application.decided_at,
        reason=application.reason,
        member_id=application.member_id,
    )
