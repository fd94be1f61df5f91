"""Lists of the console as files for spreadsheets."""

import asyncio
from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from isopolity.portal.adapters.service_apis import NotAllowed
from isopolity.portal.entrypoints.http.public.tables import FORMS, written
from isopolity.tables.text_files import Value


def wanted_form(request: Request) -> str | None:
    """The form in which a list is asked for as a file, `csv` or `xlsx`; None for a page. Raises NotAllowed."""
    form = request.query_params.get("form")
    if form is not None and form not in FORMS:
        raise NotAllowed("Ask for form=csv or form=xlsx.")
    return form


async def file_of(form: str, name: str, heading: Sequence[str], rows: list[list[Value]]) -> Response:
    """The rows as a file of this form."""
    content = await asyncio.to_thread(written, form, name, list(heading), rows)
    headers = {"Content-Disposition": f'attachment; filename="{name}.{form}"', "Cache-Control": "no-store"}
    return Response(content, media_type=FORMS[form], headers=headers)
