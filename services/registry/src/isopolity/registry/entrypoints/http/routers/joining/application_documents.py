"""Applications as staff reads them: in lists, and with all data.

Invariant: a summary contains no person's name or address.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from isopolity.registry.domain.joining.application import Application
from isopolity.registry.domain.joining.commission import Consultation
from isopolity.registry.entrypoints.http.context import RegistryContext
from isopolity.registry.entrypoints.http.routers.joining.resemblances import Resemblance
from isopolity.registry.entrypoints.http.routers.members import profile_values


class Applicant(BaseModel):
    """The person who applied."""

    role: str
    name: str
    email: str
    language: str


class AnsweredQuestion(BaseModel):
    """A question of staff, and its answer; null where none has come, or fields alone were corrected."""

    question: str
    asked_at: datetime
    undelivered_at: datetime | None
    """When its mail failed or came back; null otherwise."""
    answer: str | None
    answered_at: datetime | None


class Opinion(BaseModel):
    """A consultation of the National Commission of the city's country; `verdict` is null without an opinion."""

    commission_name: str
    asked_at: datetime
    undelivered_at: datetime | None
    """When the mail failed or came back, so that the commission may be asked again; null otherwise."""
    valid_until: datetime
    verdict: str | None
    words: str | None
    answered_at: datetime | None


class ApplicationSummary(Resemblance):
    """An application without the applicant; the address is confirmed unless the status is `unconfirmed`.

    It is `asked` while the applicant is to answer a question of staff, and `confirmed` again with the answer.
    """

    application_id: str
    version: int
    status: str
    member_kind: str
    name: str
    country: str
    received_at: datetime
    asked_at: datetime | None
    """When staff asked the applicant last; null where nothing was asked, or it is decided."""
    undelivered_at: datetime | None
    """When the mail with the question failed or came back: the application waits for staff again."""
    answered_at: datetime | None
    """When the applicant answered the question."""
    commission: Opinion | None
    """The National Commission's opinion; null where it was not asked."""
    waits_since: datetime
    """Since when it waits for staff; in the future if the applicant has it until then."""


class ApplicationStanding(BaseModel):
    """The status of an application after a question; without the applicant, since repeated requests get it too."""

    application_id: str
    version: int
    status: str
    waits_since: datetime
    commission: Opinion | None
    """The consultation of the National Commission; null where the applicant is asked."""


class ApplicationDocument(ApplicationSummary):
    """An application with all its data; `contact` is null once it is decided."""

    region: str
    profile: dict[str, Any]
    contact: Applicant | None
    others: list[Applicant]
    """Further contacts that the applicant names; empty once it is decided."""
    decided_at: datetime | None
    reason: str | None
    member_id: str | None
    exchanges: list[AnsweredQuestion]
    """Questions of staff and their answers, the oldest first; empty once it is decided."""


class RefusedApplication(ApplicationDocument):
    """An application that was refused just now."""

    is_mailed: bool
    """Whether the applicant gets a mail with the reason."""


async def opinions_of(registry: RegistryContext, applications: Sequence[Application]) -> Mapping[str, Opinion]:
    """Opinions of National Commissions on the applications, by the applications' ids."""
    async with registry.reading() as uow:
        found = await uow.consultations.of_applications([one.application_id for one in applications])
    return {application_id: opinion(one) for application_id, one in found.items()}


def opinion(consultation: Consultation) -> Opinion:
    """The opinion as staff reads it."""
    return Opinion(**{name: getattr(consultation, name) for name in Opinion.model_fields})


def summary_of(application: Application, alike: Resemblance, commission: Opinion | None) -> dict[str, Any]:
    """The fields of a summary."""
    last = application.exchanges[-1] if application.exchanges else None
    return {
        **dict(alike),
        "application_id": application.application_id,
        "version": application.version,
        "status": application.status,
        "member_kind": application.profile.member_kind,
        "name": application.profile.name,
        "country": application.profile.country,
        "received_at": application.received_at,
        "asked_at": last.asked_at if last else None,
        "undelivered_at": last.undelivered_at if last else None,
        "answered_at": last.answered_at if last else None,
        "commission": commission,
        "waits_since": application.waits_since or application.received_at,
    }


def standing_of(application: Application, commission: Opinion | None = None) -> ApplicationStanding:
    """The status of the application after a question."""
    return ApplicationStanding(
        application_id=application.application_id,
        version=application.version,
        status=application.status,
        waits_since=application.waits_since or application.received_at,
        commission=commission,
    )


def document_of(application: Application, alike: Resemblance, commission: Opinion | None = None) -> ApplicationDocument:
    """The application with all its data."""
    person = application.person
    return ApplicationDocument(
        **summary_of(application, alike, commission),
        region=application.region,
        profile=profile_values(application.profile),
        contact=None if person is None else Applicant(**asdict(person)),
        others=[Applicant(**asdict(one)) for one in application.others],
        decided_at=application.decided_at,
        reason=application.reason,
        member_id=application.member_id,
        exchanges=[AnsweredQuestion(**asdict(one)) for one in application.exchanges],
    )
