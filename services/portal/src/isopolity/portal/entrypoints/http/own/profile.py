"""What a city looks for and offers, and how much it can take on, changed by whoever has signed in for it.

Invariant: nothing that was typed is lost: a wrong field, or a change of somebody else, shows the form as it was filled
in.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from isopolity.portal.adapters.service_apis import ChangedMeanwhile, NotAllowed
from isopolity.portal.domain.interests import Row, field_of, interests_in, number_in, rows_in, rows_of
from isopolity.portal.entrypoints.http.rendering import page
from isopolity.portal.entrypoints.http.visitors import apis_of, session_of

_SEE_OTHER: Final = 303
_UNPROCESSABLE: Final = 422
_CONFLICT: Final = 409


async def own_profile(request: Request) -> Response:
    """The form, and the change."""
    session = session_of(request)
    account = None if session is None else session.account
    if account is None:
        return RedirectResponse("/sign-in", _SEE_OTHER)
    if account.member_kind != "city":
        return RedirectResponse("/me", _SEE_OTHER)
    path = f"/cities/{account.member_id}"
    if request.method == "GET":
        city = await apis_of(request).get("registry", path)
        needs, offers = rows_of(city["needs"]), rows_of(city["offers"])
        return _shown(request, city, needs, offers, str(city["capacity"]), was_saved="saved" in request.query_params)
    form = request.state.form
    needs, offers = rows_in(form, "need"), rows_in(form, "offer")
    capacity, version = form.get("capacity", "").strip(), form.get("version", "")
    change = {"needs": interests_in(needs), "offers": interests_in(offers), "capacity": number_in(capacity)}
    try:
        seen = number_in(version)
        await apis_of(request).patch("registry", path, change, seen if isinstance(seen, int) else 0)
    except NotAllowed as refused:
        city = await apis_of(request).get("registry", path) | {"version": version}
        problems = _by_field(refused, {"needs": needs, "offers": offers})
        return _shown(request, city, needs, offers, capacity, status=_UNPROCESSABLE, problems=problems)
    except ChangedMeanwhile:
        city = await apis_of(request).get("registry", path)
        return _shown(request, city, needs, offers, capacity, status=_CONFLICT, is_stale=True)
    return RedirectResponse("/me/profile?saved=1", _SEE_OTHER)


def _shown(
    request: Request,
    city: Mapping[str, Any],
    needs: Sequence[Row],
    offers: Sequence[Row],
    capacity: str,
    *,
    status: int = 200,
    was_saved: bool = False,
    is_stale: bool = False,
    problems: Mapping[str, str] | None = None,
) -> Response:
    return page(
        request,
        "own-profile.html",
        status,
        here="me",
        city=city,
        lists=[("need", needs), ("offer", offers)],
        capacity=capacity,
        was_saved=was_saved,
        is_stale=is_stale,
        problems=problems or {},
    )


def _by_field(refused: NotAllowed, rows: Mapping[str, Sequence[Row]]) -> dict[str, str]:
    """What to change by the name of the form's field; what no field is to blame for stands under an empty name."""
    found: dict[str, str] = {}
    for pointer, detail in refused.fields.items():
        name = "capacity" if pointer == "/capacity" else field_of(pointer, rows)
        found.setdefault(name, detail)
    return found or {"": str(refused)}


routes = [Route("/me/profile", own_profile, methods=["GET", "POST"])]
