"""The pages' HTML, made from templates.

Invariant: every value is escaped, and a page fetches nothing from another machine.
"""

from functools import cache
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

FOLDER: Final = Path(__file__).parent
_POLICY: Final = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'"


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(FOLDER / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )


def page(template: str, status: int = 200, **values: object) -> HTMLResponse:
    """The page made from `template`."""
    html = _environment().get_template(template).render(values)
    return HTMLResponse(html, status, {"Content-Security-Policy": _POLICY, "Referrer-Policy": "no-referrer"})
