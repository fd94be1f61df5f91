"""The services' API, shown by Swagger UI from files of this machine: no network is needed."""

from importlib.resources import files
from typing import Final

from fastapi.openapi.docs import get_swagger_ui_html
from isopolity.standalone.pages.templating import page
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

_SERVICES: Final = {
    "registry": "Members, what they need and offer, requests, existing ties, contacts, imports.",
    "matching": "Rounds, proposals with their reasons, partnerships.",
    "notify": "Mails and what became of them, answers.",
}


def routes(*, demo: bool) -> list[BaseRoute]:
    """The routes under `/docs`."""

    async def index(_request: Request) -> Response:
        services = [{"name": name, "job": job} for name, job in _SERVICES.items()]
        return page("docs.html", here="docs", demo=demo, services=services)

    return [
        Route("/docs", index),
        Mount("/docs/assets", StaticFiles(directory=str(files("fastapi_offline") / "static"))),
        Route("/docs/{service}", _swagger),
        Route("/{service}/docs", _swagger),
    ]


async def _swagger(request: Request) -> Response:
    service = request.path_params["service"]
    if service not in _SERVICES:
        raise HTTPException(404)
    return get_swagger_ui_html(
        openapi_url=f"/{service}/openapi.json",
        title=f"Isopolity: {service}",
        swagger_js_url="/docs/assets/swagger-ui-bundle.js",
        swagger_css_url="/docs/assets/swagger-ui.css",
        swagger_favicon_url="/assets/icon.svg",
    )
