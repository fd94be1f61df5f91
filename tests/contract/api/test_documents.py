"""Rules that every document of an API keeps, so that a client can be made of it."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from isopolity.registry.entrypoints.http.bodies import ChangedPerson
from isopolity.registry.entrypoints.inputs import CityInput, PartnerInput, RequestInput
from isopolity.web.routing import ORDER

API = Path(__file__).parents[3] / "docs" / "api"
SERVICES = ("registry", "matching", "notify")
Json = dict[str, Any]


def document(service: str) -> Json:
    found: Json = json.loads((API / f"{service}.json").read_text("utf-8"))
    return found


def operations(service: str) -> dict[str, Json]:
    paths = document(service)["paths"]
    return {f"{method.upper()} {path}": found for path, each in paths.items() for method, found in each.items()}


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for each in node.values():
            yield from references(each)
    elif isinstance(node, list):
        for each in node:
            yield from references(each)


@pytest.mark.parametrize("service", SERVICES)
def test_every_reference_leads_somewhere(service: str) -> None:
    whole = document(service)
    for reference in references(whole):
        place: Any = whole
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]


@pytest.mark.parametrize("service", SERVICES)
def test_each_operation_has_a_name_of_its_own_and_its_audiences(service: str) -> None:
    found = operations(service)
    names = Counter(each["operationId"] for each in found.values())
    assert [name for name, count in names.items() if count > 1] == []
    assert [place for place, each in found.items() if not each["tags"] or not set(each["tags"]) <= set(ORDER)] == []


@pytest.mark.parametrize("service", SERVICES)
def test_what_is_for_somebody_refuses_others_and_what_has_an_id_may_not_be_there(service: str) -> None:
    found = operations(service)
    admitting = {place: each["responses"].keys() for place, each in found.items() if "security" in each}
    assert [place for place, statuses in admitting.items() if not {"401", "403"} <= statuses] == []
    with_an_id = {place: each["responses"].keys() for place, each in found.items() if "{" in place}
    assert [place for place, statuses in with_an_id.items() if "404" not in statuses] == []


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("CityPatch", CityInput),
        ("PartnerPatch", PartnerInput),
        ("RequestPatch", RequestInput),
        ("ContactPatch", ChangedPerson),
    ],
)
def test_a_patch_may_name_each_field_and_empty_those_that_have_a_default(name: str, model: Any) -> None:
    patch = document("registry")["components"]["schemas"][name]
    assert patch["properties"].keys() == model.model_fields.keys()
    assert "required" not in patch
    emptied = {field for field, each in patch["properties"].items() if {"type": "null"} in each.get("anyOf", ())}
    assert emptied == {field for field, each in model.model_fields.items() if not each.is_required()}
