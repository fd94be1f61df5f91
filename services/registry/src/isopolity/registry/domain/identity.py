"""The identity of a member: fields that staff endorsed, so that a member alone cannot change them.

A name stands in official mails to others, and the ids and the country decide whom a member is taken for. Names of
programmes, titles of requests and the web site are not among them: they are told as what the member says.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final, TypeVar

from isopolity.registry.domain.member import Profile

ProfileT = TypeVar("ProfileT", bound=Profile)

IDENTITY: Final[Mapping[str, tuple[str, ...]]] = {
    "city": ("kind", "name", "local_names", "country", "geonames_id"),
    "partner": ("kind", "name", "home_country", "registration_id"),
}
"""The fields of identity by kind of member."""

Values = dict[str, Any]


def identity_of(profile: Profile) -> Values:
    """The fields of identity and what they hold."""
    return {name: getattr(profile, name) for name in IDENTITY[profile.member_kind]}


def with_identity(profile: ProfileT, values: Mapping[str, Any]) -> ProfileT:
    """`profile` under the identity in `values`; what they do not name stays. Raises InvalidProfile."""
    return replace(profile, **values)  # type: ignore[type-var]  # every profile is a dataclass
