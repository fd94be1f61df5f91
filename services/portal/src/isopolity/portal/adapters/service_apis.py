"""The services' APIs over HTTP, asked with the rights of a visitor.

Invariant: whatever a service or the way to it does, a caller gets its JSON or one of the errors below.
"""

import json
from collections.abc import AsyncIterable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from tempfile import TemporaryFile
from typing import Any, BinaryIO, Final, TypeVar
from urllib.parse import quote, urlencode

import httpx
from httpx import codes

from isopolity.client.call import Call, UnexpectedAnswer
from isopolity.lineage import current_lineage
from isopolity.portal.adapters.kept_answers import Answer as KeptAnswer
from isopolity.portal.adapters.kept_answers import KeptAnswers, seconds_of
from isopolity.portal.adapters.patience import REFUSED, SILENT, Patience, reason_in
from isopolity.portal.adapters.problem_sentences import REFUSED as REFUSAL
from isopolity.portal.adapters.problem_sentences import told


class NothingThere(Exception):
    """The service knows nothing of that name, or nothing that this visitor may see."""


class NotAllowed(Exception):
    """The service refuses; the message says what to change, `fields` of each wrong field, by its JSON pointer."""

    def __init__(self, told: str, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(told)
        self.fields = fields or {}


class NotForThisVisitor(NotAllowed):
    """This visitor may not do this, whatever the request holds."""


class NotSignedIn(NotForThisVisitor):
    """The visitor's token counts no more: the session was ended elsewhere, or its account is gone."""


class AskedTooOften(NotAllowed):
    """The visitor has asked for this as often as one may for now; the message says when it goes on."""


Answer = TypeVar("Answer")
Made = TypeVar("Made")


def _as_it_is(answer: Answer) -> Answer:
    return answer


def _as_told(document: Any) -> Any:
    return document


_REFUSALS: Final[Mapping[int, type[NotAllowed]]] = {
    codes.UNAUTHORIZED: NotSignedIn,
    codes.FORBIDDEN: NotForThisVisitor,
    codes.TOO_MANY_REQUESTS: AskedTooOften,
}


_LONG: Final = httpx.Timeout(10.0, read=280.0, write=60.0)
"""Seconds to wait for what is done with tens of thousands of rows; the proxy waits for 300."""


class ChangedMeanwhile(Exception):
    """Somebody else has changed the entry since the visitor read it."""


class ServiceAway(Exception):
    """The service does not answer now, or not as it should; the message names it, `reason` the part that fails."""

    def __init__(self, service: str, reason: str = SILENT) -> None:
        super().__init__(service)
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class SentFile:
    """A file that a service sent, on disk; who asked for it closes it."""

    content: BinaryIO
    media_type: str


class ServiceApis:
    """The APIs of the services at `addresses`, by their names, asked for one visitor or for nobody."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        addresses: Mapping[str, str],
        headers: Mapping[str, str] | None = None,
        kept: KeptAnswers | None = None,
        form: str = "",
        gettext: Callable[[str], str] = str,
        patience: Patience | None = None,
    ) -> None:
        self._client = client
        self._addresses = addresses
        self._headers = headers or {}
        self._form = form
        self._kept = kept or KeptAnswers()
        self._gettext = gettext
        self._patience = patience

    def asked_for(self, visitor: str) -> "ServiceApis":
        """These APIs, asked for a visitor at this network address, so that the services' limits count by visitor."""
        return self._with({**self._headers, "X-Forwarded-For": visitor})

    def with_token(self, token: str) -> "ServiceApis":
        """These APIs, asked with the rights of this token."""
        return self._with({**self._headers, "Authorization": f"Bearer {token}"})

    def acting_for(self, form: str) -> "ServiceApis":
        """These APIs, asked for one opened form: its POSTs get Idempotency-Keys, so a form sent twice acts once."""
        return self._with(form=form)

    def within(self, patience: Patience) -> "ServiceApis":
        """These APIs, asked for one page, with the deadlines of `patience`.

        A request that only reads is given up at its deadline. A request that changes something, or may take long, is
        sent only to a service that answers.
        """
        return self._with(patience=patience)

    def in_words_of(self, gettext: Callable[[str], str]) -> "ServiceApis":
        """These APIs, whose refusals are told in another language, as far as they are known."""
        return self._with(gettext=gettext)

    async def send(self, call: Call[Answer], *, key: str | None = None, is_long: bool = False) -> Answer:
        """The answer to `call`; sent again with the same `key`, or for the same form, it changes nothing.

        What `is_long` may take minutes. Raises NothingThere, NotAllowed, ChangedMeanwhile, ServiceAway.
        """
        if key is None and self._form:
            key = "\n".join((self._form, call.method, call.path, repr(call.parameters), repr(call.content)))
        more = dict(call.headers)
        if call.content is not None:
            more["Content-Type"] = call.media_type
        if key and call.method == "POST":  # any text may be a form's key
            more["Idempotency-Key"] = sha256(key.encode()).hexdigest()
        options: dict[str, Any] = {"timeout": _LONG} if is_long else {}
        return self._read(call, await self._sent(call, more, content=call.content, **options))

    async def public_answer(self, call: Call[Answer]) -> Answer:
        """What a service answers to everybody, kept for as long as it allows. Raises as `send`."""
        return await self.public_page(call, _as_it_is)

    async def public_page(self, call: Call[Answer], made: Callable[[Answer], Made]) -> Made:
        """What is `made` of what a service answers to everybody, kept for as long as it allows. Raises as `send`."""
        stranger = self._with({name: value for name, value in self._headers.items() if name != "Authorization"})

        async def ask() -> KeptAnswer[Made]:
            answer = await stranger._sent(call, call.headers)
            return made(self._read(call, answer)), seconds_of(answer.headers)

        address = f"{call.path}?{urlencode(sorted(call.parameters.items()), doseq=True)} {made.__qualname__}"
        return await self._kept.get(address, ask)

    async def download(self, call: Call[bytes]) -> SentFile:
        """The file that answers `call`, written to disk as it comes. Raises as `send`."""
        self._check(call)
        content = TemporaryFile()  # noqa: SIM115 - the caller closes it
        try:
            async with self._client.stream(
                call.method,
                self._root(call.service, call.path),
                headers=self._told(call.headers),
                params=call.parameters,
                timeout=_LONG,
            ) as answer:
                if answer.is_error:
                    await answer.aread()
                    self._checked(call.service, call.path, answer)
                async for block in answer.aiter_bytes():
                    content.write(block)
        except httpx.HTTPError as error:
            content.close()
            raise ServiceAway(call.service) from error
        except BaseException:
            content.close()
            raise
        return SentFile(content=content, media_type=answer.headers.get("content-type", ""))

    async def send_file(self, call: Call[Answer], blocks: AsyncIterable[bytes]) -> Answer:
        """The answer to a file, which is sent as it is read. Raises as `send`."""
        headers = {**call.headers, "Content-Type": "application/octet-stream"}
        return self._read(call, await self._sent(call, headers, content=blocks, timeout=_LONG))

    async def get(
        self,
        service: str,
        path: str,
        parameters: Mapping[str, str | Sequence[str]] | None = None,
        *,
        is_long: bool = False,
    ) -> Any:
        """The JSON at `/<service>/v1<path>`; what `is_long` may take minutes. Raises NothingThere, NotAllowed,
        ServiceAway.
        """
        options: dict[str, Any] = {"timeout": _LONG} if is_long else {}
        return (await self._asked("GET", service, path, params=parameters, **options))[0]

    async def public(
        self,
        service: str,
        path: str,
        parameters: Mapping[str, str] | None = None,
        made: Callable[[Any], Any] = _as_told,
    ) -> Any:
        """What is made of what the service says to everybody; kept for as long as it allows. Raises as `get`."""
        stranger = self._with({name: value for name, value in self._headers.items() if name != "Authorization"})

        async def ask() -> KeptAnswer[Any]:
            document, headers = await stranger._asked("GET", service, path, params=parameters)
            return made(document), seconds_of(headers)

        address = f"{service}{path}?{urlencode(sorted((parameters or {}).items()))}"
        return await self._kept.get(f"{address} {made.__qualname__}", ask)

    async def file(self, service: str, path: str, parameters: Mapping[str, str] | None = None) -> SentFile:
        """The file at `/<service>/v1<path>`, written to disk as it comes. Raises as `get`."""
        address, content = self._address(service, path), TemporaryFile()  # noqa: SIM115 - the caller closes it
        asked = self._client.stream("GET", address, headers=self._told(), params=parameters, timeout=_LONG)
        try:
            async with asked as answer:
                if answer.is_error:
                    await answer.aread()
                    self._checked(service, path, answer)
                async for block in answer.aiter_bytes():
                    content.write(block)
        except httpx.HTTPError as error:
            content.close()
            raise ServiceAway(service) from error
        except BaseException:
            content.close()
            raise
        return SentFile(content=content, media_type=answer.headers.get("content-type", ""))

    async def upload(self, service: str, path: str, parameters: Mapping[str, str], blocks: AsyncIterable[bytes]) -> Any:
        """The JSON that answers a file, which is sent as it is read. Raises as `get`."""
        more = {"Content-Type": "application/octet-stream"}
        options: dict[str, Any] = {"params": parameters, "content": blocks, "timeout": _LONG}
        return (await self._asked("POST", service, path, more=more, **options))[0]

    async def post(
        self,
        service: str,
        path: str,
        body: Any = None,
        *,
        key: str | None = None,
        version: int | None = None,
        parameters: Mapping[str, str] | None = None,
        is_long: bool = False,
    ) -> Any:
        """The JSON that answers `body`; sent again with the same key, or for the same form, it changes nothing.

        With `version` it acts on that version of the entry alone. What `is_long` may take minutes. Raises as `get`, and
        ChangedMeanwhile.
        """
        if key is None and self._form:
            key = "\n".join((self._form, service, path, json.dumps([body, parameters])))
        more = {"Idempotency-Key": sha256(key.encode()).hexdigest()} if key else {}  # any text may be a form's key
        if version is not None:
            more["If-Match"] = f'"{version}"'
        options: dict[str, Any] = {"timeout": _LONG} if is_long else {}
        return (await self._asked("POST", service, path, more=more, json=body, params=parameters, **options))[0]

    async def patch(self, service: str, path: str, change: Any, version: int) -> Any:
        """The JSON of what lies there after the change of this version. Raises as `get`, and ChangedMeanwhile."""
        headers = {"Content-Type": "application/merge-patch+json", "If-Match": f'"{version}"'}
        return (await self._asked("PATCH", service, path, more=headers, content=json.dumps(change)))[0]

    async def put(self, service: str, path: str, body: Any) -> Any:
        """The JSON of what lies there once `body` is put in its place. Raises as `get`, and ChangedMeanwhile."""
        return (await self._asked("PUT", service, path, json=body))[0]

    async def delete(self, service: str, path: str) -> None:
        """Delete what lies there. Raises as `get`."""
        await self._asked("DELETE", service, path)

    def _with(
        self,
        headers: Mapping[str, str] | None = None,
        *,
        form: str | None = None,
        gettext: Callable[[str], str] | None = None,
        patience: Patience | None = None,
    ) -> "ServiceApis":
        """These APIs but for what is given."""
        return ServiceApis(
            self._client,
            self._addresses,
            self._headers if headers is None else headers,
            self._kept,
            self._form if form is None else form,
            gettext or self._gettext,
            patience or self._patience,
        )

    async def _asked(
        self, method: str, service: str, path: str, *, more: Mapping[str, str] | None = None, **options: Any
    ) -> tuple[Any, Mapping[str, str]]:
        """The JSON of the answer, and its headers."""
        address = self._address(service, path)
        asking = partial(self._client.request, method, address, headers=self._told(more), **options)
        is_short = method == "GET" and "timeout" not in options
        probe = None if is_short else partial(self._client.get, self._root(service, f"/{service}/health/live"))
        try:
            answer = await (asking() if self._patience is None else self._patience.ask(service, asking, probe))
        except (httpx.HTTPError, TimeoutError) as error:
            raise self._away(service, SILENT) from error
        return self._checked(service, path, answer), answer.headers

    async def _sent(self, call: Call[Any], more: Mapping[str, str], **options: Any) -> httpx.Response:
        """The answer, which is no error."""
        self._check(call)
        parameters = {**options, "params": call.parameters} if call.parameters else options
        address = self._root(call.service, call.path)
        asking = partial(self._client.request, call.method, address, headers=self._told(more), **parameters)
        is_short = call.method == "GET" and "timeout" not in options
        probe = (
            None if is_short else partial(self._client.get, self._root(call.service, f"/{call.service}/health/live"))
        )
        try:
            answer = await (asking() if self._patience is None else self._patience.ask(call.service, asking, probe))
        except (httpx.HTTPError, TimeoutError) as error:
            raise self._away(call.service, SILENT) from error
        if answer.is_error:
            self._checked(call.service, call.path, answer)
        return answer

    def _check(self, call: Call[Any]) -> None:
        if call.leads_astray:  # an id of a visitor's making
            raise NothingThere(call.path)

    def _read(self, call: Call[Answer], answer: httpx.Response) -> Answer:
        try:
            return call.read(answer.content)
        except UnexpectedAnswer as error:
            raise self._away(call.service, SILENT) from error

    def _away(self, service: str, reason: str) -> ServiceAway:
        if self._patience is not None:
            self._patience.reasons[service] = reason
        return ServiceAway(service, reason)

    def _told(self, more: Mapping[str, str] | None = None) -> Mapping[str, str]:
        """The headers of a question, with the lineage of the request that asks: its id finds the events that follow."""
        headers = {**self._headers, **(more or {})}
        if (lineage := current_lineage()) is not None:
            headers["X-Correlation-ID"] = lineage.correlation_id
            if lineage.traceparent is not None:
                headers["traceparent"] = lineage.traceparent
        return headers

    def _address(self, service: str, path: str) -> str:
        if {".", ".."} & set(path.split("/")):  # an id of a visitor's making, which would lead elsewhere
            raise NothingThere(path)
        return self._root(service, f"/{service}/v1{quote(path, safe='/:')}")

    def _root(self, service: str, path: str) -> str:
        return f"{self._addresses[service].rstrip('/')}{path}"

    def _checked(self, service: str, path: str, answer: httpx.Response) -> Any:
        """The JSON of an answer. Raises for one that is an error."""
        try:
            document = answer.json() if answer.content else None
        except ValueError as error:
            raise self._away(service, SILENT) from error
        if answer.status_code in (codes.NOT_FOUND, codes.GONE):
            raise NothingThere(path)
        if answer.is_server_error:
            raise self._away(service, reason_in(document))
        if answer.status_code == codes.PRECONDITION_FAILED:
            raise ChangedMeanwhile(path)
        if answer.is_error:
            if self._patience is not None:
                self._patience.reasons.setdefault(service, REFUSED)
            raise _refusal(document, _REFUSALS.get(answer.status_code, NotAllowed), self._gettext)
        return document


def _refusal(problem: Any, kind: type[NotAllowed], gettext: Callable[[str], str]) -> NotAllowed:
    """The sentences of a problem's wrong fields, or else its own."""
    known = problem if isinstance(problem, dict) else {}
    fields = {str(error.get("pointer", "")): told(error, gettext) for error in known.get("errors", ())}
    return kind(" ".join(fields.values()) or told(known, gettext) or gettext(REFUSAL), fields)
