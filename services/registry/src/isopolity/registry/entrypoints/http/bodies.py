"""Bodies of requests over HTTP: entries with their owners, and decisions."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from isopolity.contracts.input_limits import AVOIDED_COUNTRIES
from isopolity.identity.actors import OFFICE_SCOPES, without_repetition
from isopolity.registry.application.commands import TAKEABLE
from isopolity.registry.domain.access.account import OfficePerson
from isopolity.registry.domain.contact import Person
from isopolity.registry.domain.handover import BECOMES, DEPUTY
from isopolity.registry.domain.joining.application import NOT_AUTHENTIC, REFUSALS, STEPS
from isopolity.registry.domain.joining.commission import VERDICTS
from isopolity.registry.entrypoints import field_types as f
from isopolity.registry.entrypoints.inputs import Input, PersonInput, RequestInput

Reason = Annotated[f.Text, Field(min_length=1, max_length=1000)]


class NewRequest(RequestInput):
    """A request with its city."""

    city_id: f.EntryId


class TwinningInput(Input):
    """Two cities that are twinned already; the order does not matter."""

    city_a: f.EntryId
    city_b: f.EntryId
    since: f.Year | None = None


class NewContact(PersonInput):
    """A person with the member whose contact the person becomes."""

    member_kind: Literal["city", "partner"]
    member_id: f.EntryId
    reason: Reason | None = None
    """Reason of staff, if this changes a coordinator or programme officer."""


class ChangedPerson(PersonInput):
    """Changes of a contact."""

    reason: Reason | None = None
    """Reason of staff, if it changes a coordinator."""


class NewHandover(Input):
    """The successor of a member's coordinator or programme officer, and what becomes of the predecessor."""

    member_kind: Literal["city", "partner"]
    member_id: f.EntryId
    name: f.Name
    email: f.Email
    language: f.Language = "en"
    predecessor_becomes: Annotated[str, f.OneOf(BECOMES, "predecessor_becomes")] = DEPUTY
    predecessor_id: f.EntryId | None = None
    """For staff: the contact that hands over; left out if that person is erased already."""
    reason: Reason | None = None
    """Reason of staff, if it replaces a person who still has the role."""

    def successor(self) -> Person:
        """The successor as a domain object. Raises InvalidProfile."""
        return PersonInput(name=self.name, email=self.email, language=self.language).person()


class Merger(Input):
    """The entry that is the same member as the one in the address."""

    duplicate_id: f.EntryId
    confirmed: bool = Field(
        default=False,
        description="That you have read what cannot go on, `GET /matching/v1/members/{member_id}/merger`, and agree.",
    )
    take: Annotated[
        tuple[Annotated[str, f.OneOf(TAKEABLE, "field")], ...],
        AfterValidator(without_repetition),
        Field(
            default=(),
            max_length=len(TAKEABLE),
            description="Fields whose value in the duplicate is kept, also where it is empty; of others "
            "the duplicate's value is taken where this entry has none. Latitude and longitude go together, as do the "
            "ways to meet.",
        ),
    ]


class UndoneMerger(Input):
    """That staff undoes a merger."""

    confirmed: bool = Field(
        default=False,
        description="That you have read what comes back, `GET /matching/v1/members/{member_id}/undone-merger`, and "
        "agree.",
    )


class Departure(Input):
    """Why a member leaves, as staff records it in a note of the office; without a reason there is no note."""

    reason: Reason | None = None
    day: f.Day | None = None
    """The day on which it left or said so, not later than today; today by default."""


class Return(Input):
    """Why a member comes back, as staff records it in a note of the office."""

    reason: Reason | None = None


class NewOfficeNote(Input):
    """A note of the office about a member."""

    member_kind: Literal["city", "partner"]
    member_id: f.EntryId
    text: Annotated[f.Text, Field(min_length=1, max_length=2000)]


class AvoidedCountriesInput(Input):
    """The countries with which a city cannot work."""

    countries: f.Countries = Field(description=f"At most {AVOIDED_COUNTRIES}; they replace those stated before.")


class Endorsements(Input):
    """The applicants that staff endorses, all at once."""

    cities: Annotated[tuple[f.EntryId, ...], Field(max_length=1000)] = ()
    partners: Annotated[tuple[f.EntryId, ...], Field(max_length=1000)] = ()


class ProgrammeRefusal(Input):
    """Reason why staff refuses a programme in its present state; the partner reads it."""

    reason: Annotated[f.Text, Field(min_length=1, max_length=1000)]


class CityWords(Input):
    """Words that a city says of a need or an offer."""

    title: f.Title | None = None
    text: f.Paragraph | None = None


class WordsToHide(CityWords):
    """Words to hide from others, and the reason, which the city reads."""

    reason: Reason


class RequestToHide(Input):
    """Reason why staff hides a request from others; the city reads it."""

    reason: Reason


class ChangeRefusal(Input):
    """Reason why staff refuses a change of identity; the member reads it."""

    reason: Reason | None = None


class Refusal(Input):
    """Reason why an application is refused, and whether the applicant gets a mail."""

    reason: Annotated[str, f.OneOf(REFUSALS, "reason")]
    words: f.Message | None = None
    """Staff's own words to the applicant; kept until the mail is sent."""
    mail: bool | None = None
    """Whether the applicant gets a mail with the reason; null: yes, unless the reason is `not-authentic`. An address
    that is not confirmed never gets one.
    """

    @property
    def is_mailed(self) -> bool:
        """Whether the applicant gets a mail."""
        return self.reason != NOT_AUTHENTIC if self.mail is None else self.mail


class Question(Input):
    """Staff's question to an applicant."""

    question: f.Message


class CommissionInput(Input):
    """A National Commission."""

    name: f.Name
    """The name as letters address it."""
    email: f.Email
    language: f.Language = "en"
    """Language in which it is written to."""


class Confirmation(Input):
    """The secret of a mailed link."""

    secret: Annotated[str, Field(strict=True, min_length=1, max_length=200)]


class Saying(Confirmation):
    """A National Commission's opinion on the application of a city."""

    verdict: Annotated[str, f.OneOf(VERDICTS, "verdict")]
    words: f.Message | None = None
    """Its reasons, which only staff reads."""


class NewDraft(Input):
    """The address of an applicant, and the kind of member."""

    member_kind: Literal["city", "partner"]
    email: f.Email
    language: f.Language = "en"
    """Language in which the mail is written."""


class DraftLink(Confirmation):
    """The secret of a mailed link that opens a draft."""


class SeenDraft(DraftLink):
    """A draft at the version that its holder has seen."""

    version: Annotated[int, Field(ge=1, le=1_000_000)]


class DraftHandIn(SeenDraft):
    """A draft that becomes an application, or that answers what staff asks about one."""

    answer: f.Message | None = None
    """The answer to staff's question, if there is one."""


class DraftStep(SeenDraft):
    """The fields of one step of a draft."""

    step: Annotated[str, f.OneOf(STEPS, "step")]
    fields: dict[str, Any]
    """Fields of a city or partner as `POST /registry/v1/cities` or `/partners` takes them. In the step `contacts` they
    are `contact`, who applies (its address is that of the link), and `others`, up to ten further people.
    """


class NewPerson(Input):
    """Somebody of the network's office."""

    name: f.Name
    email: f.Email
    language: f.Language = "en"
    scopes: Annotated[
        tuple[Annotated[str, f.OneOf(OFFICE_SCOPES, "scope of staff")], ...],
        AfterValidator(without_repetition),
        Field(
            min_length=1,
            max_length=len(OFFICE_SCOPES),
            description="`staff` and `operator` hold all their rights; one that others hold is left out",
        ),
    ]

    def person(self) -> OfficePerson:
        """The person as a domain object, without an id."""
        return OfficePerson(person_id="", name=self.name, email=self.email, language=self.language, scopes=self.scopes)
