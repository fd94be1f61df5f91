"""A partner's programmes as registry has them, and their change.

Invariant: a change names the version that the visitor saw, so that nobody's work is written over.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from isopolity.portal.adapters.service_apis import ChangedMeanwhile
from isopolity.portal.domain.interests import number_in
from isopolity.portal.domain.session import Account
from isopolity.portal.entrypoints.http.visitors import apis_of


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnProgrammes:
    """The partner at a version, with its programmes and the ids of those that wait for the office."""

    partner: Any

    @property
    def all(self) -> Sequence[dict[str, Any]]:
        """The programmes, as the partner ordered them."""
        found: list[dict[str, Any]] = self.partner["programmes"]
        return found

    @property
    def waiting(self) -> frozenset[str]:
        """Ids of the programmes that wait for the office and that only the partner and staff see."""
        return frozenset(self.partner.get("waiting", ())) - self.changes.keys()

    @property
    def refused(self) -> Mapping[str, Any]:
        """Reason and day, by id, of each refused programme that only the partner and staff see."""
        return {name: each for name, each in self._refusals.items() if name not in self.changes}

    @property
    def changes(self) -> Mapping[str, Any]:
        """Changes of admitted programmes that wait or are refused, by id: `fields`, `standing`, `refusal`."""
        return {
            each["programme_id"]: each | {"refusal": self._refusals.get(each["programme_id"])}
            for each in self.partner.get("changed", ())
        }

    @property
    def _refusals(self) -> Mapping[str, Any]:
        return {each["programme_id"]: each for each in self.partner.get("refused", ())}

    def place_of(self, programme_id: str) -> int | None:
        """Where it stands among all; None where it is not the partner's."""
        return next((place for place, each in enumerate(self.all) if each["programme_id"] == programme_id), None)


async def own_programmes(request: Request, account: Account) -> OwnProgrammes:
    """The programmes of the partner as which the visitor acts. Raises what the API does."""
    return OwnProgrammes(partner=await apis_of(request).get("registry", f"/partners/{account.member_id}"))


async def save_programmes(
    request: Request, account: Account, programmes: Sequence[dict[str, Any]], version: str
) -> OwnProgrammes:
    """Put these in place of all. Raises ChangedMeanwhile unless the partner is at this version, and NotAllowed."""
    seen = number_in(version)
    if not isinstance(seen, int):
        raise ChangedMeanwhile(version)
    path, change = f"/partners/{account.member_id}", {"programmes": list(programmes)}
    return OwnProgrammes(partner=await apis_of(request).patch("registry", path, change, seen))
