"""Bodies that only HTTP takes: entries with what they belong to, and decisions."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from isopolity.registry.domain.application import REFUSALS
from isopolity.registry.entrypoints import examples
from isopolity.registry.entrypoints import field_types as f
from isopolity.registry.entrypoints.inputs import Input, PersonInput, RequestInput


class NewRequest(RequestInput):
    """A request with the city that asks."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.REQUEST]})

    city_id: f.EntryId


class TwinningInput(Input):
    """Two cities that are twinned already; the order does not matter."""

    city_a: f.EntryId
    city_b: f.EntryId
    since: f.Year | None = None


class NewContact(PersonInput):
    """A person with the member that he or she answers for."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.CONTACT]})

    member_kind: Literal["city", "partner"]
    member_id: f.EntryId


class Merger(Input):
    """The entry that is the same member as the one in the address."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"duplicate_id": "01a2120d-ea14-7d55-8c22-3f8b7d6e5004"}]}
    )

    duplicate_id: f.EntryId


class Endorsements(Input):
    """The applicants that staff endorses, all at once."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"cities": ["0193e0a2-0000-7000-8000-000000000000"], "partners": []}]}
    )

    cities: Annotated[tuple[f.EntryId, ...], Field(max_length=1000)] = ()
    partners: Annotated[tuple[f.EntryId, ...], Field(max_length=1000)] = ()


class Refusal(Input):
    """Why an application is refused."""

    reason: Annotated[str, f.OneOf(REFUSALS, "reason")]


class Confirmation(Input):
    """The secret of a mailed link."""

    secret: Annotated[str, Field(strict=True, min_length=1, max_length=200)]
