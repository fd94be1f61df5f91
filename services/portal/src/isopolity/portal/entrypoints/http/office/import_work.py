"""The page of an import while registry works on it in the background.

Invariant: a page waits a moment for the work, so that small files show no page in between; then it says how far it is.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from isopolity.client.registry.models import DoneImportMembers, ImportWorkDocument, PreparedImportDocument
from isopolity.portal.entrypoints.http.forms.page_form import PageForm
from isopolity.portal.entrypoints.http.pages import Request, Response

Import = PreparedImportDocument | DoneImportMembers
_MOMENT: Final = 3.0
"""Seconds for which a page waits for the work."""
_LOOK_EVERY: Final = 0.2


def is_open(work: ImportWorkDocument | None) -> bool:
    """Whether the work goes on, or waits."""
    return work is not None and work.state != "failed"


def why_failed(work: ImportWorkDocument | None) -> str:
    """The code of the work that has failed; empty if none has."""
    return "" if work is None else work.code


async def wait_a_moment(read: Callable[[], Awaitable[Import]]) -> str:
    """Wait a moment for the end of the work on the import that `read` reads; returns the code if it has failed."""
    for _ in range(round(_MOMENT / _LOOK_EVERY)):
        if not is_open(work := (await read()).work):
            return why_failed(work)
        await asyncio.sleep(_LOOK_EVERY)
    return ""


def working_page(request: Request, form: PageForm, subject: Import, address: str) -> Response:
    """Render how far the work is; the page at `address` is shown once it ends."""
    return form.page(
        request,
        "office/imports/working.html",
        subject=subject,
        address=f"{address}?{request.url.query}".rstrip("?"),
        scripts=("progress.js",),
    )
