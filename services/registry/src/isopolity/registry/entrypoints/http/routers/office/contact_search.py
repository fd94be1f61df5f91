"""`/registry/v1/contacts/find`: staff finds contacts by address or name.

Invariant: what is searched for comes in the body, so that no person's address stands in the address of a route.
"""

from typing import Annotated, Final

from fastapi import Response
from pydantic import Field

from isopolity.registry.entrypoints import field_types as f
from isopolity.registry.entrypoints.http.context import Looker, Registry
from isopolity.registry.entrypoints.http.routers.contacts import ContactList, document_of
from isopolity.registry.entrypoints.inputs import Input
from isopolity.web.routing import ServiceRouter

router = ServiceRouter(prefix="/registry/v1/contacts")
_MOST: Final = 20


class ContactSearch(Input):
    """An address, or words of a person's name."""

    text: Annotated[f.Text, Field(min_length=1, max_length=200)]


@router.post("/find", response_model=ContactList, summary="Find contacts by address or name")
async def find(wanted: ContactSearch, registry: Registry, _principal: Looker) -> Response:
    """Up to 20 contacts with this address, or with all these words in their names; accents and case do not matter."""
    found = await registry.contacts.matching(wanted.text, _MOST)
    listed = ContactList(items=[document_of(each) for each in found])
    return Response(listed.model_dump_json(), media_type="application/json")
