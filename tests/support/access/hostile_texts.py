"""Hostile texts of strangers in place of every text that a service sends to the portal.

Invariant: codes, ids, days and addresses that a page needs stay; a new field is hostile without further work.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final

import httpx
import pytest

from isopolity.client.call import Call
from isopolity.portal.adapters import service_apis
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
"""Fields that stay, in addition to days and moments."""


def _stays(name: str) -> bool:
    return name in _CODES | _DAYS or name.endswith(("_id", "_at", "_by", "_on", "_until", "_ids"))


def _is_moment(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def told_by_a_stranger(document: Any, text: str, name: str = "") -> Any:
    """The document with `text` for each of its texts."""
    match document:
        case dict():
            return {key: told_by_a_stranger(value, text, key) for key, value in document.items()}
        case list():
            return [told_by_a_stranger(each, text, name) for each in document]
        case str() if not _stays(name) and not _is_moment(document):
            return f"https://city.example/{text}" if name == "web" else text
        case _:
            return document


@contextmanager
def strangers() -> Iterator[dict[str, str | None]]:
    """A switch: its `text` replaces each text that the portal receives; at first it is None, and replaces none."""
    switch: dict[str, str | None] = {"text": None}

    read = ServiceApis.read

    def read_from_a_stranger(apis: ServiceApis, call: Call[Any], answer: httpx.Response) -> Any:
        if switch["text"] is None or not answer.headers.get("content-type", "").startswith("application/json"):
            return read(apis, call, answer)
        document = told_by_a_stranger(answer.json(), switch["text"])
        return read(apis, call, httpx.Response(answer.status_code, json=document))

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(ServiceApis, "read", read_from_a_stranger)
        patched.setattr(service_apis, "seconds_of", lambda _headers: 0.0)  # no answer from before the switch is cached
        yield switch
