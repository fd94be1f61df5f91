"""The HTTP client of a running instance.

Invariant: whatever fails becomes a Failure with one sentence and an exit code.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, TypeVar

import httpx

from isopolity.client.call import Call, UnexpectedAnswer
from isopolity.command.failure import LATE, ExitCode, Failure

_TIMEOUT: Final = httpx.Timeout(60, connect=5)
PATIENCE: Final = httpx.Timeout(600, connect=5)
"""For what takes long in a large network: a draft that is proved anew, a workbook of all cities."""

Answer = TypeVar("Answer")


class Client:
    """Sends requests to the services at one address, with one bearer token. Each method raises Failure."""

    def __init__(self, url: str, token: str | None, transport: httpx.BaseTransport | None = None) -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._url = url.rstrip("/")
        with self._failing():
            self._http = httpx.Client(base_url=self._url, headers=headers, timeout=_TIMEOUT, transport=transport)

    def send(self, call: Call[Answer], *, patient: bool = False) -> Answer:
        """The answer to `call`; `patient` where it may take minutes."""
        if call.leads_astray:
            raise Failure(f"There is nothing at {call.path}; name what you mean.", ExitCode.WRONG, 404)
        headers = {**call.headers, **({} if call.content is None else {"Content-Type": call.media_type})}
        response = self.request(
            call.method,
            call.path,
            params=call.parameters,
            content=call.content,
            headers=headers,
            timeout=PATIENCE if patient else _TIMEOUT,
        )
        try:
            return call.read(response.content)
        except UnexpectedAnswer as error:
            raise Failure(f"{error}; upgrade the older of the two.", ExitCode.UNREACHABLE) from None

    def get(self, path: str, parameters: Mapping[str, object] | None = None, *, seconds: float | None = None) -> Any:
        """Return the JSON at `path`, within `seconds` where they are given; parameters that are None are left out."""
        timeout = _TIMEOUT if seconds is None else httpx.Timeout(seconds)
        return self.request("GET", path, params=_given(parameters), timeout=timeout).json()

    def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Send one request and return the answer, whatever its status."""
        with self._failing():
            return self._http.request(method, path, **options)

    def attempt(self, path: str) -> Any:
        """Return the JSON at `path`, or None if the answer is 404."""
        with self._failing():
            response = self._http.get(path)
        if response.status_code == 404:
            return None
        if response.is_error:
            raise refusal(response)
        return response.json()

    def post(
        self, path: str, body: object = None, *, headers: Mapping[str, str] | None = None, patient: bool = False
    ) -> Any:
        """Post JSON; return the JSON of the answer, or None if the answer is empty."""
        timeout = PATIENCE if patient else _TIMEOUT
        response = self.request("POST", path, json=body, headers=headers, timeout=timeout)
        return response.json() if response.content else None

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Send one request and return the answer. Raises Failure if its status is 400 or more."""
        response = self.ask(method, path, **options)
        if response.is_error:
            raise refusal(response)
        return response

    @contextmanager
    def stream(self, method: str, path: str, **options: Any) -> Iterator[httpx.Response]:
        """Send one request and yield the answer unread. Raises Failure if its status is 400 or more."""
        with self._failing(), self._http.stream(method, path, **options) as response:
            if response.is_error:
                response.read()
                raise refusal(response)
            yield response

    def pages(self, path: str, parameters: Mapping[str, object], limit: int) -> Iterator[dict[str, Any]]:
        """Yield the items of a list, at most `limit`; its pages are fetched one by one, as they are needed."""
        cursor: str | None = None
        while limit > 0:
            page = self.get(path, {**parameters, "cursor": cursor, "limit": min(limit, 200)})
            yield from page["items"][:limit]
            limit -= len(page["items"])
            cursor = page["next"]
            if cursor is None:
                return

    @contextmanager
    def _failing(self) -> Iterator[None]:
        try:
            yield
        except httpx.ConnectError:
            raise Failure(
                f"Nothing answers at {self._url}; start it with `isopolity up`, or name another address with --url.",
                ExitCode.UNREACHABLE,
                why="nothing listens at its address",
            ) from None
        except httpx.TimeoutException:
            raise Failure(
                f"{self._url} did not answer in time; look at `isopolity status`, then try again.",
                ExitCode.UNREACHABLE,
                why=LATE,
            ) from None
        except (httpx.UnsupportedProtocol, httpx.InvalidURL):
            raise Failure(f"{self._url} is not an address; write it as http://host:port.", ExitCode.USAGE) from None
        except httpx.TransportError:
            sentence = f"The connection to {self._url} broke; try again."
            raise Failure(sentence, ExitCode.UNREACHABLE, why="the connection broke") from None


def refusal(response: httpx.Response) -> Failure:
    """A Failure that says what an error response says."""
    sentence = _detail(response)
    if response.status_code in (401, 403):
        hint = "make a token with `isopolity tokens create` and pass it with --token"
        return Failure(f"{sentence.rstrip('.')}; {hint}.", ExitCode.REFUSED)
    if response.status_code in (502, 503, 504):
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


def _given(parameters: Mapping[str, object] | None) -> dict[str, Any]:
    return {name: value for name, value in (parameters or {}).items() if value is not None}
