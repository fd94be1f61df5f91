"""Applications as staff reads them: in lists, with all data, and with similar members.

Invariant: a summary contains no person's name or address.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Self

from pydantic import BaseModel

from isopolity.contracts.codes import CITY_KINDS
from isopolity.registry.application.directory import Filter, MemberDirectory
from isopolity.registry.application.joining.likeness import members_alike
from isopolity.registry.domain import wording
from isopolity.registry.domain.city import city_key
from isopolity.registry.domain.joining.application import OPEN, UNCONFIRMED, Application
from isopolity.registry.domain.joining.commission import Consultation
from isopolity.registry.domain.member import Member
from isopolity.registry.entrypoints.http.context import RegistryContext
from isopolity.registry.entrypoints.http.routers.members import profile_values

_ALIKE = 1000
"""The most applications of the same identities that are read; more would not change a warning."""


class SimilarMember(BaseModel):
    """A member that may be the same."""

    member_id: str
    name: str
    status: str

    @classmethod
    def of(cls, member: Member[Any]) -> Self:
        """The similar member as staff reads it."""
        return cls(member_id=member.member_id, name=member.profile.name, status=member.status)


class Resemblance(BaseModel):
    """Members and applications that are similar to an application."""

    warnings: list[str] = []
    resembles: SimilarMember | None = None
    """The member of the same identity: an endorsement needs another decision then."""
    near: list[SimilarMember] = []
    """Members of another identity: of its GeoNames id, or with names much like its name in its country."""
    applications_alike: int = 0
    """Other open applications of the same identity."""


async def resemblances(
    registry: RegistryContext, applications: Sequence[Application], *, near_ones: bool
) -> Mapping[str, Resemblance]:
    """The resemblance of each application, by id; `near_ones` also searches members with similar names."""
    keys = tuple({key for one in applications for key in (one.profile.key, *_twin_keys(one.profile))})
    waiting = [one.profile for one in applications if one.status in OPEN and near_ones]
    kinds: tuple[tuple[str, MemberDirectory[Any]], ...] = (("city", registry.cities), ("partner", registry.partners))
    same, likest, alike = await asyncio.gather(
        asyncio.gather(*(each.page(Filter(natural_keys=keys), after=None, limit=len(keys)) for _, each in kinds)),
        asyncio.gather(
            *(members_alike(each, [one for one in waiting if one.member_kind == kind]) for kind, each in kinds)
        ),
        registry.applications.page(Filter(statuses=OPEN, member_keys=keys), after=None, limit=_ALIKE),
    )
    members = {one.key: one for of_kind in same for one in of_kind}
    near = {key: found for of_kind in likest for key, found in of_kind.items()}
    open_by_key = Counter(one.profile.key for one in alike)
    return {
        one.application_id: _resemblance(
            one,
            members.get(one.profile.key),
            [members[key] for key in _twin_keys(one.profile) if key in members],
            near.get(one.profile.key) if near_ones else (),
            open_by_key[one.profile.key],
        )
        for one in applications
    }


def _twin_keys(profile: Any) -> list[str]:
    """The natural keys of cities with its GeoNames id that are entered as another kind."""
    if (number := getattr(profile, "geonames_id", None)) is None:
        return []
    return [city_key(kind, number, profile.country, profile.name) for kind in CITY_KINDS if kind != profile.kind]


def _resemblance(
    application: Application,
    member: Member[Any] | None,
    twins: Sequence[Member[Any]],
    near: Sequence[Member[Any]] | None,
    open_alike: int,
) -> Resemblance:
    if application.status not in OPEN:
        return Resemblance()
    warnings = list(wording.warnings(application.profile.name))
    if application.status == UNCONFIRMED:
        warnings.append(
            "The applicant has not confirmed the address yet."
            if application.mailable
            else "No link was mailed: the address had got as many in a day as one may."
        )
    if member is not None:
        name = member.profile.name
        sentences = {
            "withdrawn": f"{name} was a member, and has left",
            "applied": f"{name} is entered, and not endorsed yet",
        }
        warnings.append(f"{sentences.get(member.status, f'{name} is a member already')}.")
    if near is None:
        warnings.append("In this list its name is not compared with those of members; open it to see whom it is like.")
        near = ()
    near = [one for one in near if one not in twins]
    kind = application.profile.kind
    warnings += [f"Its GeoNames id is that of a member: {_described(one, kind)}." for one in twins]
    warnings += [f"Its name is much like that of a member: {_described(one, kind)}." for one in near]
    if open_alike > 1:
        warnings.append(f"Other open applications for the same member: {open_alike - 1}.")
    return Resemblance(
        warnings=warnings,
        resembles=None if member is None else SimilarMember.of(member),
        near=[SimilarMember.of(one) for one in (*twins, *near)],
        applications_alike=max(open_alike - 1, 0),
    )


def _described(member: Member[Any], kind: str) -> str:
    """The description of a member in a warning; with the kind of a city if it is not `kind`."""
    profile = member.profile
    details = (CITY_KINDS[profile.kind], member.status) if profile.kind in {*CITY_KINDS} - {kind} else (member.status,)
    return f"{profile.name} ({', '.join(details)})"


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
