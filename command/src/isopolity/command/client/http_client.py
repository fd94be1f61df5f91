"""The HTTP client of a running instance.

Invariant: every error becomes a Failure with one sentence and an exit code.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import BinaryIO, Final, Protocol, TypeVar

import httpx

from isopolity.client.call import Call, UnexpectedAnswer
from isopolity.command.failure import LATE, ExitCode, Failure, Misuse

_TIMEOUT: Final = httpx.Timeout(60, connect=5)
PATIENCE: Final = httpx.Timeout(600, connect=5)
"""Seconds for long work in a large network: proving a draft again, a workbook of all cities."""

Answer = TypeVar("Answer")
AWAY: Final = (httpx.codes.BAD_GATEWAY, httpx.codes.SERVICE_UNAVAILABLE, httpx.codes.GATEWAY_TIMEOUT)
"""Statuses of a proxy before a service that is away, or of a service that lacks its database or broker."""
Item = TypeVar("Item", covariant=True)
_PAGE: Final = 200
"""Entries in one page of a list."""


class Page(Protocol[Item]):
    """A page of a list; `next` is the cursor of the next one."""

    @property
    def items(self) -> Sequence[Item]: ...

    @property
    def next(self) -> str | None: ...


class Pages(Protocol[Item]):
    """The request for one page of a list: the first page where the cursor is None."""

    def __call__(self, *, cursor: str | None, limit: int) -> Call[Page[Item]]: ...


def numbered(pages: Callable[..., Call[Page[Item]]]) -> Pages[Item]:
    """The pages of a list whose cursors are numbers."""
    return lambda *, cursor, limit: pages(cursor=None if cursor is None else int(cursor), limit=limit)


class Client:
    """Sends requests to the services at one address, with one bearer token. Each method raises Failure."""

    def __init__(self, url: str, token: str | None, transport: httpx.BaseTransport | None = None) -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._url = url.rstrip("/")
        with self._failing():
            self._http = httpx.Client(base_url=self._url, headers=headers, timeout=_TIMEOUT, transport=transport)

    def send(self, call: Call[Answer], *, patient: bool = False, seconds: float | None = None) -> Answer:
        """The answer to `call`, within `seconds` where they are given; `patient` where it may take minutes."""
        return _answer(call, self.ask(call, patient=patient, seconds=seconds))

    def find(self, call: Call[Answer]) -> Answer | None:
        """The answer to `call`, or None if there is no such thing."""
        response = self.ask(call)
        return None if response.status_code == httpx.codes.NOT_FOUND else _answer(call, response)

    def ask(self, call: Call[object], *, patient: bool = False, seconds: float | None = None) -> httpx.Response:
        """The response to `call`, whatever its status."""
        timeout = PATIENCE if patient else _TIMEOUT if seconds is None else httpx.Timeout(seconds)
        request = self._request(call, content=call.content, timeout=timeout)
        with self._failing():
            return self._http.send(request)

    @contextmanager
    def receive(
        self, call: Call[object], *, accept: str | None = None, file: BinaryIO | None = None, patient: bool = False
    ) -> Iterator[httpx.Response]:
        """Send `call`, with a file where one is given, and yield the response unread.

        Raises Failure if its status is 400 or more.
        """
        content = call.content if file is None else file
        request = self._request(call, content=content, timeout=PATIENCE if patient else _TIMEOUT, accept=accept)
        with self._failing():
            response = self._http.send(request, stream=True)
            try:
                if response.is_error:
                    response.read()
                    raise refusal(response)
                yield response
            finally:
                response.close()

    def every(self, pages: Pages[Item], limit: int) -> Iterator[Item]:
        """Yield the items of a list, at most `limit`; its pages are fetched one by one, as they are needed."""
        cursor: str | None = None
        while limit > 0:
            page = self.send(pages(cursor=cursor, limit=min(limit, _PAGE)))
            yield from page.items[:limit]
            limit -= len(page.items)
            cursor = page.next
            if cursor is None:
                return

    def _request(
        self, call: Call[object], *, content: bytes | BinaryIO | None, timeout: httpx.Timeout, accept: str | None = None
    ) -> httpx.Request:
        if call.leads_astray:
            raise Failure(f"There is nothing at {call.path}; name what you mean.", status=httpx.codes.NOT_FOUND)
        headers = {**call.typed_headers, **({} if accept is None else {"Accept": accept})}
        with self._failing():
            return self._http.build_request(
                call.method, call.path, params=call.parameters, content=content, headers=headers, timeout=timeout
            )

    @contextmanager
    def _failing(self) -> Iterator[None]:
        try:
            yield
        except (httpx.UnsupportedProtocol, httpx.InvalidURL):
            raise Misuse(f"{self._url} is not an address; write it as http://host:port.") from None
        except httpx.TransportError as error:
            sentence, why = f"The connection to {self._url} broke; try again.", "the connection broke"
            if isinstance(error, httpx.ConnectError):
                way_out = "start it with `isopolity up`, or name another address with --url"
                sentence, why = f"Nothing answers at {self._url}; {way_out}.", "nothing listens at its address"
            elif isinstance(error, httpx.TimeoutException):
                sentence, why = f"{self._url} did not answer in time; look at `isopolity status`, then try again.", LATE
            raise Failure(sentence, ExitCode.UNREACHABLE, why=why) from None


def _answer(call: Call[Answer], response: httpx.Response) -> Answer:
    if response.is_error:
        raise refusal(response)
    return answer_of(call, response.content)


def answer_of(call: Call[Answer], content: bytes) -> Answer:
    """The answer to `call` in `content`. Raises Failure."""
    try:
        return call.read(content)
    except UnexpectedAnswer as error:
        raise Failure(f"{error}; upgrade the older of the two.", ExitCode.UNREACHABLE) from None


def refusal(response: httpx.Response) -> Failure:
    """A Failure with the sentence of an error response."""
    sentence = _detail(response)
    if response.status_code in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
        hint = "make a token with `isopolity tokens create` and pass it with --token"
        return Failure(f"{sentence.rstrip('.')}; {hint}.", ExitCode.REFUSED)
    if response.status_code in AWAY:
        return Failure(sentence, ExitCode.UNREACHABLE)
    return Failure(sentence, ExitCode.WRONG, response.status_code)


def _detail(response: httpx.Response) -> str:
    try:
        problem = response.json()
    except ValueError:
        problem = None
    if not isinstance(problem, dict) or not problem.get("detail"):
        return f"{response.url} answered {response.status_code} {response.reason_phrase}."
    fields = [f"{entry['pointer']}: {entry['detail']}" for entry in problem.get("errors", ())]
    if fields and problem.get("code") == "invalid-request" and "error_count" not in problem:
        return " ".join(field.removeprefix("/") for field in fields)  # its own sentence names them once more
    return " ".join([str(problem["detail"]), *fields])
