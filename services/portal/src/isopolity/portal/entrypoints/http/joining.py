"""Joining as a city or a partner: one form, which registry takes as an application.

Invariant: nothing that was typed is lost; a form that is sent twice makes one application.
"""

from collections.abc import Mapping
from secrets import token_urlsafe
from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from isopolity.portal.adapters.service_apis import NotAllowed
from isopolity.portal.domain.interests import rows_in, rows_of
from isopolity.portal.domain.joining import FIELDS, application_in, form_field, language_fields
from isopolity.portal.entrypoints.http.rendering import page
from isopolity.portal.entrypoints.http.visitors import apis_of_anybody

_UNPROCESSABLE: Final = 422
_PATHS: Final = {"city": "/cities", "partner": "/partners"}
_COUNTRY: Final = {"city": "country", "partner": "home_country"}
_ALIKE: Final = "3"


async def choose(request: Request) -> Response:
    """Which of the two one is."""
    return page(request, "join.html", here="join")


async def form(request: Request) -> Response:
    """The form, and the application."""
    member_kind = request.path_params["member_kind"]
    if member_kind not in FIELDS:
        raise HTTPException(404)
    if request.method == "GET":
        return _shown(request, member_kind, {"key": token_urlsafe(), "role": "coordinator"})
    filled: dict[str, str] = request.state.form
    application = application_in(filled, member_kind)
    apis = apis_of_anybody(request)
    if not filled.get("is_another"):
        known = {"text": application.get("name", ""), "country": application.get(_COUNTRY[member_kind], "")}
        alike = await _alike(request, member_kind, known) if all(known.values()) else []
        if alike:
            return _shown(request, member_kind, filled, status=_UNPROCESSABLE, alike=alike)
    try:
        await apis.post("registry", _PATHS[member_kind], application, key=filled.get("key") or None)
    except NotAllowed as refused:
        problems: dict[str, str] = {}
        for pointer, detail in refused.fields.items():
            problems.setdefault(form_field(pointer, filled, member_kind), detail)
        return _shown(request, member_kind, filled, status=_UNPROCESSABLE, problems=problems or {"": str(refused)})
    return page(request, "join-sent.html", here="join", email=application["contact"]["email"])


async def _alike(request: Request, member_kind: str, known: Mapping[str, str]) -> list[Any]:
    """Members of this name in this country that anybody can see."""
    found = await apis_of_anybody(request).get("registry", _PATHS[member_kind], {**known, "limit": _ALIKE})
    name = known["text"].casefold()
    return [each for each in found["items"] if name in {each["name"].casefold(), *_other_names(each)}]


def _other_names(member: Mapping[str, Any]) -> set[str]:
    return {name.casefold() for name in member.get("local_names", ())}


def _shown(
    request: Request,
    member_kind: str,
    filled: Mapping[str, str],
    *,
    status: int = 200,
    alike: list[Any] | None = None,
    problems: Mapping[str, str] | None = None,
) -> Response:
    lists = [(kind, rows_in(filled, kind) or rows_of([])) for kind in ("need", "offer")]
    return page(
        request,
        "join-form.html",
        status,
        here="join",
        member_kind=member_kind,
        country=_COUNTRY[member_kind],
        language_fields=language_fields(),
        filled=filled,
        lists=lists,
        alike=alike or [],
        problems=problems or {},
    )


routes = [Route("/join", choose), Route("/join/{member_kind}", form, methods=["GET", "POST"])]
