"""Pages below a member's page at the office: the member that each is about, its routes, and the way back.

Invariant: a page has one address for cities and one for partners; the folder in the address names the kind.
"""

from collections.abc import Awaitable, Callable
from hashlib import sha256
from typing import Final

from isopolity.portal.adapters.wording import _
from isopolity.portal.entrypoints.http.forms.page_form import PageForm
from isopolity.portal.entrypoints.http.known_members import KINDS
from isopolity.portal.entrypoints.http.office.members.lists import PATH
from isopolity.portal.entrypoints.http.pages import Request, Response, Route, gettext_of, see_other

_UNSURE: Final = _("Tick to confirm.")
_CHANGED: Final = _(
    "Something has changed since you looked, and nothing was done. Look again at what happens, then confirm."
)


def member_of(request: Request) -> tuple[str, str]:
    """The folder of the member's kind, which is the third part of the address, and the member's id."""
    folder = request.url.path.split("/")[3]
    return folder, str(request.path_params[f"{KINDS[folder]}_id"])


def routes_below(place: str, page: Callable[[Request], Awaitable[Response]], *methods: str) -> list[Route]:
    """The routes of a page at `place` below the page of a city or a partner; for GET and POST if none is named."""
    return [
        Route(f"{PATH}/{folder}/{{{kind}_id}}/{place}", page, methods=methods or ("GET", "POST"))
        for folder, kind in KINDS.items()
    ]


def back_to_member(request: Request, done: str) -> Response:
    """Redirect to the member's page, which says what was done."""
    folder, member_id = member_of(request)
    return see_other(f"{PATH}/{folder}/{member_id}?done={done}")


def ask_for_tick(request: Request, form: PageForm) -> None:
    """Refuse a form whose box that confirms the act is not ticked."""
    form.refuse({"sure": gettext_of(request)(_UNSURE)})


def ask_to_look_again(request: Request, form: PageForm) -> None:
    """Refuse a form whose page listed other consequences than the act has now."""
    form.refuse({"": gettext_of(request)(_CHANGED)})


def digest_of(*listed: object) -> str:
    """A short text for the consequences that a page lists; its form names it, so that no others are confirmed."""
    return sha256(repr(listed).encode()).hexdigest()[:32]
