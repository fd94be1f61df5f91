"""What registry can be asked to do."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from isopolity.registry.domain.contact import Person
from isopolity.registry.domain.member import Profile
from isopolity.registry.domain.request import RequestDetails

ProfileT = TypeVar("ProfileT", bound=Profile)


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterMember(Generic[ProfileT]):
    """Take in an application to join, with the person to write to, if given."""

    profile: ProfileT
    person: Person | None = None
    endorse: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviseMember(Generic[ProfileT]):
    """Replace a member's profile."""

    member_id: str
    profile: ProfileT


@dataclass(frozen=True, slots=True, kw_only=True)
class EndorseMembers:
    """Make applicants members: all of them, or none if one is unknown or has left."""

    cities: Sequence[str] = ()
    partners: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawMember:
    """Take a member out of the network; a city's open requests close. Its contacts stay unless asked otherwise."""

    member_kind: str
    member_id: str
    erase_contacts: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishRequest:
    """Ask sponsors for something, in the name of a city."""

    city_id: str
    details: RequestDetails


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviseRequest:
    """Replace what is asked for."""

    request_id: str
    details: RequestDetails


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseRequest:
    """End a request."""

    request_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclareTwinning:
    """Say that two member cities are twinned already."""

    city_a: str
    city_b: str
    since: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RetractTwinning:
    """Take a declaration back."""

    twinning_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AddContact:
    """Name a person who answers for a member."""

    member_kind: str
    member_id: str
    person: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeContact:
    """Replace a contact's data."""

    contact_id: str
    person: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class EraseContact:
    """Delete a person's data here, and by the event everywhere."""

    contact_id: str
