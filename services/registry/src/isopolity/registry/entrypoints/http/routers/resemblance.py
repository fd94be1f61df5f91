"""Which members and applications an application resembles, and what staff should look at before it decides."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from isopolity.registry.application.directory import Filter
from isopolity.registry.domain import lookalikes
from isopolity.registry.domain.application import OPEN, UNCONFIRMED, Application
from isopolity.registry.domain.member import Member
from isopolity.registry.entrypoints.http.context import RegistryContext

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
