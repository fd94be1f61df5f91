"""The OpenAPI documents of the services, made of the routes that they have, without a database or a broker."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final, cast

from isopolity.matching.entrypoints.http import app as matching
from isopolity.notify import bootstrap as notify
from isopolity.registry.entrypoints.http import app as registry
from isopolity.web.api_documents import api_document
from isopolity.web.application import service_app
from isopolity.web.operations.events import states_router
from isopolity.web.operations.routers import operations_routers
from isopolity.web.operations.settings import settings_router

Document = dict[str, Any]
_SERVICES: Final = {"registry": registry, "matching": matching, "notify": notify}
OPERATIONS: Final = "operations"
SCHEMAS: Final = "#/components/schemas/"
_SERVICE: Final = {"name": "service", "in": "path", "required": True, "schema": {"type": "string"}}


def documents() -> Mapping[str, Document]:
    """The document of each service, by its name; a test compares them with those that the services give out."""
    return {
        name: api_document(
            service_app(
                name,
                title=f"Isopolity {name}",
                description=module.DESCRIPTION,
                tokens=cast("Any", None),
                routers=[
                    *module.ROUTERS,
                    states_router(name),
                    settings_router(name),
                    *operations_routers(name),
                ],
            )
        )
        for name, module in _SERVICES.items()
    }


def packages(whole: Mapping[str, Document]) -> Mapping[str, Document]:
    """The documents by package of the client; operations of all services are in one package, below `/{service}`."""
    common = set.intersection(*({_place(name, each) for each in _operations(found)} for name, found in whole.items()))
    alike = {OPERATIONS: _part("registry", whole["registry"], common, keeping=True)}
    own = {name: _part(name, found, common, keeping=False) for name, found in whole.items()}
    return alike | own


def _operations(document: Document) -> Iterator[tuple[str, str]]:
    for path, operations in document["paths"].items():
        for method in operations:
            yield path, method


def _place(service: str, operation: tuple[str, str]) -> tuple[str, str]:
    path, method = operation
    return path.replace(f"/{service}/", "/{service}/", 1), method


def _part(service: str, document: Document, common: Collection[tuple[str, str]], *, keeping: bool) -> Document:
    """The document with the common operations alone, or without them, and the schemas that these use."""
    paths: Document = {}
    for path, method in _operations(document):
        place = _place(service, (path, method))
        if (place in common) is keeping:
            operation = document["paths"][path][method]
            if keeping:
                operation = {**operation, "parameters": [_SERVICE, *operation.get("parameters", ())]}
            paths.setdefault(place[0] if keeping else path, {})[method] = operation
    components = document["components"]
    schemas, wanted = components["schemas"], [*_references(paths), *_references(components["responses"])]
    used: Document = {}
    while wanted:
        name = wanted.pop()
        if name not in used:
            used[name] = schemas[name]
            wanted += _references(schemas[name])
    return {"info": document["info"], "paths": paths, "components": {"schemas": dict(sorted(used.items()))}}


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if str(node.get("$ref", "")).startswith(SCHEMAS):
            yield node["$ref"].removeprefix(SCHEMAS)
        for each in node.values():
            yield from _references(each)
    elif isinstance(node, list):
        for each in node:
            yield from _references(each)
