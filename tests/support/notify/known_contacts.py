"""A registry that notify asks over HTTP: it knows every contact, and no applicant."""

import json
from collections.abc import Callable
from dataclasses import asdict

import httpx

from isopolity.notify.domain.contact import Contact


def registry_that_knows(person: Callable[[str], Contact]) -> httpx.MockTransport:
    """Its transport; `person` makes the contact of an id. Who shows no bearer token is refused."""

    def answer(request: httpx.Request) -> httpx.Response:
        if not request.headers.get("authorization", "").startswith("Bearer "):
            return httpx.Response(401)
        if request.url.path.endswith("/issue"):
            return httpx.Response(410)
        if request.method == "POST":
            asked = json.loads(request.content)["contact_ids"]
            return httpx.Response(200, json={"items": [asdict(person(each)) for each in asked], "gone": []})
        return httpx.Response(200, json=asdict(person(request.url.path.rpartition("/")[2])))

    return httpx.MockTransport(answer)
