"""`/registry/v1/partners`: foundations, companies and NGOs, with their programmes inside."""

from typing import Annotated, Literal

from fastapi import Path, Query, Request, Response

from isopolity.machine.turns import each_in_turns
from isopolity.registry.application.directory import Filter
from isopolity.registry.application.members import endorse_waiting, member, refuse_waiting
from isopolity.registry.application.ports import RegistryUnitOfWork
from isopolity.registry.domain.member import Partner
from isopolity.registry.entrypoints import field_types as f
from isopolity.registry.entrypoints.http.bodies import Departure, Merger, ProgrammeRefusal, Return
from isopolity.registry.entrypoints.http.city_filter import Ids, LookedAfter
from isopolity.registry.entrypoints.http.context import (
    Editor,
    Endorser,
    Entrant,
    MayErase,
    Posting,
    Registry,
    is_staff,
    statuses_for,
)
from isopolity.registry.entrypoints.http.entries import PartnerEntry, partner_entry
from isopolity.registry.entrypoints.http.merge_patch import DecidedOn, IfMatch, MergePatch, patch_body, require_seen
from isopolity.registry.entrypoints.http.replies import (
    CountedPage,
    Cursor,
    InOrder,
    Limit,
    SearchText,
    WithTotal,
    page_in_order,
    page_json,
)
from isopolity.registry.entrypoints.http.routers import members
from isopolity.registry.entrypoints.http.routers.members import ANSWERS, client_of
from isopolity.registry.entrypoints.inputs import PartnerApplication, PartnerInput
from isopolity.web.problems import Problem
from isopolity.web.routing import ServiceRouter
from isopolity.web.security import Caller

router = ServiceRouter(prefix="/registry/v1/partners")

PartnerId = Annotated[f.EntryId, Path(description="The id of the partner")]
MemberStatus = Literal["applied", "endorsed", "withdrawn", "any"]


class PartnerPage(CountedPage):
    """A page of partners."""

    items: list[PartnerEntry]


@router.post("", status_code=201, response_model=PartnerEntry, responses=ANSWERS, summary="Apply to join as a partner")
async def apply(
    application: PartnerApplication,
    request: Request,
    post: Posting,
    registry: Registry,
    principal: Entrant,
    endorse: Annotated[bool, Query(description="Endorse at once; for staff")] = False,
) -> Response:
    """Anyone may apply (202): the address is confirmed by a mail, then staff decides. Staff enters a member (201)."""
    return await members.enter_or_apply(application, post, registry, principal, client_of(request), endorse=endorse)


@router.get("", response_model=PartnerPage, summary="List partners")
async def list_partners(
    looked_after: LookedAfter,
    registry: Registry,
    principal: Caller,
    kind: f.PartnerKind | None = None,
    country: f.Country | None = None,
    region: f.Region | None = None,
    subject: Annotated[f.Subject | None, Query(description="A subject of one of its programmes")] = None,
    ids: Ids | None = None,
    text: SearchText | None = None,
    status: Annotated[MemberStatus | None, Query(description="Other than endorsed: for staff")] = None,
    waiting: Annotated[bool, Query(description="Those alone with programmes that wait for staff; for staff")] = False,
    order: InOrder = "arrival",
    total: WithTotal = False,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Response:
    """Endorsed partners; all filters given must fit. A cursor leads on in the order in which it was given."""
    if waiting and not is_staff(principal):
        raise Problem(403, "Only staff sees which programmes wait; leave waiting out.", code="scope-missing")
    wanted = Filter(
        has_waiting=waiting,
        statuses=statuses_for(principal, status, "endorsed"),
        kind=kind,
        country=country,
        region=region,
        subject=subject,
        ids=None if ids is None else tuple(ids.split(",")),
        text=text,
        order=order,
        without_contact=looked_after.without_contact,
        without_confirmed_contact=looked_after.without_confirmed_contact,
        unchanged_since=looked_after.unchanged_since,
    )
    found, following = await page_in_order(registry.partners, wanted, cursor, limit)
    counted = await registry.partners.total(wanted) if total else None
    items = await each_in_turns(partner_entry, members.as_listed(found, principal))
    page = PartnerPage(items=items, next=following, total=counted)
    return Response(page_json(page), media_type="application/json")


@router.get("/{partner_id}", response_model=PartnerEntry, summary="Read a partner")
async def read(partner_id: PartnerId, registry: Registry, principal: Caller) -> Response:
    """An endorsed partner; staff and the partner itself also see it with any other status."""
    return members.member_reply(await members.visible_member(registry.partners, partner_id, principal))


@router.patch(
    "/{partner_id}",
    response_model=PartnerEntry,
    responses={202: {"model": PartnerEntry, "description": "A new identity waits for staff"}},
    summary="Change a partner",
    openapi_extra=patch_body("PartnerPatch", PartnerInput, {"web": "https://www.example.org"}),
)
async def patch(
    partner_id: PartnerId, change: MergePatch, if_match: IfMatch, registry: Registry, principal: Editor
) -> Response:
    """JSON Merge Patch: null takes a field's default, lists are replaced whole.

    Changes of name, ids and country wait for staff: 202, and Location is the address of the waiting change. A
    programme that the partner adds waits for staff, too: `waiting` names it. Where the network says so, a change
    of the meaning of an endorsed programme waits, too; `changed` holds the programme that stands meanwhile.
    """
    return await members.patch_member("partner", partner_id, change, if_match, registry, principal)


@router.post("/{partner_id}/endorse", response_model=PartnerEntry, summary="Endorse a partner")
async def endorse(partner_id: PartnerId, post: Posting, _principal: Endorser, decided_on: DecidedOn = None) -> Response:
    """From now on the partner is visible and matched."""
    return await members.endorse_one("partner", partner_id, post, decided_on)


@router.post(
    "/{partner_id}/programmes/{programme_id}/endorse",
    response_model=PartnerEntry,
    summary="Endorse a programme that a partner has added or changed",
)
async def endorse_programme(
    partner_id: PartnerId,
    programme_id: Annotated[f.EntryId, Path(description="The id of the programme")],
    post: Posting,
    _principal: Endorser,
    decided_on: DecidedOn = None,
) -> Response:
    """From now on the programme is visible and matched in this state; nothing changes if it is endorsed already.

    With If-Match 412 if the partner has changed anything since that version.
    """

    async def work(uow: RegistryUnitOfWork) -> Response:
        await _require_seen(uow, partner_id, programme_id, decided_on)
        return members.member_reply(await endorse_waiting(partner_id, programme_id, uow))

    return await post(work)


@router.post(
    "/{partner_id}/programmes/{programme_id}/refuse",
    response_model=PartnerEntry,
    summary="Refuse a programme that a partner has added or changed",
)
async def refuse_programme(
    partner_id: PartnerId,
    programme_id: Annotated[f.EntryId, Path(description="The id of the programme")],
    wanted: ProgrammeRefusal,
    post: Posting,
    registry: Registry,
    _principal: Endorser,
    decided_on: DecidedOn = None,
) -> Response:
    """The partner reads the reason; changing the programme submits it again. 409 for one that is endorsed.

    A programme that was endorsed before it was changed stays visible to others as it was endorsed.

    With If-Match 412 if the partner has changed anything since that version.
    """

    async def work(uow: RegistryUnitOfWork) -> Response:
        await _require_seen(uow, partner_id, programme_id, decided_on)
        refused = await refuse_waiting(partner_id, programme_id, wanted.reason, uow, registry.surroundings)
        return members.member_reply(refused)

    return await post(work)


async def _require_seen(uow: RegistryUnitOfWork, partner_id: str, programme_id: str, decided_on: str | None) -> None:
    """Raise StaleVersion if the programme waits and its partner has another version than the one decided about."""
    stored: Partner = await member(uow, "partner", partner_id)
    if programme_id in stored.profile.waiting:
        require_seen(decided_on, stored.version)


@router.post("/{partner_id}/merge", response_model=PartnerEntry, summary="Merge a duplicate into a partner")
async def merge(
    partner_id: PartnerId, wanted: Merger, post: Posting, registry: Registry, _principal: Endorser
) -> Response:
    """This partner gets the duplicate's contacts and the fields it lacks; then the duplicate leaves the network.

    The duplicate's partnerships, proposals and answers go on here. Read first which of them cannot, by
    `GET /matching/v1/members/{member_id}/merger`; `confirmed` says that you agree.
    """
    return await members.merge_one("partner", partner_id, wanted, post, registry)


@router.post("/{partner_id}/withdraw", response_model=PartnerEntry, summary="Take a partner out of the network")
async def withdraw(
    partner_id: PartnerId,
    post: Posting,
    registry: Registry,
    principal: Editor,
    eraser: MayErase,
    erase_contacts: Annotated[bool, Query(description="Erase its contacts too")] = False,
    departure: Departure | None = None,
) -> Response:
    """Its programmes leave with it; its contacts stay unless asked otherwise.

    Its partnerships end at once. A proposal that is out stands for its other side until the days to answer are over;
    `GET /matching/v1/members/{member_id}/departure` has their number and the days.
    Staff says why in the body, which is kept as a note of the office.
    """
    wanted = eraser if erase_contacts else None
    return await members.withdraw_one(
        "partner", partner_id, post, registry, principal, eraser=wanted, departure=departure
    )


@router.post("/{partner_id}/reinstate", response_model=PartnerEntry, summary="Take a partner back into the network")
async def reinstate(
    partner_id: PartnerId, post: Posting, registry: Registry, principal: Endorser, wanted: Return | None = None
) -> Response:
    """A partner that has left is a member again, with its profile and contacts; nothing changes if it is one.

    What ended when it left stays ended: partnerships, proposals and requests.
    """
    return await members.take_back_in("partner", partner_id, wanted, post, registry, principal)
