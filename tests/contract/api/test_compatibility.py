"""A released document broken on purpose in every way that we know, and grown in the ways that are allowed."""

import json
import subprocess
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from deploy.client.__main__ import main
from deploy.client.compatibility import broken
from deploy.client.documents import documents

Json = dict[str, Any]
Change = Callable[[Json], object]
TEXT: Json = {"type": "string", "maxLength": 80}
NULL: Json = {"type": "null"}
RELEASED: Json = {
    "paths": {
        "/notes/v1/notes/{note_id}": {
            "get": {
                "operationId": "notes.read",
                "tags": ["public"],
                "parameters": [
                    {"name": "note_id", "in": "path", "required": True, "schema": {"type": "string"}},
                    {"name": "limit", "in": "query", "schema": {"type": "integer", "maximum": 200}},
                ],
                "responses": {
                    "200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Note"}}}},
                    "404": {"description": "There is none."},
                },
            },
            "put": {
                "operationId": "notes.change",
                "tags": ["member", "staff"],
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/NewNote"}}}},
                "responses": {"204": {"description": "Done"}},
            },
        }
    },
    "components": {
        "schemas": {
            "Note": {
                "type": "object",
                "required": ["text", "at"],
                "properties": {
                    "text": TEXT,
                    "at": {"type": "string", "format": "date-time"},
                    "by": {"anyOf": [{"type": "string"}, NULL]},
                    "kind": {"type": "string", "enum": ["plain"]},
                },
            },
            "NewNote": {
                "type": "object",
                "required": ["text"],
                "properties": {"text": TEXT, "by": TEXT, "kind": {"type": "string", "enum": ["plain", "loud"]}},
            },
        }
    },
}


def operation(document: Json, method: str) -> Json:
    found: Json = document["paths"]["/notes/v1/notes/{note_id}"][method]
    return found


def schema(document: Json, name: str) -> Json:
    found: Json = document["components"]["schemas"][name]
    return found


def fields(document: Json, name: str) -> Json:
    found: Json = schema(document, name)["properties"]
    return found


GET, PUT = "GET /notes/v1/notes/{}", "PUT /notes/v1/notes/{}"
BREAKS: dict[str, tuple[Change, str]] = {
    "an operation removed": (
        lambda d: d["paths"]["/notes/v1/notes/{note_id}"].pop("put"),
        f"{PUT}: the operation was removed or renamed",
    ),
    "an operation renamed": (
        lambda d: operation(d, "get").update(operationId="notes.show"),
        f"{GET}: its name changed from notes.read to notes.show",
    ),
    "not for members any more": (
        lambda d: operation(d, "put").update(tags=["staff"]),
        f"{PUT}: it is no longer for member",
    ),
    "a parameter removed": (
        lambda d: operation(d, "get")["parameters"].pop(),
        f"{GET}: limit: the parameter was removed or renamed",
    ),
    "a parameter made required": (
        lambda d: operation(d, "get")["parameters"][1].update(required=True),
        f"{GET}: limit: the optional parameter became required",
    ),
    "a new required parameter": (
        lambda d: operation(d, "get")["parameters"].append({"name": "by", "in": "query", "required": True}),
        f"{GET}: by: the new parameter is required",
    ),
    "a parameter's limit lowered": (
        lambda d: operation(d, "get")["parameters"][1]["schema"].update(maximum=100),
        f"{GET}: limit: the data: the constraint maximum was narrowed",
    ),
    "a body made required": (
        lambda d: operation(d, "put")["requestBody"].update(required=True),
        f"{PUT}: the body became required",
    ),
    "another media type": (
        lambda d: operation(d, "put")["requestBody"].update(content={"text/csv": {}}),
        f"{PUT}: the body: application/json was removed",
    ),
    "a field of a request removed": (
        lambda d: fields(d, "NewNote").pop("by"),
        f"{PUT}: the body: by: the field was removed or renamed",
    ),
    "a field of a request made required": (
        lambda d: schema(d, "NewNote")["required"].append("by"),
        f"{PUT}: the body: by: the optional field became required",
    ),
    "a new required field of a request": (
        lambda d: (fields(d, "NewNote").update(at=TEXT), schema(d, "NewNote")["required"].append("at")),
        f"{PUT}: the body: at: the new field is required",
    ),
    "a request's limit lowered": (
        lambda d: fields(d, "NewNote").update(by={**TEXT, "maxLength": 40}),
        f"{PUT}: the body: by: the constraint maxLength was narrowed",
    ),
    "a value of a request no longer taken": (
        lambda d: fields(d, "NewNote").update(kind={"type": "string", "enum": ["plain"]}),
        f"{PUT}: the body: kind: the constraint enum was changed",
    ),
    "a request's type narrowed": (
        lambda d: fields(d, "NewNote").update(by={"type": "integer"}),
        f"{PUT}: the body: by: the type changed from string to integer",
    ),
    "no unknown fields in a request": (
        lambda d: schema(d, "NewNote").update(additionalProperties=False),
        f"{PUT}: the body: the data: the constraint additionalProperties was added",
    ),
    "an answer's status removed": (
        lambda d: operation(d, "put").update(responses={"200": {}}),
        f"{PUT}: it no longer answers 204",
    ),
    "another status of an answer": (
        lambda d: operation(d, "put")["responses"].update({"202": {}}),
        f"{PUT}: it answers 202 besides",
    ),
    "an answer where there was none": (
        lambda d: operation(d, "put")["responses"]["204"].update(content={"application/json": {}}),
        f"{PUT}: 204: the answer was empty",
    ),
    "a field of an answer removed": (
        lambda d: fields(d, "Note").pop("by"),
        f"{GET}: 200: by: the field was removed or renamed",
    ),
    "a field of an answer made optional": (
        lambda d: schema(d, "Note")["required"].remove("text"),
        f"{GET}: 200: text: the required field became optional",
    ),
    "a field of an answer made nullable": (
        lambda d: fields(d, "Note").update(text={"anyOf": [TEXT, NULL]}),
        f"{GET}: 200: text: the type changed from string to string or null",
    ),
    "another format in an answer": (
        lambda d: fields(d, "Note")["at"].update(format="date"),
        f"{GET}: 200: at: the constraint format was changed",
    ),
}
GROWS: dict[str, Change] = {
    "a new operation": lambda d: d["paths"].update({"/notes/v1/days": {"get": operation(d, "get")}}),
    "a parameter of the path renamed": lambda d: d["paths"].update(
        {"/notes/v1/notes/{id}": d["paths"].pop("/notes/v1/notes/{note_id}")}
    ),
    "for more people": lambda d: operation(d, "get").update(tags=["public", "internal"]),
    "a new optional parameter": lambda d: operation(d, "get")["parameters"].append({"name": "by", "in": "query"}),
    "a limit raised": lambda d: operation(d, "get")["parameters"][1]["schema"].update(maximum=500),
    "a limit removed": lambda d: fields(d, "NewNote").update(text={"type": "string"}),
    "a field of a request made optional": lambda d: schema(d, "NewNote")["required"].remove("text"),
    "a new optional field of a request": lambda d: fields(d, "NewNote").update(at=TEXT),
    "a field of a request that may be null": lambda d: fields(d, "NewNote").update(by={"anyOf": [TEXT, NULL]}),
    "one more value of a request": lambda d: fields(d, "NewNote")["kind"]["enum"].append("quiet"),
    "a default of a request": lambda d: fields(d, "NewNote")["kind"].update(default="plain"),
    "a new field of an answer": lambda d: (
        fields(d, "Note").update(days=TEXT),
        schema(d, "Note")["required"].append("days"),
    ),
    "a field of an answer always there": lambda d: schema(d, "Note")["required"].append("by"),
    "a field of an answer never null": lambda d: fields(d, "Note").update(by={"type": "string"}),
    "one more value of an answer": lambda d: fields(d, "Note")["kind"]["enum"].append("loud"),
    "another refusal": lambda d: operation(d, "get")["responses"].update({"410": {"description": "It has ended."}}),
    "other words": lambda d: operation(d, "get").update(summary="Read a note", description="By its id."),
}


def git(root: Path, *arguments: str) -> str:
    author = ("-c", "user.name=test", "-c", "user.email=test@example.invalid", "-c", "commit.gpgsign=false")
    done = subprocess.run(["git", "-C", str(root), *author, *arguments], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def commit(root: Path, document: Json) -> str:
    """The commit of this document of the service notes."""
    (root / "docs" / "api").mkdir(parents=True, exist_ok=True)
    (root / "docs" / "api" / "notes.json").write_text(json.dumps(document), "utf-8")
    git(root, "add", ".")
    git(root, "commit", "--allow-empty", "-m", "a commit")
    return git(root, "rev-parse", "HEAD")


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A repository, and its commit with the released document."""
    root = tmp_path_factory.mktemp("released")
    git(root, "init")
    return root, commit(root, RELEASED)


def changes(released: tuple[Path, str], change: Change) -> list[str]:
    root, since = released
    document = deepcopy(RELEASED)
    change(document)
    found = list(broken(root, {"notes": document}, since))
    assert all(each.startswith("notes: ") and "A released API grows" in each for each in found)
    return [each.removeprefix("notes: ").partition(". A released API")[0] for each in found]


@pytest.mark.parametrize("case", BREAKS)
def test_what_an_old_caller_would_meet_is_told(released: tuple[Path, str], case: str) -> None:
    change, sentence = BREAKS[case]
    assert sentence in changes(released, change)


@pytest.mark.parametrize("case", GROWS)
def test_an_api_may_grow(released: tuple[Path, str], case: str) -> None:
    assert changes(released, GROWS[case]) == []


def test_a_service_stays(released: tuple[Path, str]) -> None:
    root, since = released
    assert [each.partition(". ")[0] for each in broken(root, {}, since)] == [
        "notes: the service's API was released and is there no more"
    ]


def test_each_version_since_the_first_release_counts_and_none_before(tmp_path: Path) -> None:
    git(tmp_path, "init")
    longer, grown = deepcopy(RELEASED), deepcopy(RELEASED)
    fields(longer, "Note")["before"] = TEXT
    fields(grown, "Note")["days"] = TEXT
    commit(tmp_path, longer)
    since = commit(tmp_path, RELEASED)
    commit(tmp_path, grown)
    commit(tmp_path, RELEASED)
    found = list(broken(tmp_path, {"notes": RELEASED}, since))
    assert [each.partition(". ")[0] for each in found] == [f"notes: {GET}: 200: days: the field was removed or renamed"]
    assert list(broken(tmp_path, {"notes": RELEASED}, None)) == []


def test_a_shallow_clone_compares_with_less(released: tuple[Path, str]) -> None:
    root, _ = released
    assert list(broken(root, {"notes": RELEASED}, "0" * 40)) == []


def test_the_committed_documents_and_the_client_are_what_the_services_routes_say(
    capsys: pytest.CaptureFixture[str],
) -> None:
    root = Path(__file__).parents[3]
    assert main(["--check", "--root", str(root)]) == 0, capsys.readouterr().err


def test_a_document_serves_callers_of_itself(tmp_path: Path) -> None:
    git(tmp_path, "init")
    whole = documents()
    for name, document in whole.items():
        (tmp_path / "docs" / "api").mkdir(parents=True, exist_ok=True)
        (tmp_path / "docs" / "api" / f"{name}.json").write_text(json.dumps(document), "utf-8")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-m", "a commit")
    assert list(broken(tmp_path, whole, "HEAD")) == []
