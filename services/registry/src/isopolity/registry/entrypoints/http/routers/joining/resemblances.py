"""Members and applications that are similar to an application, as staff reads them.

Invariant: nothing here names a person or an address.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final, Self

from pydantic import BaseModel

from isopolity.contracts.codes import CITY_KINDS
from isopolity.registry.application.directory import Filter, MemberDirectory
from isopolity.registry.application.joining.likeness import Alike, members_alike
from isopolity.registry.domain import wording
from isopolity.registry.domain.city import city_key
from isopolity.registry.domain.joining.application import OPEN, UNCONFIRMED, Application
from isopolity.registry.domain.member import Member
from isopolity.registry.entrypoints.http.context import RegistryContext

_ALIKE = 1000
"""The most applications of the same identities that are read; more would not change a warning."""
_WHY: Final = {
    "id": "Its number is that of a member",
    "other-name": "It has a known name in common with a member",
    "contact": "A contact of a member has the same address as one of its contacts",
    "web": "Its web page is that of a member",
    "distance": "Its name is somewhat like that of a member nearby",
}
"""Sentences about a similar member by the reason; about others the first words of a name."""
_BY_NAME: Final = "Its name is much like that of a member"


class SimilarMember(BaseModel):
    """A member that may be the same."""

    member_id: str
    name: str
    status: str

    @classmethod
    def of(cls, member: Member[Any]) -> Self:
        """The similar member as staff reads it."""
        return cls(member_id=member.member_id, name=member.profile.name, status=member.status)


class Resemblance(BaseModel):
    """Members and applications that are similar to an application."""

    warnings: list[str] = []
    resembles: SimilarMember | None = None
    """The member of the same identity: an endorsement needs another decision then."""
    near: list[SimilarMember] = []
    """Members of another identity: of its GeoNames id, or in its country with one of its names or one like its name, a
    contact of the same address, the same web page, or a name that is somewhat like its own nearby.
    """
    applications_alike: int = 0
    """Other open applications of the same identity."""


async def resemblances(
    registry: RegistryContext, applications: Sequence[Application], *, near_ones: bool
) -> Mapping[str, Resemblance]:
    """The resemblance of each application, by id; `near_ones` also searches similar members."""
    keys = tuple({key for one in applications for key in (one.profile.key, *_twin_keys(one.profile))})
    waiting = [one for one in applications if one.status in OPEN and near_ones]
    kinds: tuple[tuple[str, MemberDirectory[Any]], ...] = (("city", registry.cities), ("partner", registry.partners))
    same, likest, alike = await asyncio.gather(
        asyncio.gather(*(each.page(Filter(natural_keys=keys), after=None, limit=len(keys)) for _, each in kinds)),
        asyncio.gather(*(_near(registry, each, waiting, kind) for kind, each in kinds)),
        registry.applications.page(Filter(statuses=OPEN, member_keys=keys), after=None, limit=_ALIKE),
    )
    members = {one.key: one for of_kind in same for one in of_kind}
    near = {application_id: found for of_kind in likest for application_id, found in of_kind.items()}
    open_by_key = Counter(one.profile.key for one in alike)
    return {
        one.application_id: _resemblance(
            one,
            members.get(one.profile.key),
            [members[key] for key in _twin_keys(one.profile) if key in members],
            near.get(one.application_id) if near_ones else (),
            open_by_key[one.profile.key],
        )
        for one in applications
    }


async def _near(
    registry: RegistryContext, directory: MemberDirectory[Any], waiting: Sequence[Application], kind: str
) -> Mapping[str, Sequence[Alike] | None]:
    """The members that are like each of the applications of this kind of member, by the application's id."""
    some = [one for one in waiting if one.profile.member_kind == kind]
    addresses = [{person.address for person in (one.person, *one.others) if person is not None} for one in some]
    members_of = defaultdict[str, list[str]](list)
    if some:
        async with registry.reading() as uow:
            for contact in await uow.contacts.peek_of_addresses(set().union(*addresses)):
                members_of[contact.person.address].append(contact.member_id)
    writing_to = [[member_id for each in sorted(of_one) for member_id in members_of[each]] for of_one in addresses]
    found = await members_alike(directory, [one.profile for one in some], writing_to)
    return {one.application_id: alike for one, alike in zip(some, found, strict=True)}


def _twin_keys(profile: Any) -> list[str]:
    """The natural keys of cities with its GeoNames id that are entered as another kind."""
    if (number := getattr(profile, "geonames_id", None)) is None:
        return []
    return [city_key(kind, number, profile.country, profile.name) for kind in CITY_KINDS if kind != profile.kind]


def _resemblance(
    application: Application,
    member: Member[Any] | None,
    twins: Sequence[Member[Any]],
    near: Sequence[Alike] | None,
    open_alike: int,
) -> Resemblance:
    if application.status not in OPEN:
        return Resemblance()
    warnings = list(wording.warnings(application.profile.name))
    if application.status == UNCONFIRMED:
        warnings.append(
            "The applicant has not confirmed the address yet."
            if application.mailable
            else "No link was mailed: the address had got as many in a day as one may."
        )
    if member is not None:
        name = member.profile.name
        sentences = {
            "withdrawn": f"{name} was a member, and has left",
            "applied": f"{name} is entered, and not endorsed yet",
        }
        warnings.append(f"{sentences.get(member.status, f'{name} is a member already')}.")
    if near is None:
        warnings.append("In this list its name is not compared with those of members; open it to see whom it is like.")
        near = ()
    near = [one for one in near if one.member not in twins]
    kind = application.profile.kind
    warnings += [f"Its GeoNames id is that of a member: {_described(one, kind)}." for one in twins]
    warnings += [f"{_WHY.get(one.why, _BY_NAME)}: {_described(one.member, kind)}." for one in near]
    if open_alike > 1:
        warnings.append(f"Other open applications for the same member: {open_alike - 1}.")
    return Resemblance(
        warnings=warnings,
        resembles=None if member is None else SimilarMember.of(member),
        near=[SimilarMember.of(one) for one in (*twins, *(one.member for one in near))],
        applications_alike=max(open_alike - 1, 0),
    )


def _described(member: Member[Any], kind: str) -> str:
    """The description of a member in a warning; with the kind of a city if it is not `kind`."""
    profile = member.profile
    details = (CITY_KINDS[profile.kind], member.status) if profile.kind in {*CITY_KINDS} - {kind} else (member.status,)
    return f"{profile.name} ({', '.join(details)})"
