"""The state that registry publishes: cities, partners, requests, twinnings, and revocations of bearer tokens.

Contacts and applicants appear as ids only.
"""

from datetime import date
from typing import Annotated

from pydantic import Field

from isopolity.contracts.event import (
    Code,
    Country,
    Currency,
    Data,
    Identifier,
    Language,
    Moment,
    Paragraph,
    Title,
    Topics,
    Version,
)

Amount = Annotated[int, Field(ge=0)]
"""Whole units of a currency (not cents)."""


class _Interest(Data):
    """The fields that needs and offers share."""

    subject: Code
    intensity: Annotated[int, Field(ge=1, le=5)]
    mode: Code
    valid_until: date | None = None
    title: Title | None = None
    """What it is about, in the member's words."""
    text: Paragraph | None = None
    """The same at length."""
    language: Language | None = None
    """The language of title and text."""
    topics: Topics = ()
    """Concepts of the UNESCO Thesaurus, as `topic.<number>`."""


class Need(_Interest):
    """A member's need: a subject, how much it matters, and the mode in which others can help."""


class Offer(_Interest):
    """A member's offer: a subject, how much it matters, and the mode in which the member can help."""


class MovedId(Data):
    """The former id and the present one of a request or programme whose member was merged."""

    former: Identifier
    now: Identifier


class CityState(Data):
    """A city as registry knows it at `version`; carried whole by every event on the city topic."""

    city_id: Identifier
    version: Version
    status: Code
    """`applied`, `endorsed` or `withdrawn`; only endorsed members are visible and matched."""
    kind: Code
    name: Annotated[str, Field(min_length=1, max_length=200)]
    local_names: tuple[str, ...] = ()
    country: Country
    region: Code
    geonames_id: int | None = None
    latitude: Annotated[float, Field(ge=-90, le=90)] | None = None
    longitude: Annotated[float, Field(ge=-180, le=180)] | None = None
    population: int | None = None
    time_zone: Code | None = None
    """Its name in the IANA database, such as Europe/Helsinki."""
    languages: tuple[Language, ...] = ()
    """Working languages, ISO 639 codes, most used first."""
    about: str | None = None
    """The member's description of itself."""
    learning_city_since: int | None = None
    creative_field: Code | None = None
    web: str | None = None
    can_travel: bool = True
    can_host: bool = True
    online_only: bool = False
    wants_own_country: bool = False
    shows_ratings: bool = False
    """Whether others may see how the city rates its needs and offers, from 1 to 5; matching counts them anyway."""
    capacity: Annotated[int, Field(ge=0)] = 1
    """How many twinnings the city can handle at a time: open proposals and new partnerships."""
    sponsorship_capacity: Annotated[int, Field(ge=0)] | None = None
    """How many sponsorships it can handle at a time; null: as many as `capacity`."""
    paused_until: date | None = None
    """Before this day nothing new is proposed to the member, nor the member to others; others do not learn of it."""
    avoided_countries: tuple[Country, ...] = ()
    """Countries with which the city cannot work: no member there is proposed to it, nor it to them. Only its own
    contacts read them.
    """
    changed_on: date | None = None
    """The day of the last change that others see, where this version is not one; None: the day of the event."""
    needs: tuple[Need, ...] = ()
    offers: tuple[Offer, ...] = ()
    illustrative: bool = False
    """True where needs and offers were drawn for a demonstration, not given by the member."""
    bulk: bool = False
    """True where an import made the change: no suggestion follows from it, it waits for a round."""
    merged_into: Identifier | None = None
    """The entry of the same member that this one, which has left, was merged into; None where it was not merged."""
    merged_version: Version | None = None
    """The version of that entry which holds what this one had."""
    moved_ids: tuple[MovedId, ...] = ()
    """Its requests, as they go on in that entry."""
    parted_from: Identifier | None = None
    """The entry that this one was merged into before the office undid that; `moved_ids` then tells what comes back."""


class Programme(Data):
    """A partner's line of support; `cities` is how many sponsorships it can handle at a time."""

    programme_id: Identifier
    name: Annotated[str, Field(min_length=1, max_length=200)]
    purpose: str | None = None
    """The purpose of the programme, in the partner's words."""
    budget: Amount
    currency: Currency
    grant_min: Amount
    grant_max: Amount
    opens: date | None = None
    closes: date | None = None
    subjects: tuple[Code, ...] = ()
    supports: tuple[Code, ...] = ()
    regions: tuple[Code, ...] = ()
    """Regions served; empty means all."""
    countries: tuple[Country, ...] = ()
    """Countries served within the regions; empty means all."""
    eligibility: str | None = None
    population_min: int | None = None
    population_max: int | None = None
    cities: Annotated[int, Field(ge=0)] = 1
    topics: Topics = ()
    """Concepts of the UNESCO Thesaurus, as `topic.<number>`."""
    language: Language | None = None
    """The language of name, purpose and eligibility."""


class PartnerState(Data):
    """A partner with its programmes, whole."""

    partner_id: Identifier
    version: Version
    status: Code
    kind: Code
    name: Annotated[str, Field(min_length=1, max_length=200)]
    home_country: Country
    registration_id: str | None = None
    languages: tuple[Language, ...] = ()
    about: str | None = None
    """The member's description of itself."""
    web: str | None = None
    programmes: tuple[Programme, ...] = ()
    time_zone: Code | None = None
    """Its name in the IANA database, such as Europe/Helsinki."""
    paused_until: date | None = None
    """Before this day nothing new is proposed to the member, nor the member to others; others do not learn of it."""
    changed_on: date | None = None
    """The day of the last change that others see, where this version is not one; None: the day of the event."""
    illustrative: bool = False
    bulk: bool = False
    """True where an import made the change."""
    merged_into: Identifier | None = None
    """The entry of the same member that this one, which has left, was merged into; None where it was not merged."""
    merged_version: Version | None = None
    """The version of that entry which holds what this one had."""
    moved_ids: tuple[MovedId, ...] = ()
    """Its programmes, as they go on in that entry."""
    parted_from: Identifier | None = None
    """The entry that this one was merged into before the office undid that; `moved_ids` then tells what comes back."""
    gave_back_to: Identifier | None = None
    """The entry whose merger into this one the office undid by this change; its own event has what goes back to it."""


class RequestState(Data):
    """A city's request to sponsors; status `published` or `closed`."""

    request_id: Identifier
    version: Version
    status: Code
    city_id: Identifier
    title: Annotated[str, Field(min_length=1, max_length=200)]
    description: str = ""
    amount_min: Amount
    amount_max: Amount
    currency: Currency
    starts: date | None = None
    ends: date | None = None
    beneficiaries: int | None = None
    payee: str | None = None
    """The organisation that would receive the money; never a person."""
    subjects: tuple[Code, ...] = ()
    topics: Topics = ()
    """Concepts of the UNESCO Thesaurus, as `topic.<number>`."""
    language: Language | None = None
    """The language of title and description."""
    illustrative: bool = False
    bulk: bool = False
    """True where an import made the change."""
    moved_to: Identifier | None = None
    """The request that continues a closed one whose city was merged into another entry; None: it has ended."""


class TwinningState(Data):
    """An existing tie between two member cities, `city_a` < `city_b`; status `declared` or `retracted`."""

    twinning_id: Identifier
    """`city_a:city_b`, also the key."""
    version: Version
    status: Code
    city_a: Identifier
    city_b: Identifier
    since: int | None = None


class ContactState(Data):
    """A contact changed or was erased: ids and role only; the person's data stays in registry's database.

    An erasure that is published again has `unknown` for member and role: registry keeps only its id and version.
    """

    contact_id: Identifier
    version: Version
    status: Code
    """`changed` or `erased`."""
    member_kind: Code
    """`city` or `partner`."""
    member_id: Identifier
    role: Code
    confirmed: bool | None = None
    """Whether the person has confirmed the address: until then nothing is mailed there. None, as in events older than
    this field, counts as true.
    """
    merged_into: Identifier | None = None
    """Where the member of an erased contact was merged: the remaining contact of the same person, if there is one."""


class ConfirmationRequested(Data):
    """A mail about an application, a handover or a contact is to go out; registry gives its content and recipient on
    request.
    """

    confirmation_id: Identifier
    requested_at: Moment
    about: Code | None = None
    """`draft` where the link opens a draft of an application under this id; `welcome`, `refusal`, `question` or
    `consultation` for a letter of the office about an application, under the letter's id; `contact-change` where a
    contact is told of a change that somebody else makes; `invitation` where a city is invited to make a request; None
    for an application that was sent whole. A reader mails nothing if it does not know the code.
    """


class SignInRequested(Data):
    """Somebody wants to sign in; registry gives the mail and its recipient on request, or says that there is none."""

    sign_in_id: Identifier
    requested_at: Moment


class RevocationState(Data):
    """Bearer tokens issued until `revoked_at`, to the whole second, are no longer accepted."""

    revocation_id: Identifier
    """`token:` with a token's id, `subject:` with a digest of a subject, `member:` with a member's id, or `session:`
    with a session's; the key.
    """
    version: Version
    status: Code
    """`issued`."""
    revoked_at: Moment
    expires_at: Moment
    """After this moment all of these tokens have expired: a tombstone follows."""


class CanarySounded(Data):
    """A sign of life; `sounded_at` is passed on unchanged, so that its age at notify is the path's latency."""

    canary_id: Identifier
    sounded_at: Moment
