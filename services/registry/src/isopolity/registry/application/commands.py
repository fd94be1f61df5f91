"""Commands: what registry can be asked to do; what needs an id alone has none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from isopolity.registry.application.partners.revised_programmes import NO_WAIT, Wait
from isopolity.registry.domain.contact import Person
from isopolity.registry.domain.member import Profile
from isopolity.registry.domain.request import RequestDetails

ProfileT = TypeVar("ProfileT", bound=Profile)


@dataclass(frozen=True, slots=True, kw_only=True)
class Apply(Generic[ProfileT]):
    """Ask to join; `client` is the network address that it comes from."""

    profile: ProfileT
    person: Person
    client: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BeginDraft:
    """Ask for a link to apply by; `client` is the network address that it comes from."""

    member_kind: str
    email: str
    language: str
    client: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveStep(Generic[ProfileT]):
    """Keep one step of a draft at `version`; `profile` is what it makes of an application."""

    version: int
    step: str
    fields: Mapping[str, Any]
    profile: ProfileT


@dataclass(frozen=True, slots=True, kw_only=True)
class HandIn(Generic[ProfileT]):
    """Apply with a draft at `version`: what its steps make, and further contacts."""

    version: int
    profile: ProfileT
    person: Person
    others: Sequence[Person]
    answer: str | None = None
    """To the question of staff that the draft is for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskApplicant:
    """Ask who applied something; `steps` are the application's as a draft has them."""

    question: str
    steps: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class EndorseApplication:
    """Make a member of an application; `reinstate` allows that it brings a withdrawn member back."""

    application_id: str
    reinstate: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RefuseApplication:
    """End an application for one of the reasons that the domain lists.

    `words` are what staff adds for the applicant; `is_mailed` is whether the applicant is written to at all.
    """

    application_id: str
    reason: str
    words: str | None = None
    is_mailed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class StartHandover:
    """Let a member's predecessor pass its role on to a successor, whose role is not looked at."""

    member_kind: str
    member_id: str
    predecessor_id: str | None
    predecessor_becomes: str
    successor: Person
    by_staff: bool
    reason: str | None = None
    """Why staff replaces a person who still has the role."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterMember(Generic[ProfileT]):
    """Enter a member by staff's leave, with the person to write to, if given."""

    profile: ProfileT
    person: Person | None = None
    endorse: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviseMember(Generic[ProfileT]):
    """Replace a member's profile; some of its programmes wait for staff, or none."""

    member_id: str
    profile: ProfileT
    wait: Wait = NO_WAIT


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviseOwnProfile(ReviseMember[ProfileT]):
    """Replace a member's profile at its own wish; `named`: the fields that the member gave and that may wait."""

    named: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideChange:
    """Approve or refuse a member's change of identity, if it is at `version` still."""

    member_kind: str
    member_id: str
    version: int
    approve: bool
    reason: str | None = None
    """Why it is refused, for the member to read."""


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
class MergeMembers:
    """Make one of two entries of a member: `duplicate_id` leaves, and what it has goes to `member_id`."""

    member_kind: str
    member_id: str
    duplicate_id: str
    confirmed: bool = True
    """Whether the person who merges has read which parts of the duplicate cannot go on, and agrees."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishRequest:
    """Ask sponsors for something, in the name of a city."""

    city_id: str
    details: RequestDetails


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviseRequest:
    """Replace the details of a request; staff has agreed to `agreed`, or to all of them where that is None."""

    request_id: str
    details: RequestDetails
    agreed: RequestDetails | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclareTwinning:
    """Say that two member cities are twinned already; `claimed_by` is the side that says so, None for staff."""

    city_a: str
    city_b: str
    since: int | None = None
    claimed_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideTwinning:
    """Confirm or refuse a claimed twinning; `side` is the city that does so, None for staff."""

    twinning_id: str
    confirm: bool
    side: str | None = None


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
