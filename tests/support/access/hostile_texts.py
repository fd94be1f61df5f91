"""Texts of strangers that mean harm, in the place of every text that a service tells the portal.

Invariant: codes, ids, days and addresses by which a page finds its way stay; a field that is new is hostile by itself.
"""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import pytest

from isopolity.portal.adapters.service_apis import ServiceApis

HARMLESS: Final = "Text"
HOSTILE: Final = (
    "<script>alert(1)</script>\"'><img src=x onerror=alert(1)></title></textarea></option><!-- %s %(name)s %d {0} "
    "{{ 7*7 }} {% raw %} \u202egnirts\u2066 \0 &amp; =1+1 \r\nSet-Cookie: a=b\r\n\r\n" + "W" * 150
)
_CODES: Final = {
    "answer", "attribute", "bandwidth", "choice", "claimed_by", "code", "country", "countries", "creative_field",
    "currency", "cursor", "home_country", "kind", "language", "languages", "member_kind", "mode", "need_mode",
    "next", "offer_mode", "region", "regions", "role", "scopes", "setting", "side", "stage", "status", "subject",
    "subjects", "supports", "ids", "refresh_token", "access_token", "token",
}  # fmt: skip
_DAYS: Final = {"since", "until", "starts", "ends", "closes", "learning_city_since", "answer_by", "timezone"}


def _stays(name: str) -> bool:
    return name in _CODES | _DAYS or name.endswith(("_id", "_at", "_by", "_on", "_until", "_ids"))


def told_by_a_stranger(document: Any, text: str, name: str = "") -> Any:
    """The document with `text` for each of its texts."""
    match document:
        case dict():
            return {key: told_by_a_stranger(value, text, key) for key, value in document.items()}
        case list():
            return [told_by_a_stranger(each, text, name) for each in document]
        case str() if not _stays(name):
            return f"https://city.example/{text}" if name == "web" else text
        case _:
            return document


@contextmanager
def strangers() -> Iterator[dict[str, str | None]]:
    """A switch: its `text` takes the place of each text that the portal is told; none does at first."""
    switch: dict[str, str | None] = {"text": None}

    def told(asked: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def ask(*arguments: Any, **options: Any) -> Any:
            document = await asked(*arguments, **options)
            return document if switch["text"] is None else told_by_a_stranger(document, switch["text"])

        return ask

    with pytest.MonkeyPatch.context() as patched:
        for method in ("get", "public", "post", "patch"):
            patched.setattr(ServiceApis, method, told(getattr(ServiceApis, method)))
        yield switch
