"""The document of an API names the statuses with which each route can refuse a request."""

from datetime import UTC, datetime
from typing import Annotated, Any

import pytest
from fastapi import Depends, Header, Request
from pydantic import BaseModel, Field, ValidationError

from isopolity.web.api_documents import api_document, refusals, refuses
from isopolity.web.application import service_app
from isopolity.web.network_tokens import LocalTokens
from isopolity.web.problems import fields_of
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


class Form(BaseModel):
    """Fields with bounds."""

    reason: str = Field(default="why", min_length=3)
    name: str = Field(default="a", min_length=1)
    pair: list[str] = Field(default=["a", "b"], min_length=2)
    share: Annotated[float, Field(lt=1)] = 0.5


@pytest.mark.parametrize(
    ("typed", "code", "sentence"),
    [
        ({"reason": "ab"}, "too-few-characters", "Give 3 characters or more."),
        ({"reason": ""}, "string-too-short", "Give a value."),
        ({"name": ""}, "string-too-short", "Give a value."),
        ({"pair": ["a"]}, "too-few", "Give 2 entries or more."),
        ({"pair": []}, "too-short", "Give a value."),
        ({"share": 1}, "less-than", "Give less than 1."),
    ],
)
def test_what_is_short_is_told_with_what_it_needs(typed: dict[str, Any], code: str, sentence: str) -> None:
    with pytest.raises(ValidationError) as wrong:
        Form.model_validate(typed)
    (field,) = fields_of(wrong.value)
    assert (field.code, field.detail) == (code, sentence)
