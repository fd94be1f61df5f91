"""Commands: the input of handlers; handlers that need only an id have no command."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from isopolity.registry.application.revised_profiles import NO_WAIT, Wait
from isopolity.registry.domain.contact import Person
from isopolity.registry.domain.member import Profile
from isopolity.registry.domain.request import RequestDetails

ProfileT = TypeVar("ProfileT", bound=Profile)


@dataclass(frozen=True, slots=True, kw_only=True)
class Apply(Generic[ProfileT]):
    """Apply to join; `client` is the sender's network address."""

    profile: ProfileT
    person: Person
    client: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HandIn(Generic[ProfileT]):
    """Submit a draft at `version`: the application that its steps result in, with further contacts."""

    version: int
    profile: ProfileT
    person: Person
    others: Sequence[Person]
    answer: str | None = None
    """The answer to staff's question, if the draft is for one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StartHandover:
    """Hand a contact's role over to a successor; the successor's own `role` is ignored."""

    member_kind: str
    member_id: str
    predecessor_id: str | None
    predecessor_becomes: str
    successor: Person
    by_staff: bool
    reason: str | None = None
    """Staff's reason to replace a person who still has the role."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterMember(Generic[ProfileT]):
    """Register a member on behalf of staff, with a first contact, if given."""

    profile: ProfileT
    person: Person | None = None
    endorse: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviseMember(Generic[ProfileT]):
    """Replace a member's profile; `wait` decides which of its programmes wait for staff."""

    member_id: str
    profile: ProfileT
    wait: Wait = NO_WAIT


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviseOwnProfile(ReviseMember[ProfileT]):
    """Replace a member's profile at its own request; `named`: the given fields that may wait for staff."""

    named: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideChange:
    """Approve or refuse a member's pending change, if it is still at `version`."""

    member_kind: str
    member_id: str
    version: int
    approve: bool
    reason: str | None = None
    """The reason for a refusal, which the member reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndorseMembers:
    """Endorse applicants: all of them, or none if one is unknown or has left."""

    cities: Sequence[str] = ()
    partners: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawMember:
    """Take a member out of the network; a city's open requests close, contacts stay unless `erase_contacts`."""

    member_kind: str
    member_id: str
    erase_contacts: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeMembers:
    """Merge two entries of a member: the data of `duplicate_id` moves to `member_id`, then it leaves."""

    member_kind: str
    member_id: str
    duplicate_id: str
    confirmed: bool = True
    """Whether the caller has read which parts of the duplicate cannot continue, and agrees."""
    take: Collection[str] = ()
    """Fields whose value in the duplicate replaces that of the kept entry; each is one of `TAKEABLE`."""


TOGETHER: Final = (("latitude", "longitude"), ("can_travel", "can_host", "online_only"))
"""Fields of which a merger takes all or none, since their values depend on each other."""
TAKEABLE: Final = (
    *("about", "web", "languages", "time_zone", "population", "learning_city_since", "creative_field"),
    *("capacity", "sponsorship_capacity", "paused_until", "wants_own_country", "shows_ratings"),
    *(name for names in TOGETHER for name in names),
)
"""Fields of which a merger can take the duplicate's value. Identity stays, and lists of both entries are joined."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishRequest:
    """Publish a request to sponsors on behalf of a city."""

    city_id: str
    details: RequestDetails


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviseRequest:
    """Replace the details of a request; staff has admitted `agreed`, or all details if it is None."""

    request_id: str
    details: RequestDetails
    agreed: RequestDetails | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclareTwinning:
    """Declare that two member cities are twinned; `claimed_by` is the side that says so, None for staff."""

    city_a: str
    city_b: str
    since: int | None = None
    claimed_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AddContact:
    """Add a contact of a member."""

    member_kind: str
    member_id: str
    person: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeContact:
    """Replace a contact's data."""

    contact_id: str
    person: Person
