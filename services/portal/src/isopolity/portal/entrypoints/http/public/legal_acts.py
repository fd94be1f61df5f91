"""The page with the binding legal acts that the network lists."""

from isopolity.client import matching
from isopolity.portal.entrypoints.http.pages import Request, Response, Route, apis_of, page


async def legal_acts(request: Request) -> Response:
    """Show each act with its citation, its days and the countries on its two sides."""
    found = await apis_of(request).public_answer(matching.legal_acts.list())
    return page(request, "legal-acts.html", here="", acts=found.items)


routes = [Route("/legal-acts", legal_acts)]
