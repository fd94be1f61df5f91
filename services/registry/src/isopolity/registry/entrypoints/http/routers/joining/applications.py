"""`/registry/v1/applications`: applications, as staff reads them and decides about them.

Invariant: for staff only; lists contain no person's name or address.
"""

import asyncio
from typing import Annotated, Literal

from fastapi import Path, Query, Response
from pydantic import BaseModel

from isopolity.registry.application.directory import Filter
from isopolity.registry.application.joining.applications import (
    endorse_application,
    refuse_application,
    stored_application,
)
from isopolity.registry.application.joining.consultations import consult as ask_commission
from isopolity.registry.application.joining.drafts import ask_applicant
from isopolity.registry.application.ports import RegistryUnitOfWork
from isopolity.registry.domain.errors import NotFound
from isopolity.registry.domain.joining.application import OPEN
from isopolity.registry.entrypoints import field_types as f
from isopolity.registry.entrypoints.http.bodies import Question, Refusal
from isopolity.registry.entrypoints.http.context import Endorser, Posting, Registry, Staff
from isopolity.registry.entrypoints.http.draft_fields import steps_of
from isopolity.registry.entrypoints.http.merge_patch import DecidedOn, require_seen
from isopolity.registry.entrypoints.http.replies import Cursor, Limit, Page, SearchText, entry_reply, page_of
from isopolity.registry.entrypoints.http.routers.joining import application_documents as documents
from isopolity.registry.entrypoints.http.routers.joining.resemblances import Resemblance, resemblances
from isopolity.registry.entrypoints.http.routers.members import profile_values
from isopolity.web.routing import ServiceRouter

router = ServiceRouter(prefix="/registry/v1/applications")

ApplicationId = Annotated[f.EntryId, Path(description="The id that the application got")]
Status = Literal["waiting", "unconfirmed", "confirmed", "asked", "endorsed", "refused", "withdrawn", "any"]


class ApplicationPage(Page):
    """A page of applications."""

    items: list[documents.ApplicationSummary]


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
    status: Annotated[Status, Query(description="By default those that wait for staff")] = "waiting",
    member_kind: Annotated[Literal["city", "partner"] | None, Query()] = None,
    country: f.Country | None = None,
    text: SearchText | None = None,
    near: Annotated[bool, Query(description="Compare their names with those of members")] = False,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Response:
    """Applications in the order in which they came, with what to look at before endorsing."""
    statuses = () if status in ("any", "waiting") else (status,)
    waiting_at = registry.surroundings.clock() if status == "waiting" else None
    wanted = Filter(statuses=statuses, waiting_at=waiting_at, member_kind=member_kind, country=country, text=text)
    found, following = await page_of(registry.applications, wanted, cursor, limit)
    alike, said = await asyncio.gather(
        resemblances(registry, found, near_ones=near), documents.opinions_of(registry, found)
    )
    items = [
        documents.ApplicationSummary(
            **documents.summary_of(one, alike[one.application_id], said.get(one.application_id))
        )
        for one in found
    ]
    page = ApplicationPage(items=items, next=following)
    return Response(page.model_dump_json(), media_type="application/json")


@router.get("/{application_id}", response_model=documents.ApplicationDocument, summary="Read an application")
async def read(application_id: ApplicationId, registry: Registry, _principal: Staff) -> Response:
    """The application, with its applicant until it is decided."""
    found = await registry.applications.get(application_id)
    if found is None:
        raise NotFound("There is no application with this id; one that is not confirmed is deleted after a week.")
    alike, said = (
        await resemblances(registry, [found], near_ones=True),
        await documents.opinions_of(registry, [found]),
    )
    document = documents.document_of(found, alike[application_id], said.get(application_id))
    return entry_reply(document, found.version)


@router.post("/{application_id}/endorse", response_model=EndorsementOutcome, summary="Endorse an application")
async def endorse(
    application_id: ApplicationId,
    post: Posting,
    registry: Registry,
    _principal: Endorser,
    reinstate: Annotated[bool, Query(description="Bring a member back that withdrew under this identity")] = False,
    decided_on: DecidedOn = None,
) -> Response:
    """Makes the member, visible and matched at once, with the applicant, and whom it names, as contacts.

    A mail tells the applicant, and what comes next.

    409 says why not: the address is not confirmed, the member exists, or one withdrew and `reinstate` is not given.
    With If-Match 412 if the applicant has corrected something since that version.
    """

    async def work(uow: RegistryUnitOfWork) -> Response:
        await _require_seen(uow, application_id, decided_on)
        done = await endorse_application(application_id, uow, registry.surroundings, reinstate=reinstate)
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


@router.post("/{application_id}/ask", response_model=documents.ApplicationStanding, summary="Ask who applied something")
async def ask(
    application_id: ApplicationId, wanted: Question, post: Posting, registry: Registry, _principal: Endorser
) -> Response:
    """Mails the question, with a link by which the applicant answers it and corrects the application, for 30 days.

    The applicant has it meanwhile: it waits for staff again with the answer, or when the time is over. Staff may
    decide all the same. 409 where it does not wait for staff.
    """

    async def work(uow: RegistryUnitOfWork) -> Response:
        application = await stored_application(application_id, uow)
        steps = steps_of(application, profile_values(application.profile))
        asked = await ask_applicant(wanted.question, steps, application, uow, registry.surroundings)
        return entry_reply(documents.standing_of(asked), asked.version)

    return await post(work)


@router.post(
    "/{application_id}/consult", response_model=documents.ApplicationStanding, summary="Ask the National Commission"
)
async def consult(application_id: ApplicationId, post: Posting, registry: Registry, _principal: Endorser) -> Response:
    """Mails the commission of the city's country a link by which it endorses the city or objects, for 60 days.

    Staff decides, whatever it says. 409 says why not: a partner, no commission on the list, or it is asked already.
    """

    async def work(uow: RegistryUnitOfWork) -> Response:
        done = await ask_commission(application_id, uow, registry.surroundings)
        return entry_reply(
            documents.standing_of(done.application, documents.opinion(done.consultation)), done.application.version
        )

    return await post(work)


@router.post("/{application_id}/refuse", response_model=documents.RefusedApplication, summary="Refuse an application")
async def refuse(
    application_id: ApplicationId,
    wanted: Refusal,
    post: Posting,
    registry: Registry,
    _principal: Endorser,
    decided_on: DecidedOn = None,
) -> Response:
    """Mails the reason to the applicant, deletes the applicant's data, and keeps the reason.

    The address is kept until the mail is sent or given up. With If-Match 412 if the applicant has
    corrected something since that version.
    """
    reason, words, is_mailed = wanted.reason, wanted.words, wanted.is_mailed

    async def work(uow: RegistryUnitOfWork) -> Response:
        await _require_seen(uow, application_id, decided_on)
        done = await refuse_application(application_id, reason, words, uow, registry.surroundings, is_mailed=is_mailed)
        document = documents.document_of(done.application, Resemblance())
        refused = documents.RefusedApplication(**dict(document), is_mailed=done.is_mailed)
        return entry_reply(refused, done.application.version)

    return await post(work)


async def _require_seen(uow: RegistryUnitOfWork, application_id: str, decided_on: str | None) -> None:
    """Raise StaleVersion if the application is open and has another version than the one decided about."""
    stored = await stored_application(application_id, uow)
    if stored.status in OPEN:
        require_seen(decided_on, stored.version)
