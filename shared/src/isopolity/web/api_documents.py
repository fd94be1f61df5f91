"""The API's document, and its page, shown by Swagger UI from files of this machine: no network is needed."""

import json
from importlib.resources import files
from typing import Any, Final

from fastapi import FastAPI, Response
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles

from isopolity.web.problems import PROBLEM_JSON

_PROBLEM: Final = {"$ref": "#/components/schemas/ProblemDetails"}


def install_document(app: FastAPI, path: str) -> None:
    """Give out the OpenAPI document of `app` at `path`; it is made and written once, and then costs nobody anything."""
    written: list[bytes] = []

    async def document() -> Response:
        if not written:
            written.append(json.dumps(_with_problems(app.openapi()), ensure_ascii=False).encode())
        return Response(written[0], media_type="application/json")

    app.add_api_route(path, document, include_in_schema=False)


def _with_problems(document: dict[str, Any]) -> dict[str, Any]:
    """`document`, which now says that problems have their media type: FastAPI cannot be told."""
    for response in (r for p in document["paths"].values() for o in p.values() for r in o["responses"].values()):
        content = response.get("content", {})
        if content.get("application/json", {}).get("schema") == _PROBLEM:
            content[PROBLEM_JSON] = content.pop("application/json")
    return document


def install_docs(app: FastAPI, path: str, document: str) -> str:
    """Show the OpenAPI document of `app`, which is at `document`, at `path`, which is returned."""
    assets = f"{path}/assets"
    page = get_swagger_ui_html(
        openapi_url=document,
        title=app.title,
        swagger_js_url=f"{assets}/swagger-ui-bundle.js",
        swagger_css_url=f"{assets}/swagger-ui.css",
        swagger_favicon_url=f"{assets}/favicon.png",
    )

    async def docs() -> HTMLResponse:
        return page

    app.add_api_route(path, docs, include_in_schema=False)
    app.mount(assets, StaticFiles(directory=str(files("fastapi_offline") / "static")))
    return path
