"""A released schema broken on purpose in every way we know, and grown in the way that is allowed."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from isopolity.contracts.catalogue import EVENT_TYPES
from isopolity.contracts.generation.compatibility import breaking_changes
from isopolity.contracts.generation.json_schemas import schema_of

Json = dict[str, Any]
Change = Callable[[Json], object]

PROPOSAL = schema_of(EVENT_TYPES["isopolity.matching.proposal.issued.v1"])


def fields(schema: Json) -> Json:
    return schema["properties"]  # type: ignore[no-any-return] # JSON


def side(schema: Json) -> Json:
    return schema["definitions"]["Side"]  # type: ignore[no-any-return] # JSON


def changes(*edits: Change) -> list[str]:
    schema = deepcopy(PROPOSAL)
    for edit in edits:
        edit(schema)
    return breaking_changes(PROPOSAL, schema)


def rename(schema: Json) -> None:
    fields(schema)["level"] = fields(schema).pop("stage")
    schema["required"].remove("stage")


def rename_model(schema: Json) -> None:
    schema["definitions"]["Party"] = schema["definitions"].pop("Side")
    fields(schema)["sides"]["items"]["$ref"] = "#/definitions/Party"


BREAKS: dict[str, tuple[Change, str]] = {
    "a field removed": (lambda s: fields(s).pop("round_id"), "round_id: the field was removed or renamed"),
    "a required field removed": (
        lambda s: (fields(s).pop("score"), s["required"].remove("score")),
        "score: the field was removed or renamed",
    ),
    "a field renamed": (rename, "stage: the field was removed or renamed"),
    "a nested field removed": (
        lambda s: side(s)["properties"].pop("answer"),
        "sides[].answer: the field was removed or renamed",
    ),
    "a field of another type": (
        lambda s: fields(s)["version"].update(type="string"),
        "version: the type changed from integer to string",
    ),
    "a type widened": (
        lambda s: fields(s)["version"].update(type="number"),
        "version: the type changed from integer to number",
    ),
    "one thing made a list": (
        lambda s: fields(s).update(stage={"type": "array", "items": fields(s)["stage"]}),
        "stage: the type changed from string to array",
    ),
    "a new required field": (
        lambda s: (fields(s).update(season={"type": "string"}), s["required"].append("season")),
        "season: the new field is required",
    ),
    "a new required field inside": (
        lambda s: (side(s)["properties"].update(flag={"type": "string"}), side(s)["required"].append("flag")),
        "sides[].flag: the new field is required",
    ),
    "an optional field made required": (
        lambda s: s["required"].append("round_id"),
        "round_id: the optional field became required",
    ),
    "a required field made optional": (
        lambda s: s["required"].remove("score"),
        "score: the required field became optional",
    ),
    "a field made nullable": (
        lambda s: fields(s).update(score={"anyOf": [fields(s)["score"], {"type": "null"}]}),
        "score: the type changed from number to number or null",
    ),
    "null no longer taken": (
        lambda s: fields(s)["round_id"]["anyOf"].pop(),
        "round_id: the type changed from string or null to string",
    ),
    "an upper limit lowered": (
        lambda s: fields(s)["proposal_id"].update(maxLength=64),
        "proposal_id: the constraint maxLength was narrowed",
    ),
    "an upper limit raised": (
        lambda s: fields(s)["proposal_id"].update(maxLength=256),
        "proposal_id: the constraint maxLength was loosened",
    ),
    "a lower limit raised": (
        lambda s: fields(s)["score"].update(minimum=0.5),
        "score: the constraint minimum was narrowed",
    ),
    "a lower limit lowered": (
        lambda s: fields(s)["score"].update(minimum=-1),
        "score: the constraint minimum was loosened",
    ),
    "a limit removed": (lambda s: fields(s)["score"].pop("maximum"), "score: the constraint maximum was removed"),
    "a limit added": (
        lambda s: side(s)["properties"]["name"].update(maxLength=80),
        "sides[].name: the constraint maxLength was added",
    ),
    "a pattern changed": (
        lambda s: fields(s)["proposal_id"].update(pattern="^[a-z]+$"),
        "proposal_id: the constraint pattern was changed",
    ),
    "another format": (
        lambda s: fields(s)["issued_at"].update(format="date"),
        "issued_at: the constraint format was changed",
    ),
    "an enumeration added": (
        lambda s: fields(s)["stage"].update(enum=["issued"]),
        "stage: the constraint enum was added",
    ),
    "more items": (
        lambda s: fields(s)["sides"].update(maxItems=3),
        "sides: the constraint maxItems was loosened",
    ),
    "other values in a mapping": (
        lambda s: s["definitions"]["Reason"]["properties"]["parameters"]["additionalProperties"].update(type="integer"),
        "sides[].reasons[].parameters.*: the type changed from string to integer",
    ),
    "no unknown fields any more": (
        lambda s: s.update(additionalProperties=False),
        "the data: the constraint additionalProperties was added",
    ),
    "another default": (
        lambda s: side(s)["properties"]["illustrative"].update(default=True),
        "sides[].illustrative: the default changed, which gives old events another meaning",
    ),
}


@pytest.mark.parametrize("case", BREAKS)
def test_a_change_that_breaks_a_reader_or_an_event_is_told(case: str) -> None:
    change, sentence = BREAKS[case]
    assert changes(change) == [sentence]


@pytest.mark.parametrize("enumeration", [["issued"], ["issued", "agreed", "held"], ["issued", "other"]])
def test_an_enumeration_neither_shrinks_nor_grows(enumeration: list[str]) -> None:
    old = {"type": "object", "properties": {"stage": {"type": "string", "enum": ["issued", "agreed"]}}}
    new = {"type": "object", "properties": {"stage": {"type": "string", "enum": enumeration}}}
    assert breaking_changes(old, new) == ["stage: the constraint enum was changed"]


def test_an_optional_field_may_be_added() -> None:
    assert changes(lambda s: fields(s).update(season={"type": "string", "default": "winter"})) == []
    assert (
        changes(lambda s: side(s)["properties"].update(season={"anyOf": [{"type": "string"}, {"type": "null"}]})) == []
    )


def test_words_for_people_and_names_of_models_may_change() -> None:
    assert changes(lambda s: s.update(description="other words"), rename_model) == []


def test_every_break_is_told_at_once() -> None:
    assert len(changes(BREAKS["a field renamed"][0], BREAKS["more items"][0])) == 2


def test_a_model_that_holds_itself_is_compared_once() -> None:
    def tree(kind: str) -> Json:
        node = {"properties": {"next": {"$ref": "#/definitions/Node"}, "value": {"type": kind}}}
        return {"$ref": "#/definitions/Node", "definitions": {"Node": node}}

    assert breaking_changes(tree("string"), tree("string")) == []
    assert breaking_changes(tree("string"), tree("integer")) == ["value: the type changed from string to integer"]
