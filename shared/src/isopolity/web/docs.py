"""The API's page, shown by Swagger UI from files of this machine: no network is needed."""

from importlib.resources import files

from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles


def install_docs(app: FastAPI, path: str) -> str:
    """Show the OpenAPI document of `app` at `path`, which is returned."""
    assets = f"{path}/assets"
    page = get_swagger_ui_html(
        openapi_url=app.openapi_url or "",
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
