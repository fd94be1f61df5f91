"""The language of an account, which its pages and mails are in; changed by the switch in the header of each page."""

from typing import Final
from urllib.parse import urlsplit

from isopolity.client import registry
from isopolity.languages.offered import OFFERED
from isopolity.portal.adapters.service_apis import NotAllowed
from isopolity.portal.adapters.wording import SENTENCES
from isopolity.portal.application import sessions
from isopolity.portal.entrypoints.http.admission import for_members
from isopolity.portal.entrypoints.http.forms.page_form import PageForm
from isopolity.portal.entrypoints.http.pages import (
    Account,
    Request,
    Response,
    Route,
    apis_of,
    cookie_of,
    gettext_of,
    see_other,
    store_of,
)
from isopolity.portal.entrypoints.languages import is_in_languages

_FIRST: Final = "/me"


@for_members
async def change(request: Request, account: Account) -> Response:
    """Keep the language with the contact and the session; then back to the page where it was chosen."""
    form = await PageForm.of(request)
    language, back = form["language"], form["back"]
    if language not in OFFERED:
        raise NotAllowed(gettext_of(request)(SENTENCES["form-of-language"]))
    apis = apis_of(request)
    contact = await apis.send(registry.contacts.read(account.account_id))
    if contact.language != language:
        await apis.send(registry.contacts.change(account.account_id, {"language": language}, version=contact.version))
    await sessions.speak(cookie_of(request), language, store_of(request))
    return see_other(back if is_in_languages(urlsplit(back).path) and back.startswith("/") else _FIRST)


routes = [Route("/me/language", change, methods=["POST"])]
