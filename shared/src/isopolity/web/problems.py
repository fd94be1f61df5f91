"""Errors over HTTP as RFC 9457 problem details, mapped in one place.

Every problem has a `detail` that says in a sentence what to change; a wrong field also has a JSON pointer. The sentence
can be said in another language from `code` and `parameters` (decision record 0054).
"""

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException

from isopolity.contracts.validation_sentences import code_and_parameters, sentence

PROBLEM_JSON: Final = "application/problem+json"
LISTED: Final = 50
"""The most wrong fields that an answer lists; it has their number too."""
_NAMED: Final = 5
"""The most wrong fields that its sentence names."""
_LONGEST: Final = 1_000
"""The most characters of a sentence or a pointer, so that a caller's text does not come back at any length."""
_NOT_PARSED: Final = "There was an error parsing the body"
"""FastAPI's words for a body that its JSON parser failed on."""


class FieldProblem(BaseModel):
    """One wrong field: where (RFC 6901 pointer into the body, or the parameter's name) and what to change."""

    pointer: str
    detail: str
    code: str | None = None
    """Code of the sentence, if it is one that any field may have."""
    parameters: dict[str, str] = {}
    """Values in the sentence, by name."""


class ProblemDetails(BaseModel):
    """RFC 9457, for the OpenAPI documents."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    code: str | None = None
    """Code of the sentence; `type` is made from it."""
    parameters: dict[str, str] = {}
    """Values in the sentence, by name."""
    errors: list[FieldProblem] = []
    error_count: int | None = None
    """Number of wrong fields, if `errors` lists only the first of them."""


class Problem(HTTPException):
    """Raised to answer with problem details. FastAPI does not turn it into its own error while reading a body."""

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        code: str | None = None,
        parameters: Mapping[str, object] | None = None,
        errors: Sequence[FieldProblem] = (),
        error_count: int | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(status, detail, headers)
        self.code = code
        self.parameters = {name: _shortened(str(value)) for name, value in (parameters or {}).items()}
        self.errors = tuple(errors[:LISTED])
        self.error_count = len(errors) if error_count is None else error_count

    def response(self) -> JSONResponse:
        """The HTTP response with these problem details."""
        body: dict[str, Any] = {
            "type": f"urn:isopolity:problem:{self.code}" if self.code else "about:blank",
            "title": HTTPStatus(self.status_code).phrase,
            "status": self.status_code,
            "detail": _shortened(self.detail),
        }
        if self.code:
            body |= {"code": self.code, "parameters": self.parameters}
        if self.errors:
            body["errors"] = [_entry_of(error) for error in self.errors]
        if self.error_count > len(self.errors):
            body["error_count"] = self.error_count
        return JSONResponse(body, self.status_code, headers=self.headers, media_type=PROBLEM_JSON)


def _entry_of(error: FieldProblem) -> dict[str, Any]:
    entry: dict[str, Any] = {"pointer": _shortened(error.pointer), "detail": _shortened(error.detail)}
    if error.code is not None:
        entry |= {"code": error.code, "parameters": {name: _shortened(text) for name, text in error.parameters.items()}}
    return entry


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def pointer(location: Sequence[int | str]) -> str:
    """The RFC 6901 pointer for a place in a JSON body."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in location)


def invalid(errors: Sequence[FieldProblem], count: int | None = None) -> Problem:
    """The problem of wrong fields; `count` is their number, if `errors` has only the first of them."""
    names = [error.pointer or "the body" for error in errors]
    named = list(dict.fromkeys(names))[:_NAMED]
    count = len(errors) if count is None else count
    rest = count - sum(name in named for name in names)
    places = ", ".join(named) + (f" and {rest} more" if rest else "")
    detail = f"The request is not valid; correct {places}."
    return Problem(422, detail, code="invalid-request", errors=errors, error_count=count)


def fields_of(error: ValidationError) -> list[FieldProblem]:
    """Each wrong field of a body."""
    entries = error.errors(include_url=False)
    return [_field_problem(pointer(entry["loc"]), entry) for entry in entries]


def _field_problem(where: str, entry: Mapping[str, Any]) -> FieldProblem:
    code, parameters = code_and_parameters(entry)
    return FieldProblem(pointer=where, detail=sentence(entry), code=code, parameters=parameters)


def install_problem_handlers(app: FastAPI) -> None:
    """Make `app` answer refusals with problem details; RequestScope does so for failures."""

    async def on_problem(_request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, Problem)  # noqa: S101 - registered for this class only
        return error.response()

    async def on_http_exception(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class only
        headers = dict(error.headers) if error.headers else None
        return Problem(error.status_code, _detail(request, error), headers=headers).response()

    async def on_invalid_request(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this class only
        return _unreadable(request, error).response()

    app.add_exception_handler(Problem, on_problem)
    app.add_exception_handler(HTTPException, on_http_exception)
    app.add_exception_handler(RequestValidationError, on_invalid_request)


def _detail(request: Request, error: HTTPException) -> str:
    """A sentence on what to change, for errors that the framework describes with the name of the status only."""
    match error.status_code:
        case 404 if error.detail == HTTPStatus.NOT_FOUND.phrase:
            return "There is nothing at this address; look at it once more."
        case 405:  # the header Allow lists the methods of the first route only
            return f"{request.method} is not possible here; the API's page lists what is."
        case 400 if error.detail == _NOT_PARSED:
            return "The body cannot be read as JSON in UTF-8; correct it and send it again."
        case 400:
            return f"The body cannot be read ({error.detail.rstrip('.').lower()}); correct it and send it again."
        case _:
            return str(error.detail)


def _unreadable(request: Request, error: RequestValidationError) -> Problem:
    errors = error.errors()
    if any(one["type"] == "model_attributes_type" and one["loc"] == ("body",) for one in errors) and not _is_json(
        request
    ):
        return Problem(415, "Send the body as Content-Type: application/json.", headers={"Accept": "application/json"})
    return invalid([_field(one) for one in errors[:LISTED]], count=len(errors))


def _is_json(request: Request) -> bool:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return media_type == "application/json" or (media_type.startswith("application/") and media_type.endswith("+json"))


def _field(entry: Any) -> FieldProblem:
    place, *rest = entry["loc"]
    broken = entry["type"] == "json_invalid"
    where = ".".join(map(str, rest)) if place != "body" else "" if broken else pointer(rest)
    return _field_problem(where, entry)


def install_refusals(app: FastAPI, kind: type[Exception], problem_of: Callable[[Any], Problem]) -> None:
    """Make `app` answer errors of this kind with the problem details that `problem_of` makes of them."""

    async def on_refusal(_request: Request, error: Exception) -> Response:
        return problem_of(error).response()

    app.add_exception_handler(kind, on_refusal)
