"""JSON Merge Patch (RFC 7396) with If-Match: a change applies to the version that the caller has seen.

Invariant: without If-Match a change is refused with 428, and for an older version with 412. It is optional for
decisions of staff.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final, TypeVar

from fastapi import Depends, Header, Request
from pydantic import BaseModel, ValidationError

from isopolity.registry.domain.errors import StaleVersion
from isopolity.web.api_documents import refuses
from isopolity.web.problems import Problem, fields_of, invalid

MERGE_PATCH: Final = "application/merge-patch+json"
_ETAG: Final = re.compile(r'"([1-9]\d{0,8})"')
_NULL: Final = {"type": "null"}

Patch = dict[str, Any]
ModelT = TypeVar("ModelT", bound=BaseModel)


def etag(version: int) -> str:
    """The entity tag of a version."""
    return f'"{version}"'


async def _patch(request: Request) -> Patch:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != MERGE_PATCH:
        raise Problem(415, f"Send the change as Content-Type: {MERGE_PATCH}.", headers={"Accept-Patch": MERGE_PATCH})
    try:
        patch = json.loads(await request.body())
    except (ValueError, RecursionError):
        raise Problem(400, "The body is not JSON; correct it and send it again.", code="not-json") from None
    if not isinstance(patch, dict):
        raise Problem(422, "Send a JSON object with the fields to change.", code="invalid-request")
    return patch


@refuses(428)
async def _precondition(if_match: Annotated[str | None, Header(description="The ETag that you changed")] = None) -> str:
    if if_match is None:
        raise Problem(428, "Send If-Match with the ETag of the version that you changed.", code="if-match-missing")
    return if_match


MergePatch = Annotated[Patch, Depends(_patch)]
IfMatch = Annotated[str, Depends(_precondition)]
DecidedOn = Annotated[
    str | None,
    Header(
        alias="if-match", description="The ETag that you decide about; 412 if it is older, so that nothing is unseen"
    ),
]


def require_match(if_match: str, current: int) -> None:
    """Raise StaleVersion unless `if_match` names the current version."""
    if if_match.strip() != "*" and str(current) not in _ETAG.findall(_without_weak(if_match)):
        raise StaleVersion(current)


def require_seen(decided_on: str | None, current: int) -> None:
    """Raise StaleVersion if `decided_on` is given and names another version than the current one."""
    if decided_on is not None:
        require_match(decided_on, current)


def merged(target: Any, patch: Any) -> Any:
    """`target` with `patch` merged in, as RFC 7396 defines it: null deletes, objects merge, all else replaces."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merged(result.get(name), value)
    return result


def validated(model: type[ModelT], values: Any, stored: Any = None) -> ModelT:
    """`values` as a `model`; days, currencies and long texts in `stored` remain valid. Raises Problem with pointers."""
    try:
        return model.model_validate(values, context=frozenset(_texts(stored)))
    except ValidationError as error:
        raise invalid(fields_of(error)) from None


def _texts(document: Any) -> Iterator[str]:
    """All strings in a JSON document, except names of fields."""
    if isinstance(document, str):
        yield document
    elif isinstance(document, dict | list):
        for each in document.values() if isinstance(document, dict) else document:
            yield from _texts(each)


def _without_weak(if_match: str) -> str:
    """If-Match without weak tags, which never match (RFC 9110, 13.1.1)."""
    return re.sub(r'W/"[^"]*"', "", if_match)


def patch_body(name: str, model: type[BaseModel], example: Patch) -> dict[str, Any]:
    """The body of a PATCH of what `model` takes, described for OpenAPI under this name."""
    whole = model.model_json_schema(ref_template="#/components/schemas/{model}")
    needed = whole.get("required", ())
    schema = {
        "title": name,
        "description": "The fields to change; null takes a field's default.",
        "type": "object",
        "properties": {
            field: _changed(schema, may_be_null=field not in needed) for field, schema in whole["properties"].items()
        },
        "additionalProperties": False,
        "examples": [example],
    }
    return {"requestBody": {"required": True, "content": {MERGE_PATCH: {"schema": schema}}}}


def _changed(field: Mapping[str, Any], *, may_be_null: bool) -> dict[str, Any]:
    """The field in a patch, which leaves it as it is where it does not name it."""
    words = {key: field[key] for key in ("title", "description") if key in field}
    kind = {key: value for key, value in field.items() if key not in words and key != "default"}
    options = kind.pop("anyOf", None) or [kind]
    if not may_be_null or _NULL in options:
        return {key: value for key, value in field.items() if key != "default"}
    return words | (kind if options[0] is not kind else {}) | {"anyOf": [*options, _NULL]}
