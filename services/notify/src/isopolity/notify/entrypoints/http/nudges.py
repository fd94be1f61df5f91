"""`/notify/v1/nudges`: staff reminds members by mail."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from isopolity.notify.application.mails import remind
from isopolity.notify.entrypoints.http.context import Notify, Publisher
from isopolity.web.routing import ServiceRouter

router = ServiceRouter(prefix="/notify/v1/nudges")

MemberId = Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=r"^[A-Za-z0-9_.:-]+$")]


class Nudge(BaseModel):
    """The members that are to be reminded."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"member_ids": ["espoo"]}]})

    member_ids: Annotated[list[MemberId], Field(min_length=1, max_length=200)]


class Nudged(BaseModel):
    """The number of reminded members."""

    model_config = ConfigDict(from_attributes=True)

    nudged: int
    already: int
    """Members that had been reminded in the last week already."""
    without_contact: int


@router.post("")
async def nudge(wanted: Nudge, _staff: Publisher, notify: Notify) -> Nudged:
    """Mail to the first contact of each member: to sign in, look at the profile, and answer; once a week at most."""
    async with notify.unit_of_work() as uow:
        done = await remind(wanted.member_ids, uow, notify.clock, notify.ids)
        await uow.commit()
    return Nudged.model_validate(done)
