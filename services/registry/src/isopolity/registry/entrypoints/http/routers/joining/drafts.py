"""`/registry/v1/drafts`: applications written step by step, behind a mailed link.

Invariant: neither the answer nor the work reveals whether an address is known; secrets are in bodies only, and wrong,
used and expired ones get the same answer after the same work.
"""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Path, Request, Response
from pydantic import BaseModel

from isopolity.contracts.codes import CITY_KINDS
from isopolity.identity.folded_text import fold
from isopolity.registry.application.commands import HandIn
from isopolity.registry.application.directory import Directory, Filter
from isopolity.registry.application.joining import drafts as handlers
from isopolity.registry.application.members import capacity_defaults
from isopolity.registry.application.ports import RegistryUnitOfWork
from isopolity.registry.domain.city import city_key
from isopolity.registry.domain.errors import Gone
from isopolity.registry.domain.joining.application import Draft
from isopolity.registry.domain.member import Member
from isopolity.registry.entrypoints import field_types as f
from isopolity.registry.entrypoints.http.bodies import DraftHandIn, DraftLink, DraftStep, NewDraft
from isopolity.registry.entrypoints.http.context import Posting, Registry, RegistryContext
from isopolity.registry.entrypoints.http.draft_fields import filled_draft, filled_step, placed
from isopolity.registry.entrypoints.http.routers.joining.confirmations import Mailer
from isopolity.registry.entrypoints.http.routers.members import ApplicationReceipt, client_of
from isopolity.web.api_documents import refusals
from isopolity.web.routing import ServiceRouter

router = ServiceRouter(prefix="/registry/v1/drafts")

DraftId = Annotated[f.EntryId, Path(description="The id of the event that asked for the mail")]
_LOOKED_AT = 20
"""The most members of a name that are compared with a draft."""


class IssuedDraft(BaseModel):
    """The address of the mail, and the secret of the link."""

    email: str
    language: str
    secret: str
    valid_until: datetime


class PublicMember(BaseModel):
    """A public member with the draft's name and country, or its identity."""

    member_id: str
    name: str


class DraftDocument(BaseModel):
    """A draft, for the holder of its link."""

    member_kind: Literal["city", "partner"]
    email: str
    language: str
    version: int
    steps: dict[str, dict[str, Any]]
    """The saved steps, each with its fields as they were sent."""
    valid_until: datetime | None
    """When the link ends, unless another step is saved."""
    question: str | None
    """The question of staff that the draft answers; null for a new application."""
    alike: list[PublicMember]
    usual_capacity: int
    """The capacity of a city that states none."""


@router.post("", status_code=202, response_class=Response, summary="Ask for a link to apply by")
async def begin(wanted: NewDraft, request: Request, post: Posting, registry: Registry) -> Response:
    """The address gets a mail with a link; it opens a draft, for seven days. The answer is always the same."""
    asked = (wanted.member_kind, wanted.email, wanted.language, client_of(request))

    async def work(uow: RegistryUnitOfWork) -> Response:
        await handlers.begin_draft(*asked, uow, registry.surroundings)
        return Response(status_code=202)

    return await post(work)


@router.post(
    "/{draft_id}/issue",
    response_model=IssuedDraft,
    responses=refusals(410),
    summary="Make the secret of a draft's link",
)
async def issue(draft_id: DraftId, registry: Registry, _principal: Mailer) -> Response:
    """For the service that is about to mail it; earlier secrets end. 410 where nobody is to be mailed."""
    draft, secret = await registry.committed(lambda uow: handlers.issue_link(draft_id, uow, registry.surroundings))
    if draft.valid_until is None:
        raise Gone("Nobody waits for this link; send nothing.")
    issued = IssuedDraft(email=draft.email, language=draft.language, secret=secret, valid_until=draft.valid_until)
    return Response(issued.model_dump_json(), media_type="application/json")


@router.post("/open", response_model=DraftDocument, summary="Read a draft")
async def read(wanted: DraftLink, registry: Registry) -> Response:
    """Changes nothing, so that a page may call this before a button is pressed. 410 for a link that has ended."""
    async with registry.reading() as uow:
        draft = await handlers.open_draft(wanted.secret, uow, registry.surroundings)
    return await _reply(draft, registry)


@router.post("/save", response_model=DraftDocument, responses=refusals(412), summary="Save a step of a draft")
async def save(wanted: DraftStep, registry: Registry) -> Response:
    """Replaces the fields of the step; the link is then valid for 30 days. Fields are those of an application.

    412 where the draft has another version by now, 410 for a link that has ended.
    """
    async with registry.unit_of_work() as uow:
        draft = await handlers.held_draft(wanted.secret, uow, registry.surroundings)
        with placed("fields"):
            profile = filled_step(draft, wanted.step, wanted.fields).profile
            draft.require_version(wanted.version)
            saved = await handlers.save_step(draft, wanted.step, wanted.fields, profile, uow, registry.surroundings)
        await uow.commit()
    return await _reply(saved, registry)


@router.post(
    "/hand-in",
    status_code=202,
    response_model=ApplicationReceipt,
    responses=refusals(412),
    summary="Apply with a draft",
)
async def apply(wanted: DraftHandIn, post: Posting, registry: Registry) -> Response:
    """Staff sees the application from now on; the link has confirmed its address, and ends.

    Where staff has asked something the application goes back with the answer, or with what was corrected.
    412 where the draft has another version by now, 410 for a link that has ended.
    """

    async def work(uow: RegistryUnitOfWork) -> Response:
        draft = await handlers.held_draft(wanted.secret, uow, registry.surroundings)
        filled = filled_draft(draft, await capacity_defaults(uow))
        command = HandIn(
            version=wanted.version,
            profile=filled.profile,
            person=filled.person,
            others=filled.others,
            answer=wanted.answer,
        )
        applied = await handlers.hand_in(command, draft, uow, registry.surroundings)
        receipt = ApplicationReceipt(application_id=applied.application_id)
        return Response(receipt.model_dump_json(), 202, media_type="application/json")

    return await post(work)


@router.post("/forget", status_code=204, summary="Delete a draft")
async def forget(wanted: DraftLink, registry: Registry) -> Response:
    """Deletes the draft at once, and withdraws the application that it is for. 410 for a link that has ended."""
    return await registry.done(lambda uow: handlers.forget_draft(wanted.secret, uow, registry.surroundings))


async def _reply(draft: Draft, registry: RegistryContext) -> Response:
    async with registry.reading() as uow:
        usual = await capacity_defaults(uow)
    document = DraftDocument(
        member_kind="city" if draft.member_kind == "city" else "partner",
        email=draft.email,
        language=draft.language,
        version=draft.version,
        steps={name: dict(fields) for name, fields in draft.steps.items()},
        valid_until=draft.valid_until,
        question=draft.question,
        alike=await _alike(draft, registry),
        usual_capacity=usual.city,
    )
    return Response(document.model_dump_json(), media_type="application/json")


async def _alike(draft: Draft, registry: RegistryContext) -> list[PublicMember]:
    """Public members that are probably the same: with its GeoNames id, or its name in its country."""
    fields = {**draft.steps.get("who", {}), **draft.steps.get("where", {})}
    name, country = fields.get("name"), str(fields.get("country") or fields.get("home_country") or "").upper()
    if not (name and country):
        return []
    directory: Directory[Any] = registry.cities if draft.member_kind == "city" else registry.partners
    wanted = Filter(statuses=("endorsed",), country=country, text=name)
    named = await directory.page(wanted, after=None, limit=_LOOKED_AT)
    alike = {one.member_id: one.profile.name for one in named if fold(name) in _names_of(one)}
    if (number := fields.get("geonames_id")) is not None:
        keys = tuple(city_key(kind, number, country, name) for kind in CITY_KINDS)
        same = await directory.page(Filter(statuses=("endorsed",), natural_keys=keys), after=None, limit=len(keys))
        alike |= {one.member_id: one.profile.name for one in same}
    return [PublicMember(member_id=member_id, name=known) for member_id, known in alike.items()]


def _names_of(member: Member[Any]) -> set[str]:
    """All names of the member, folded."""
    return {fold(name) for name in (member.profile.name, *getattr(member.profile, "local_names", ()))}
