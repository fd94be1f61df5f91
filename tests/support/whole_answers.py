"""Fake services for the command: answers are completed by the services' documents, so a test names some fields only."""

from collections.abc import Callable
from typing import Any, TypeVar

import httpx

from isopolity.client.model import Model
from isopolity.contracts.event_types import SERVICES
from tests.support.complete_answers import complete_as, success

Kind = TypeVar("Kind", bound=Model)


def whole_answers(answer: Callable[[httpx.Request], httpx.Response]) -> httpx.MockTransport:
    """A transport that completes each JSON answer of success, and sends it with the status that the service has."""

    def completed(request: httpx.Request) -> httpx.Response:
        told = answer(request)
        service = request.url.path.split("/")[1]
        if told.is_error or told.headers.get("Content-Type") != "application/json" or service not in SERVICES:
            return told
        status, document = success(service, request.method, request.url.path, told.json())
        return httpx.Response(status) if document is None else httpx.Response(status, json=document)

    return httpx.MockTransport(completed)


def whole(kind: type[Kind], fields: dict[str, Any]) -> Kind:
    """A model with these fields, and the least values of all others that it needs."""
    service = kind.__module__.split(".")[2]
    return kind.model_validate(complete_as("registry" if service == "operations" else service, kind.__name__, fields))
