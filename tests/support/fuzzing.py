"""Schemathesis against a service: requests that its OpenAPI document allows, ones that it forbids, and hostile texts.

No answer may be a 500 or have a status that the document lacks. ISOPOLITY_TEST_FUZZ multiplies the number of requests.
"""

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

import httpx
import requests
import schemathesis
from anyio.from_thread import BlockingPortal
from hypothesis import HealthCheck, Phase, assume, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode

EXAMPLES: Final = 10 * int(os.environ.get("ISOPOLITY_TEST_FUZZ", "1"))
MODES: Final = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
HOSTILE: Final = (
    "\0",
    "a\0b",
    "\ud800",
    "\udc00a",
    "9" * 5_000,
    "-1",
    "1e999",
    "\u202e",
    "\u2028",
    "=?x-unknown?q?abc?=",
    "a\r\nBcc: b@city.example",
    "' OR 1=1 --",
    "%",
    "\\",
    "../..",
)
_OF_ANY: Final = ("400", "404", "405", "414", "431", "503")
"""Statuses for a hostile text in a path, which no operation documents."""
LONGEST: Final = 60_000
"""The most characters of a URL that the client sends."""
OPERATIONS: Final = (
    "GET /{}/health/live",
    "GET /{}/health/ready",
    "GET /{}/metrics",
    "GET /{}/v1/dead-letters",
    "GET /{}/v1/masked-letters/{{letter_id}}",
    "GET /{}/v1/audit",
    "GET /{}/v1/status",
    "GET /{}/v1/streams",
    "GET /{}/v1/journal",
    "GET /{}/v1/journal/counts",
    "GET /{}/v1/events",
    "POST /{}/v1/events/unmask",
    "GET /{}/v1/settings",
    "POST /{}/v1/dead-letters/redrive",
    "POST /{}/v1/dead-letters/settle",
    "POST /{}/v1/dead-letters/unmask",
    "GET /{}/v1/audit/operators",
    "POST /{}/v1/groups/{{group_id}}/pause",
    "POST /{}/v1/groups/{{group_id}}/resume",
    "POST /{}/v1/groups/{{group_id}}/reset",
)


def operations_of(service: str) -> list[str]:
    """The operators' routes, which every service has."""
    return [label.format(service) for label in OPERATIONS]


def bounded(examples: int = EXAMPLES) -> settings:
    """Settings of Hypothesis: repeatable, and without time limits for a busy machine."""
    return settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A service in the event loop of its own thread. `existing` has values for matching parts of a path."""

    portal: BlockingPortal
    client: httpx.AsyncClient
    headers: Mapping[str, str]
    schema: Any
    existing: Mapping[str, str]

    @classmethod
    def of(
        cls,
        portal: BlockingPortal,
        client: httpx.AsyncClient,
        document: str,
        headers: Mapping[str, str],
        existing: Mapping[str, str],
    ) -> "Target":
        """The service behind `client`, with its OpenAPI document at `document`."""
        schema = schemathesis.openapi.from_dict(portal.call(client.get, document).json())
        return cls(portal=portal, client=client, headers=headers, schema=schema, existing=existing)

    def labels(self) -> set[str]:
        """All operations of the document."""
        return {_label(operation) for operation in self._operations()}

    def fuzz(self, label: str, mode: GenerationMode) -> None:
        """Send many requests to one operation. Fails if one is answered with a server error."""
        operation = next(one for one in self._operations() if _label(one) == label)
        documented = operation.definition.raw["responses"].keys()

        @seed(7)
        @bounded()
        @given(
            case=operation.as_strategy(generation_mode=mode),
            existing=st.booleans(),
            text=st.none() | st.sampled_from(HOSTILE),
        )
        def send(case: schemathesis.Case[Any], existing: bool, text: str | None) -> None:
            made = requests.Request(**case.as_transport_kwargs(base_url="http://service")).prepare()
            assume(len(made.path_url) < LONGEST)
            request, answer = f"{label} {made.url} {made.body!r} {text!r}", self.send(made, existing, text)
            self.check(answer, request)
            assert str(answer.status_code) in {*documented, *_OF_ANY}, f"{request}: {answer.status_code} {answer.text}"

        send()

    def send(self, made: requests.PreparedRequest, existing: bool, text: str | None) -> httpx.Response:
        """The answer to one request; exceptions become a 500."""
        path = made.path_url
        body = made.body.encode() if isinstance(made.body, str) else made.body or b""
        assert isinstance(body, bytes)
        if existing:
            for pattern, known in self.existing.items():
                path = re.sub(pattern, known, path)
        if text is not None:
            path, body = _hostile(path, body, text)
            assume(len(path) < LONGEST)
        headers = [(name, value) for name, value in {**made.headers, **self.headers}.items() if isinstance(value, str)]
        return self.ask(made.method or "GET", path, body, headers)

    def ask(self, method: str, path: str, body: bytes, headers: list[tuple[str, str]]) -> httpx.Response:
        """The answer to one request, sent with its path unchanged."""
        encoded = [(name.encode(), value.encode("latin-1", "replace")) for name, value in headers]
        asked = self.client.build_request(method, "/", content=body, headers=encoded)
        asked.url = asked.url.copy_with(raw_path=path.encode())
        return self.portal.call(self.client.send, asked)

    def check(self, answer: httpx.Response, request: str) -> None:
        """Fail on a server error, and on a refusal without problem details and a sentence."""
        healthy = answer.status_code == 503 and "/health/" in request
        assert answer.status_code < 500 or healthy, f"{request}: {answer.text}"
        if answer.status_code >= 400 and not healthy:
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["detail"]

    def _operations(self) -> Iterator[Any]:
        return (result.ok() for result in self.schema.get_all_operations())


def _label(operation: Any) -> str:
    return f"{operation.method.upper()} {operation.path}"


def _hostile(path: str, body: bytes, text: str) -> tuple[str, bytes]:
    """`text` for every value of the query, or else for the path's last step, and for every text of a JSON body."""
    quoted = quote(text, safe="", errors="surrogatepass")
    address, mark, query = path.partition("?")
    if mark:
        path = address + mark + "&".join(f"{pair.partition('=')[0]}={quoted}" for pair in query.split("&"))
    elif not body:
        path = f"{address.rpartition('/')[0]}/{quoted}"
    literal = json.dumps(text).encode()
    return path, re.sub(rb'([:\[,]\s*)"(?:[^"\\]|\\.)*"(?=\s*[,\]}])', lambda found: found[1] + literal, body)
