"""A step of a profile as a page, wherever the profile is kept: one's own, or an application's."""

import asyncio
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from isopolity.portal.adapters.gazetteer import gazetteer
from isopolity.portal.application.form_help.lookups import Looked, looked
from isopolity.portal.application.form_help.subjects import WORDS
from isopolity.portal.domain.interests import rows_in
from isopolity.portal.domain.steps.fields import Form
from isopolity.portal.domain.steps.interest_rows import PARTS
from isopolity.portal.domain.steps.order import LANGUAGES
from isopolity.portal.domain.steps.step import Step
from isopolity.portal.entrypoints.http.rendering import page_of, template_of


async def asked_for(form: Form) -> Looked | None:
    """What a button of the form asks for, other than to save it; None where it is to be saved."""
    return await asyncio.to_thread(lambda: looked(form, gazetteer))  # the first search of a place reads a file


def step_page(
    request: Request,
    step: Step,
    member_kind: str,
    form: Form,
    *,
    frame: str,
    status: int = 200,
    looked: Looked | None = None,
    problems: Mapping[str, str] | None = None,
    **values: object,
) -> Response:
    """The page of a step with what `form` holds.

    The template `frame` includes `steps/form.html` in a form of its own; `values` are what else it names.
    """
    parts = {
        "step": step.name,
        "member_kind": member_kind,
        "filled": form,
        "lists": [(kind, rows_in(form, kind)) for kind in PARTS],
        "language_fields": LANGUAGES.names(form),
        "words": WORDS,
        "found": {} if looked is None else looked.found,
        "problems": problems or {},
        "script": "left.js" if step.name == "who" else None,
    }
    return page_of(request, template_of(request, frame), status, {**parts, **values})
