"""How anybody applies: one answer for all, whatever is known of the member or the applicant."""

from typing import Any, Final

from fastapi import Request, Response
from pydantic import BaseModel

from isopolity.registry.application.applications import apply
from isopolity.registry.application.commands import Apply
from isopolity.registry.application.ports import RegistryUnitOfWork
from isopolity.registry.domain.errors import FieldError, InvalidProfile
from isopolity.registry.entrypoints.http.context import RegistryContext
from isopolity.registry.entrypoints.http.idempotent_post import Post
from isopolity.registry.entrypoints.inputs import CityApplication, PartnerApplication
from isopolity.web.rate_limits import client_key


class ApplicationReceipt(BaseModel):
    """That an application has come; a mail with a link goes to its contact."""

    application_id: str


ANSWERS: Final[dict[int | str, dict[str, Any]]] = {
    202: {"model": ApplicationReceipt, "description": "Applied: a mail with a link to confirm the address follows"}
}


async def take_in(
    application: CityApplication | PartnerApplication, post: Post, registry: RegistryContext, client: str
) -> Response:
    """Keep the application apart from all members."""
    profile = application.profile()
    if application.contact is None:
        raise InvalidProfile([FieldError(("contact",), "Give a contact: whom to write to, with name and email.")])
    command = Apply(profile=profile, person=application.contact.person(place=("contact",)), client=client)

    async def work(uow: RegistryUnitOfWork) -> Response:
        taken = await apply(command, uow, registry.surroundings)
        receipt = ApplicationReceipt(application_id=taken.application_id)
        return Response(receipt.model_dump_json(), 202, media_type="application/json")

    return await post(work)


def client_of(request: Request) -> str:
    """The sender of the request, as limits count it: an IPv4 address, or the /64 of an IPv6 one."""
    return client_key(request.client.host if request.client else "")
