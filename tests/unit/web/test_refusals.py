"""The document of an API names the statuses with which each route can refuse a request."""

from datetime import UTC, datetime
from typing import Annotated

import pytest
from fastapi import Depends, Header, Request
from pydantic import BaseModel

from isopolity.web.application import service_app
from isopolity.web.documents.api_documents import api_document
from isopolity.web.documents.refusals import refusals, refuses
from isopolity.web.network_tokens import LocalTokens
from isopolity.web.routing import ServiceRouter
from isopolity.web.security import Caller, require

TOKENS = LocalTokens(["k" * 32], lambda: datetime.now(UTC))
OF_BODIES = {"400", "413", "415"}


class Note(BaseModel):
    text: str


class Seen(BaseModel):
    seen: int


class Link(BaseModel):
    secret: str


@refuses(428)
async def precondition(request: Request) -> None:
    """Only to be depended on."""


def router() -> ServiceRouter:
    router = ServiceRouter(prefix="/notes/v1")

    @router.get("/open")
    async def read_all() -> None: ...

    @router.get("/known")
    async def read_known(caller: Caller) -> None: ...

    @router.get("/own", dependencies=[Depends(require("member"))])
    async def read_own() -> None: ...

    @router.get("/notes/{note_id}", responses=refusals(410))
    async def read(note_id: str) -> None: ...

    @router.post("/notes")
    async def create(note: Note) -> None: ...

    @router.delete("/own", dependencies=[Depends(require("member"))])
    async def delete() -> None: ...

    @router.put("/own", dependencies=[Depends(require("member"))])
    async def change(seen: Seen) -> None: ...

    @router.patch("/mine", dependencies=[Depends(require("member")), Depends(precondition)])
    async def patch(if_match: Annotated[str, Header()]) -> None: ...

    @router.post("/by-link", dependencies=[Depends(require("member"))])
    async def by_link(link: Link) -> None: ...

    return router


@pytest.mark.parametrize(
    ("operation", "statuses"),
    [
        ("GET /open", {"422", "429"}),
        ("GET /known", {"401", "403", "422", "429"}),
        ("GET /own", {"401", "403", "422"}),
        ("GET /notes/{note_id}", {"404", "410", "422", "429"}),
        ("POST /notes", {"409", "422", "429"} | OF_BODIES),
        ("DELETE /own", {"401", "403", "409", "422"}),
        ("PUT /own", {"401", "403", "409", "412", "422"} | OF_BODIES),
        ("PATCH /mine", {"401", "403", "409", "412", "422", "428"}),
        ("POST /by-link", {"401", "403", "409", "410", "422"} | OF_BODIES),
    ],
)
def test_refusals_follow_from_what_a_route_has(operation: str, statuses: set[str]) -> None:
    app = service_app("notes", title="Notes", description="For tests", tokens=TOKENS, routers=[router()])
    document = api_document(app)
    method, _, path = operation.partition(" ")
    responses = document["paths"][f"/notes/v1{path}"][method.lower()]["responses"]
    refused = {status: response for status, response in responses.items() if status != "200"}
    assert refused.keys() == statuses | {"default"}
    assert all(response == {"$ref": f"#/components/responses/{status}"} for status, response in refused.items())
    assert document["components"]["responses"].keys() >= refused.keys()


def test_a_meaning_of_its_own_stands_at_the_route() -> None:
    own = ServiceRouter(prefix="/notes/v1")
    own.add_api_route("/waits", lambda: None, responses={409: {"description": "The round has failed."}})
    document = api_document(service_app("notes", title="Notes", description="", tokens=TOKENS, routers=[own]))
    found = document["paths"]["/notes/v1/waits"]["get"]["responses"]["409"]
    assert found["description"] == "The round has failed."
    assert list(found["content"]) == ["application/problem+json"]
