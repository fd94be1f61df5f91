"""The API's document, and its page, shown by Swagger UI from files of this machine: no network is needed.

Invariant: the page holds no script and no style of its own, so that its Content-Security-Policy admits files alone.
"""

import json
from copy import deepcopy
from html import escape
from importlib.resources import files
from typing import Any, Final

from fastapi import FastAPI, Response
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles

from isopolity.web.documents.refusals import DEFAULT, DESCRIPTIONS
from isopolity.web.problems import PROBLEM_JSON

_PROBLEM: Final = {"$ref": "#/components/schemas/ProblemDetails"}
_COMMON: Final = {str(int(status)): description for status, description in DESCRIPTIONS.items()} | {"default": DEFAULT}
_PAGE: Final = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1.0">
<link rel="stylesheet" href="{assets}/swagger-ui.css">
<link rel="icon" href="{assets}/favicon.png">
<title>{title}</title>
</head>
<body>
<div id="swagger-ui"></div>
<script src="{assets}/swagger-ui-bundle.js"></script>
<script src="{assets}/start.js" data-document="{document}"></script>
<noscript>The document itself is at <a href="{document}">{document}</a>.</noscript>
</body>
</html>
"""


def install_document(app: FastAPI, path: str) -> None:
    """Give out the OpenAPI document of `app` at `path`; it is made and written once, and then costs nobody anything."""
    written: list[bytes] = []

    async def document() -> Response:
        if not written:
            written.append(json.dumps(api_document(app), ensure_ascii=False).encode())
        return Response(written[0], media_type="application/json")

    app.add_api_route(path, document, include_in_schema=False)


def api_document(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document of `app`: a refusal has the media type of problems; what many routes answer stands once."""
    document = deepcopy(app.openapi())
    common: dict[str, Any] = {}
    for responses in (operation["responses"] for path in document["paths"].values() for operation in path.values()):
        for status, response in responses.items():
            content = response.get("content", {})
            is_problem = content.get("application/json", {}).get("schema") == _PROBLEM
            if is_problem or (status.startswith("4") and not content):
                response["content"] = {PROBLEM_JSON: {"schema": _PROBLEM}}
            if response["description"] == _COMMON.get(status):
                common[status] = response
                responses[status] = {"$ref": f"#/components/responses/{status}"}
    document["components"]["responses"] = common
    _name_bodies(document)
    return document


def _name_bodies(document: dict[str, Any]) -> None:
    """Put bodies that a route describes itself, under a title, beside all other schemas."""
    for operation in (operation for path in document["paths"].values() for operation in path.values()):
        for content in operation.get("requestBody", {}).get("content", {}).values():
            title = content.get("schema", {}).get("title")
            if title is not None and "properties" in content["schema"]:
                document["components"]["schemas"][title] = content["schema"]
                content["schema"] = {"$ref": f"#/components/schemas/{title}"}


def install_docs(app: FastAPI, path: str, document: str) -> str:
    """Show the OpenAPI document of `app`, which is at `document`, at `path`, which is returned."""
    assets = f"{path}/assets"
    page = _PAGE.format(title=escape(app.title), assets=assets, document=document)

    async def docs() -> HTMLResponse:
        return HTMLResponse(page)

    app.add_api_route(path, docs, include_in_schema=False)
    swagger = str(files("fastapi_offline") / "static")
    app.mount(assets, StaticFiles(directory=swagger, packages=[("isopolity.web.documents", "assets")]))
    return path
