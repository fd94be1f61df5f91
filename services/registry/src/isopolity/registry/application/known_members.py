"""Members as far as it takes to tell whom a name could mean: their names, numbers, places and web pages.

Invariant: nothing here is read to change a member; a document of any size is read for these fields alone.
"""

from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class CityIdentity:
    """What tells a city from others."""

    kind: str
    name: str
    country: str
    local_names: tuple[str, ...] = ()
    geonames_id: int | None = None
    latitude: float | None = None
    longitude: float | None = None
    web: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerIdentity:
    """What tells a partner from others."""

    kind: str
    name: str
    home_country: str
    registration_id: str | None = None
    web: str | None = None

    @property
    def country(self) -> str:
        """The country in which it is at home."""
        return self.home_country


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownMember:
    """A stored member of this identity."""

    member_id: str
    status: str
    profile: CityIdentity | PartnerIdentity


IDENTITIES: dict[str, type[CityIdentity] | type[PartnerIdentity]] = {"city": CityIdentity, "partner": PartnerIdentity}


def known_member(member_id: str, status: str, profile: Any) -> KnownMember:
    """The member with the identity that its whole profile states."""
    identity = IDENTITIES[profile.member_kind]
    stated = identity(**{one.name: getattr(profile, one.name) for one in fields(identity)})
    return KnownMember(member_id=member_id, status=status, profile=stated)
