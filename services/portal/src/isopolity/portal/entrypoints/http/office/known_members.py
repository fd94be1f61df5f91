"""Members as pages of the office name them: by name, kind and country, with the page that tells their story.

Invariant: two members of one name are told apart wherever they stand.
"""

import asyncio
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

from isopolity.portal.adapters.service_apis import ServiceApis

FOLDERS: Final[Mapping[str, str]] = {"city": "cities", "partner": "partners"}
_AT_ONCE: Final = "100"
_ID: Final = re.compile(r"[A-Za-z0-9_.:-]{1,128}")


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownMember:
    """A member as registry lists it."""

    member_kind: str
    member_id: str
    name: str
    kind: str
    """City, district, foundation and so on."""
    country: str
    status: str
    changed_on: str | None

    @classmethod
    def of(cls, member_kind: str, listed: Mapping[str, Any]) -> Self:
        """The member of an entry in registry's list of cities or partners."""
        return cls(
            member_kind=member_kind,
            member_id=listed[f"{member_kind}_id"],
            name=listed["name"],
            kind=listed["kind"],
            country=listed["country" if member_kind == "city" else "home_country"],
            status=listed["status"],
            changed_on=listed.get("changed_on"),
        )

    @property
    def address(self) -> str:
        """The page of its story."""
        return address_of(self.member_kind, self.member_id)


def address_of(member_kind: str, member_id: str) -> str:
    """The page on which the office reads a member's story."""
    return f"/office/members/{FOLDERS[member_kind]}/{member_id}"


async def members_listed(apis: ServiceApis, asked: Mapping[str, str]) -> tuple[Sequence[KnownMember], bool]:
    """The first cities, then the first partners, that registry lists for a question; and whether there are more."""
    found = await asyncio.gather(*(apis.get("registry", f"/{folder}", asked) for folder in FOLDERS.values()))
    listed = zip(FOLDERS, found, strict=True)
    return [KnownMember.of(kind, each) for kind, told in listed for each in told["items"]], any(
        told["next"] for told in found
    )


async def members_of(apis: ServiceApis, kinds: Mapping[str, str]) -> Mapping[str, KnownMember]:
    """At most a hundred cities and a hundred partners, by their ids, of which `kinds` tells what they are."""
    of_kind = {kind: [each for each, of in kinds.items() if of == kind] for kind in FOLDERS}
    found = await asyncio.gather(*(_of_kind(apis, kind, ids) for kind, ids in of_kind.items()))
    return {each.member_id: each for some in found for each in some}


async def members_known(apis: ServiceApis, ids: Iterable[str]) -> Mapping[str, KnownMember]:
    """The cities and partners with these ids, by id. The first hundred ids are looked up, unknown ones are left out."""
    wanted = list(dict.fromkeys(each for each in ids if _ID.fullmatch(each)))[: int(_AT_ONCE)]
    found = await asyncio.gather(*(_of_kind(apis, kind, wanted) for kind in FOLDERS))
    return {each.member_id: each for some in found for each in some}


async def _of_kind(apis: ServiceApis, kind: str, ids: Sequence[str]) -> Sequence[KnownMember]:
    if not ids:
        return ()
    asked = {"ids": ",".join(ids), "status": "any", "limit": _AT_ONCE}
    found = await apis.get("registry", f"/{FOLDERS[kind]}", asked)
    return [KnownMember.of(kind, each) for each in found["items"]]
