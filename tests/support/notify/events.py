"""Events, contacts and letters for notify's tests: Turku (side a) and Medellín (side b)."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from isopolity.contracts.event import Data, Event
from isopolity.contracts.matching import (
    InterestEnded,
    PartnershipState,
    ProgrammeSummary,
    ProposalState,
    Reason,
    RequestSummary,
    Side,
)
from isopolity.contracts.registry import ConfirmationRequested, ContactState, SignInRequested
from isopolity.machine.clock import uuid7
from isopolity.messaging.broker import Record
from isopolity.messaging.codec import to_message
from isopolity.messaging.consuming.lane import Delivery
from isopolity.notify.domain.mail import Mail, Purpose
from isopolity.notify.domain.people import Applicant, Contact, DraftLink, InvitingProgramme, OfficeLetter, SignIn
from isopolity.persistence.unit_of_work import EventFactory

START = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
DEADLINE = START + timedelta(days=21)
PROPOSAL_ID = "0193a000-0000-7000-8000-000000000001"
INTEREST_ID = "0193a000-0000-7000-8000-000000000002"
REASONS = {
    "a": ("Turku looks for training in entrepreneurship; Medellín offers it.", "Both work in English & Spanish."),
    "b": ("Medellín looks for a study visit on literacy; Turku offers it.", "Both are ports < 2 million."),
}

PROGRAMME = ProgrammeSummary(
    purpose="Rooms where adults\nlearn to read.",
    supports=("funding", "training"),
    grant_min=10_000,
    grant_max=60_000,
    currency="EUR",
    eligibility="Municipal libraries; the city co-finances a tenth.",
    regions=("latin-america-caribbean",),
    countries=("CO", "PE"),
    population_min=100_000,
    closes=date(2027, 3, 31),
)
REQUEST = RequestSummary(
    description="Evening courses for adults in five quarters.",
    amount_min=20_000,
    amount_max=45_000,
    currency="EUR",
    starts=date(2027, 2, 1),
    ends=date(2027, 12, 15),
    beneficiaries=1200,
    payee="Secretaría de Educación",
)

_offsets = count()


@dataclass(slots=True)
class FakeClock:
    """A clock that a test moves."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> None:
        """Let time pass."""
        self.now += timedelta(**by)


def side(name: str, *, member_kind: str = "city", illustrative: bool = False) -> Side:
    city, country = {"a": ("Turku", "FI"), "b": ("Medellín", "CO")}[name]
    return Side(
        side=name,
        member_kind=member_kind,
        member_id=f"member-{name}",
        name=city,
        country=country,
        population=1234567 if name == "b" else None,
        illustrative=illustrative,
        reasons=tuple(Reason(code="need-met", text=text) for text in REASONS[name]),
    )


def proposal_state(
    stage: str = "issued",
    version: int = 1,
    *,
    proposal_id: str = PROPOSAL_ID,
    kind: str = "twinning",
    sides: tuple[Side, Side] | None = None,
) -> ProposalState:
    return ProposalState(
        proposal_id=proposal_id,
        version=version,
        kind=kind,
        stage=stage,
        sides=sides or (side("a"), side("b")),
        score=0.7,
        issued_at=START,
        answer_by=DEADLINE,
    )


def sponsorship_state(stage: str = "issued", version: int = 1) -> ProposalState:
    """A sponsorship of Medellín by a partner at Turku, with all texts for both sides."""
    partner = {
        "member_kind": "partner",
        "programme_name": "Reading Rooms",
        "about": "We open rooms <for> people who read.",
        "web": "https://rooms.example",
    }
    titles = {"learning_city_since": 2015, "creative_field": "crafts", "web": "https://medellin.example"}
    a = side("a").model_copy(update={**partner, "programme": PROGRAMME})
    b = side("b").model_copy(update={**titles, "request_title": "Ten rooms", "request": REQUEST})
    return proposal_state(stage, version, kind="sponsorship", sides=(a, b))


def proposal_event(
    stage: str = "issued", version: int = 1, proposal_id: str = PROPOSAL_ID, *, lapsed_by: str | None = None
) -> Event[Data]:
    state = proposal_state(stage, version, proposal_id=proposal_id).model_copy(update={"lapsed_by": lapsed_by})
    return event(f"isopolity.matching.proposal.{stage}.v1", state)


def asked_event(
    stage: str = "issued", version: int = 2, *, asked_by: str | None = "a", openly: bool = False, answers: str = "a"
) -> Event[Data]:
    """The event of a proposal that side `asked_by` asked for; `answers` are the sides that have said yes."""
    a, b = (side(name).model_copy(update={"answer": "yes" if name in answers else None}) for name in "ab")
    state = proposal_state(stage, version, sides=(a, b))
    asked = state.model_copy(update={"asked_by": asked_by, "asked_openly": openly})
    return event(f"isopolity.matching.proposal.{stage}.v1", asked)


def partnership_state(**changes: object) -> PartnershipState:
    """The partnership of that proposal, which staff has ended as completed."""
    ended = PartnershipState(
        partnership_id="partnership",
        version=2,
        kind="twinning",
        stage="ended",
        proposal_id=PROPOSAL_ID,
        sides=(side("a"), side("b")),
        established_at=START - timedelta(days=90),
        ended_reason="completed",
        ended_at=START,
    )
    return ended.model_copy(update=changes)


def ended_event(**changes: object) -> Event[Data]:
    return event("isopolity.matching.partnership.ended.v1", partnership_state(**changes))


def interest_ended(**changes: object) -> InterestEnded:
    """The end of member-a's interest in an introduction to Medellín, at the present moment."""
    ended = InterestEnded(
        interest_id=INTEREST_ID,
        member_id="member-a",
        member_name="Turku",
        other_name="Medellín",
        asked_at=START - timedelta(days=35),
        hear_by=START,
    )
    return ended.model_copy(update=changes)


def interest_event(**changes: object) -> Event[Data]:
    return event("isopolity.matching.interest.ended.v1", interest_ended(**changes))


def contact_event(name: str, version: int = 1, verb: str = "changed") -> Event[Data]:
    state = ContactState(
        contact_id=f"contact-{name}",
        version=version,
        status=verb,
        member_kind="city",
        member_id=f"member-{name}",
        role="coordinator",
    )
    return event(f"isopolity.registry.contact.{verb}.v1", state)


def contact(name: str, version: int = 1) -> Contact:
    full_name = {"a": "Aino Virtanen", "b": "Sofía Restrepo"}.get(name, name)
    return Contact(
        contact_id=f"contact-{name}",
        version=version,
        member_kind="city",
        member_id=f"member-{name}",
        role="coordinator",
        name=full_name,
        email=f"{name}@city.example",
        language="en",
    )


def named(contact_id: str) -> Contact:
    """The contact of that id."""
    return contact(contact_id.removeprefix("contact-"))


def confirmation_event(confirmation_id: str = "confirmation-1") -> Event[Data]:
    requested = ConfirmationRequested(confirmation_id=confirmation_id, requested_at=START)
    return event("isopolity.registry.confirmation.requested.v1", requested)


def draft_event(draft_id: str = "draft-1") -> Event[Data]:
    requested = ConfirmationRequested(confirmation_id=draft_id, requested_at=START, about="draft")
    return event("isopolity.registry.confirmation.requested.v1", requested)


def draft_link() -> DraftLink:
    return DraftLink(email="ana@city.example", language="en", secret="", valid_until=START + timedelta(days=7))


def letter_event(about: str = "refusal", letter_id: str = "letter-1") -> Event[Data]:
    requested = ConfirmationRequested(confirmation_id=letter_id, requested_at=START, about=about)
    return event("isopolity.registry.confirmation.requested.v1", requested)


def office_letter(**changes: Any) -> OfficeLetter:
    values: dict[str, Any] = {"name": "Ana Souza", "email": "ana@city.example", "language": "en"}
    return OfficeLetter(**values, member_name="São Leopoldo", **changes)


def inviting_programme() -> InvitingProgramme:
    return InvitingProgramme(
        partner_id="halcyon",
        partner_name="Halcyon",
        programme_id="reading",
        name="Reading",
        grant_min=10_000,
        grant_max=50_000,
        currency="EUR",
    )


def sign_in_event(sign_in_id: str = "sign-in-1") -> Event[Data]:
    requested = SignInRequested(sign_in_id=sign_in_id, requested_at=START)
    return event("isopolity.registry.sign-in.requested.v1", requested)


def sign_in(name: str = "Ana Souza") -> SignIn:
    return SignIn(name=name, email="ana@city.example", language="en", secret="", code="042137", minutes=30)


def applicant(name: str = "Ana Souza") -> Applicant:
    return Applicant(
        name=name,
        email="ana@city.example",
        language="en",
        member_name="Évora",
        secret="to be issued",
        valid_until=START + timedelta(days=7),
    )


def unsent(proposal_id: str, side: str, mail_id: str = "0193b000-0000-7000-8000-00000000000a") -> Mail:
    """A proposal's mail that is not in the ledger."""
    return Mail(
        mail_id=mail_id,
        occasion_id=proposal_id,
        side=side,
        purpose=Purpose.PROPOSAL,
        contact_id=f"contact-{side}",
        created_at=START,
        due_at=START,
        updated_at=START,
        correlation_id="correlation",
    )


def event(event_type: str, data: Data) -> Event[Data]:
    return EventFactory("urn:test", FakeClock(), uuid7).event(event_type, data)


def delivery(happened: Event[Data]) -> Delivery:
    message = to_message(happened)
    return Delivery(Record(message.topic, 0, next(_offsets), 0, message.key, message.value, message.headers), happened)
