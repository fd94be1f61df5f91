"""`/registry/v1/endorsements`: staff endorses a list of applicants at once."""

import json

from fastapi import APIRouter, Response
from pydantic import BaseModel

from isopolity.registry.application.commands import EndorseMembers
from isopolity.registry.application.members import endorse_members
from isopolity.registry.application.ports import RegistryUnitOfWork
from isopolity.registry.entrypoints.http.access import Staff
from isopolity.registry.entrypoints.http.idempotent_post import Posting
from isopolity.registry.entrypoints.inputs import Endorsements

router = APIRouter(prefix="/registry/v1/endorsements", tags=["endorsements"])


class Endorsed(BaseModel):
    """The versions of those who are endorsed now, by id."""

    endorsed: dict[str, int]


@router.post("", response_model=Endorsed, summary="Endorse a list of applicants")
async def endorse(wanted: Endorsements, post: Posting, _principal: Staff) -> Response:
    """All of them, or none if one is unknown or has left; those endorsed already stay as they are."""
    command = EndorseMembers(cities=wanted.cities, partners=wanted.partners)

    async def work(uow: RegistryUnitOfWork) -> Response:
        endorsed = await endorse_members(command, uow)
        body = {"endorsed": {entry.member_id: entry.version for entry in endorsed}}
        return Response(json.dumps(body), media_type="application/json")

    return await post(work)
