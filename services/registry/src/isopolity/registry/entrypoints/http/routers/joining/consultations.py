"""`/registry/v1/commissions` and `/consultations`: National Commissions, and their opinions on applying cities.

Invariant: the list is for staff; the holder of a mailed link reads only about the city. Secrets are in bodies only;
wrong, used and expired ones get the same answer.
"""

from datetime import datetime
from typing import Annotated, Any, Self

from fastapi import Depends, Path, Response
from pydantic import BaseModel

from isopolity.identity.actors import amend_act
from isopolity.registry.application.joining import consultations as handlers
from isopolity.registry.domain.joining.commission import Commission
from isopolity.registry.entrypoints import field_types as f
from isopolity.registry.entrypoints.http.bodies import CommissionInput, Confirmation, Saying
from isopolity.registry.entrypoints.http.context import MANAGE, Registry, Staff
from isopolity.registry.entrypoints.http.replies import uncached_reply
from isopolity.registry.entrypoints.http.routers.members import profile_values
from isopolity.web.routing import ServiceRouter
from isopolity.web.security import Caller, require
from isopolity.web.tokens import Principal

router = ServiceRouter(prefix="/registry/v1")

Country = Annotated[f.Country, Path(description="ISO code of the country")]
Manager = Annotated[Principal, Depends(require(MANAGE))]
_HIDDEN = ("paused_until", "illustrative")


class CommissionDocument(BaseModel):
    """A National Commission with its address."""

    country: str
    name: str
    email: str
    language: str
    changed_at: datetime

    @classmethod
    def of(cls, commission: Commission) -> Self:
        """Make the document of a consultation."""
        return cls(**{name: getattr(commission, name) for name in cls.model_fields})


class CommissionList(BaseModel):
    """All National Commissions that staff has entered, by country."""

    items: list[CommissionDocument]


class ConsultationDocument(BaseModel):
    """The city that a commission is asked about, and its opinion so far."""

    commission_name: str
    country: str
    city: dict[str, Any]
    """The city as its application describes it, without the applicant."""
    asked_at: datetime
    valid_until: datetime
    verdict: str | None
    """`endorses` or `objects`; null without an opinion so far."""
    words: str | None
    answered_at: datetime | None


@router.get("/commissions", response_model=CommissionList, summary="List the National Commissions")
async def list_commissions(registry: Registry, _principal: Staff) -> CommissionList:
    """All National Commissions, ordered by country."""
    async with registry.reading() as uow:
        found = await uow.commissions.all()
    return CommissionList(items=[CommissionDocument.of(one) for one in found])


@router.put("/commissions/{country}", response_model=CommissionDocument, summary="Enter a National Commission")
async def put(country: Country, wanted: CommissionInput, registry: Registry, _principal: Manager) -> CommissionDocument:
    """Replaces the commission of this country, if there is one; `changed_at` is when its address was last changed."""
    commission = Commission(country=country, changed_at=registry.surroundings.clock(), **dict(wanted))
    commission = await registry.committed(lambda uow: handlers.put_commission(commission, uow))
    return CommissionDocument.of(commission)


@router.delete("/commissions/{country}", status_code=204, summary="Take a National Commission off the list")
async def remove(country: Country, registry: Registry, _principal: Manager) -> Response:
    """Its address is deleted; its opinions on applications are kept with these."""
    return await registry.done(lambda uow: handlers.remove_commission(country, uow))


@router.post("/consultations/look", response_model=ConsultationDocument, summary="What a commission is asked about")
async def look(wanted: Confirmation, registry: Registry, _caller: Caller) -> Response:
    """For the page that a mailed link opens; nothing changes. 410 where the link has ended, or staff has decided."""
    async with registry.reading() as uow:
        found = await handlers.look(wanted.secret, uow, registry.surroundings)
    return _reply(found)


@router.post("/consultations/say", response_model=ConsultationDocument, summary="Endorse a city, or object")
async def say(wanted: Saying, registry: Registry, _caller: Caller) -> Response:
    """Replaces the commission's earlier opinion; staff reads it and decides. 410 where the link has ended.

    A page that a link opens calls this when a button is pressed, since programs follow links in mails.
    """
    async with registry.unit_of_work() as uow:
        known = await handlers.look(wanted.secret, uow, registry.surroundings)
        amend_act(actor_kind="contact", actor=f"commission:{known.consultation.country}")
        said = await handlers.say(known, wanted.verdict, wanted.words, uow, registry.surroundings)
        await uow.commit()
    return _reply(said)


def _reply(found: handlers.Consulted) -> Response:
    consultation = found.consultation
    city = {name: value for name, value in profile_values(found.application.profile).items() if name not in _HIDDEN}
    fields = {name: getattr(consultation, name) for name in ConsultationDocument.model_fields if name != "city"}
    document = ConsultationDocument(city=city, **fields)
    return uncached_reply(document)
