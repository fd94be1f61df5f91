"""A partner's programmes as registry has them, and their change.

Invariant: a change names the version that the visitor saw, so that nobody's work is written over.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

from starlette.requests import Request

from isopolity.client import registry
from isopolity.client.registry.models import ChangedProgramme, CityEntry, PartnerEntry, Programme, RefusedProgramme
from isopolity.portal.adapters.service_apis import ChangedMeanwhile
from isopolity.portal.domain.interests import number_in
from isopolity.portal.domain.programmes.form import Stated
from isopolity.portal.domain.session import Account
from isopolity.portal.entrypoints.http.visitors import apis_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change of an admitted programme that waits or is refused."""

    fields: Sequence[str]
    """The names of those that wait."""
    standing: Programme
    """What others see meanwhile."""
    refusal: RefusedProgramme | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnProgrammes:
    """The programmes of a member at a version, and what of them the office has not agreed to; a city has none."""

    version: int
    all: Sequence[Programme] = ()
    """As the partner ordered them."""
    waiting: frozenset[str] = frozenset()
    """Ids of the programmes that wait for the office and that only the partner and staff see."""
    refused: Mapping[str, RefusedProgramme] = field(default_factory=dict)
    """Reason and day, by id, of each refused programme that only the partner and staff see."""
    changes: Mapping[str, Change] = field(default_factory=dict)
    """By the id of the programme."""

    @classmethod
    def of(cls, member: PartnerEntry | CityEntry) -> Self:
        """Those of the member."""
        if isinstance(member, CityEntry):
            return cls(version=member.version)
        refusals = {each.programme_id: each for each in member.refused}
        changes = {each.programme_id: _change(each, refusals.get(each.programme_id)) for each in member.changed}
        return cls(
            version=member.version,
            all=member.programmes,
            waiting=frozenset(member.waiting) - changes.keys(),
            refused={name: each for name, each in refusals.items() if name not in changes},
            changes=changes,
        )

    def place_of(self, programme_id: str) -> int | None:
        """Where it stands among all; None where it is not the partner's."""
        return next((place for place, each in enumerate(self.all) if each.programme_id == programme_id), None)


def _change(changed: ChangedProgramme, refusal: RefusedProgramme | None) -> Change:
    return Change(fields=changed.fields, standing=changed.standing, refusal=refusal)


async def own_programmes(request: Request, account: Account) -> OwnProgrammes:
    """The programmes of the partner as which the visitor acts. Raises what the API does."""
    partner = await apis_of(request).send(registry.partners.read(account.member))
    return OwnProgrammes.of(partner)


async def save_programmes(
    request: Request, account: Account, programmes: Sequence[Programme | Stated], version: str
) -> OwnProgrammes:
    """Put these in place of all. Raises ChangedMeanwhile unless the partner is at this version, and NotAllowed."""
    seen = number_in(version)
    if not isinstance(seen, int):
        raise ChangedMeanwhile(version)
    stated = [each.model_dump(mode="json") if isinstance(each, Programme) else each for each in programmes]
    change = registry.partners.change(account.member, {"programmes": stated}, version=seen)
    partner = await apis_of(request).send(change)
    return OwnProgrammes.of(partner)
