"""The common part of the routers of cities and partners; `/registry/v1/endorsements`, where staff endorses many at
once.

Anybody may apply; the answer is the same whether or not the member or the applicant is known.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final, TypeVar

from fastapi import Request, Response
from pydantic import BaseModel, TypeAdapter

from isopolity.identity.actors import holds
from isopolity.registry.application import commands
from isopolity.registry.application import members as handlers
from isopolity.registry.application.changes import revise_own_profile
from isopolity.registry.application.directory import Directory
from isopolity.registry.application.joining.applications import apply
from isopolity.registry.application.mergers.merger import merge_members
from isopolity.registry.application.office import notes as office_notes
from isopolity.registry.application.ports import RegistryUnitOfWork
from isopolity.registry.domain.change import IDENTITY, WORDS
from isopolity.registry.domain.city import CityProfile
from isopolity.registry.domain.errors import FieldError, InvalidProfile, NotFound
from isopolity.registry.domain.member import CapacityDefaults, Member, Profile
from isopolity.registry.domain.own_words import INTERESTS
from isopolity.registry.domain.partner import INTERNAL_FIELDS, PartnerProfile
from isopolity.registry.entrypoints.http.bodies import Departure, Endorsements, Merger, Return
from isopolity.registry.entrypoints.http.context import (
    ENDORSE,
    MANAGE,
    STAFF,
    Endorser,
    Post,
    Posting,
    RegistryContext,
    doer_of,
    is_own,
    is_staff,
    require_own,
)
from isopolity.registry.entrypoints.http.entries import city_entry, partner_entry
from isopolity.registry.entrypoints.http.merge_patch import Patch, merged, require_match, require_seen, validated
from isopolity.registry.entrypoints.http.replies import entry_reply
from isopolity.registry.entrypoints.inputs import CityApplication, CityInput, PartnerApplication, PartnerInput
from isopolity.web.problems import Problem
from isopolity.web.rate_limits import client_key
from isopolity.web.routing import ServiceRouter
from isopolity.web.security import refusal
from isopolity.web.tokens import Principal


class ApplicationReceipt(BaseModel):
    """The receipt for an application; its contact gets a mail with a link."""

    application_id: str


ANSWERS: Final[dict[int | str, dict[str, Any]]] = {
    202: {"model": ApplicationReceipt, "description": "Applied: a mail with a link to confirm the address follows"}
}


async def take_in(
    application: CityApplication | PartnerApplication, post: Post, registry: RegistryContext, client: str
) -> Response:
    """Store an application, apart from all members."""
    profile: Any = application.profile(usual=await _usual(registry))
    if application.contact is None:
        raise InvalidProfile([FieldError(("contact",), "Give a contact: whom to write to, with name and email.")])
    command = commands.Apply(profile=profile, person=application.contact.person(place=("contact",)), client=client)

    async def work(uow: RegistryUnitOfWork) -> Response:
        taken = await apply(command, uow, registry.surroundings)
        receipt = ApplicationReceipt(application_id=taken.application_id)
        return Response(receipt.model_dump_json(), 202, media_type="application/json")

    return await post(work)


def client_of(request: Request) -> str:
    """The sender of the request, for limits: an IPv4 address, or the /64 network of an IPv6 address."""
    return client_key(request.client.host if request.client else "")


AnyMember = Member[Any]
MemberT = TypeVar("MemberT", bound=AnyMember)

_PROFILES: dict[str, TypeAdapter[Any]] = {"city": TypeAdapter(CityProfile), "partner": TypeAdapter(PartnerProfile)}
_INPUTS: dict[str, type[CityInput | PartnerInput]] = {"city": CityInput, "partner": PartnerInput}
_PATHS = {"city": "/registry/v1/cities", "partner": "/registry/v1/partners"}


def member_reply(entry: AnyMember, *, status: int = 200) -> Response:
    """The answer with a member; `Location` is the address of a new member, or of a waiting change."""
    kind = entry.profile.member_kind
    state = city_entry(entry) if kind == "city" else partner_entry(entry)
    location = {201: f"{_PATHS[kind]}/{entry.member_id}", 202: f"/registry/v1/changes/{entry.member_id}"}.get(status)
    return entry_reply(state, entry.version, status=status, location=location)


def profile_values(profile: Profile) -> dict[str, Any]:
    """The profile as JSON values."""
    values: dict[str, Any] = _PROFILES[profile.member_kind].dump_python(profile, mode="json")
    return {name: value for name, value in values.items() if name not in INTERNAL_FIELDS}


async def enter_or_apply(
    application: CityApplication | PartnerApplication,
    post: Post,
    registry: RegistryContext,
    principal: Principal | None,
    client: str,
    *,
    endorse: bool,
) -> Response:
    """Register a member for staff that may endorse, perhaps endorsed at once; any other caller applies."""
    if not is_staff(principal):
        if principal is not None and holds(principal.scopes, f"{STAFF}:read"):
            raise refusal(principal, [ENDORSE])
        if endorse:
            raise Problem(
                403,
                "Only staff with the right to endorse can endorse; leave endorse out to apply.",
                code="scope-missing",
            )
        return await take_in(application, post, registry, client)
    person = application.contact.person(place=("contact",)) if application.contact else None
    profile: Any = application.profile(usual=await _usual(registry))
    command = commands.RegisterMember(profile=profile, person=person, endorse=endorse)

    async def work(uow: RegistryUnitOfWork) -> Response:
        return member_reply(await handlers.register_member(command, uow, registry.surroundings), status=201)

    return await post(work)


async def _usual(registry: RegistryContext) -> CapacityDefaults:
    """The default capacities of new members."""
    async with registry.reading() as uow:
        return await handlers.capacity_defaults(uow)


async def visible_member(directory: Directory[Any], member_id: str, principal: Principal | None) -> AnyMember:
    """The member, as the caller may see it. Raises NotFound."""
    found: AnyMember | None = await directory.get(member_id)
    sees_all = is_staff(principal) or is_own(principal, member_id)
    if found is None or not (found.status == "endorsed" or sees_all):
        raise NotFound("There is no member with this id, or it is not endorsed yet.")
    return found if sees_all else found.seen_by_others()


def as_listed(found: Sequence[MemberT], principal: Principal | None) -> Sequence[MemberT]:
    """The members of a list, as the caller may see them; staff sees everything."""
    return found if is_staff(principal) else [each.seen_by_others() for each in found]


async def patch_member(
    member_kind: str,
    member_id: str,
    patch: Patch,
    if_match: str,
    registry: RegistryContext,
    principal: Principal,
    *,
    dry_run: bool = False,
) -> Response:
    """Merge `patch` into the profile at the version in `if_match`; a member's change of identity waits for staff.

    A `dry_run` goes the same way and keeps nothing; its answer is the member as it would be compared with others.
    """
    require_own(principal, member_id)
    async with registry.unit_of_work() as uow:
        stored = await handlers.member(uow, member_kind, member_id)
        require_match(if_match, stored.version)
        known = profile_values(stored.profile)
        usual = await handlers.capacity_defaults(uow)
        profile: Any = validated(_INPUTS[member_kind], merged(known, patch), known).profile(stored.profile, usual=usual)
        waits = False
        if is_staff(principal):
            command = commands.ReviseMember(member_id=member_id, profile=profile)
            revised = await handlers.revise_member(command, uow, registry.surroundings)
        else:
            named = frozenset(patch).intersection((*IDENTITY[member_kind], WORDS, *INTERESTS))
            own = commands.ReviseOwnProfile(member_id=member_id, profile=profile, named=named)
            revised, waits = await revise_own_profile(own, uow, registry.surroundings)
        if dry_run:
            return member_reply(replace(revised, profile=revised.profile.compared()))
        await uow.commit()
    return member_reply(revised, status=202 if waits else 200)


async def endorse_one(member_kind: str, member_id: str, post: Post, decided_on: str | None) -> Response:
    """Endorse one applicant, at the version in `decided_on`, if given."""
    command = commands.EndorseMembers(**{"cities" if member_kind == "city" else "partners": (member_id,)})

    async def work(uow: RegistryUnitOfWork) -> Response:
        stored = await handlers.member(uow, member_kind, member_id)
        if stored.status == "applied":
            require_seen(decided_on, stored.version)
        (endorsed,) = await handlers.endorse_members(command, uow)
        return member_reply(endorsed)

    return await post(work)


async def merge_one(
    member_kind: str, member_id: str, wanted: Merger, post: Post, registry: RegistryContext
) -> Response:
    """Merge a duplicate into a member."""
    command = commands.MergeMembers(
        member_kind=member_kind,
        member_id=member_id,
        duplicate_id=wanted.duplicate_id,
        confirmed=wanted.confirmed,
        take=wanted.take,
    )

    async def work(uow: RegistryUnitOfWork) -> Response:
        return member_reply(await merge_members(command, uow, registry.surroundings))

    return await post(work)


async def withdraw_one(
    member_kind: str,
    member_id: str,
    post: Post,
    registry: RegistryContext,
    principal: Principal,
    *,
    eraser: Principal | None,
    departure: Departure | None,
) -> Response:
    """Withdraw a member, at its own request or by staff; with `eraser`, a caller with that right, its contacts are
    erased. Why it leaves is kept for staff alone: a `departure` of a member is refused.

    A member cannot erase coordinators in this way except the caller (409); each erased person gets a mail.
    """
    require_own(principal, member_id)
    if eraser is not None and not (is_staff(eraser) or is_own(eraser, member_id)):
        raise refusal(eraser, [MANAGE])
    if departure is not None and departure.reason is not None and not is_staff(principal):
        raise refusal(principal, [ENDORSE])
    command = commands.WithdrawMember(member_kind=member_kind, member_id=member_id, erase_contacts=eraser is not None)

    async def work(uow: RegistryUnitOfWork) -> Response:
        if departure is not None and departure.reason is not None:
            why = (departure.reason, departure.day, principal.subject)
            return member_reply(await office_notes.leave(command, *why, uow, registry.surroundings))
        return member_reply(await handlers.withdraw(command, doer_of(principal), uow, registry.surroundings))

    return await post(work)


async def take_back_in(
    member_kind: str, member_id: str, wanted: Return | None, post: Post, registry: RegistryContext, principal: Principal
) -> Response:
    """Take a member that has left into the network again."""
    reason = None if wanted is None else wanted.reason

    async def work(uow: RegistryUnitOfWork) -> Response:
        by = principal.subject
        back = await office_notes.come_back(member_kind, member_id, reason, by, uow, registry.surroundings)
        return member_reply(back)

    return await post(work)


router = ServiceRouter(prefix="/registry/v1/endorsements")


class Endorsed(BaseModel):
    """The versions of the endorsed members, by id."""

    endorsed: dict[str, int]


@router.post("", response_model=Endorsed, summary="Endorse a list of applicants")
async def endorse(wanted: Endorsements, post: Posting, _principal: Endorser) -> Response:
    """All of them, or none if one is unknown or has left; those endorsed already stay as they are."""
    command = commands.EndorseMembers(cities=wanted.cities, partners=wanted.partners)

    async def work(uow: RegistryUnitOfWork) -> Response:
        endorsed = await handlers.endorse_members(command, uow)
        body = {"endorsed": {entry.member_id: entry.version for entry in endorsed}}
        return Response(json.dumps(body), media_type="application/json")

    return await post(work)
