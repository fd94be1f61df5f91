"""How registry's refusals become problem details: the one place that knows the status of each."""

from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from isopolity.persistence.database import is_unavailable
from isopolity.registry.domain.errors import (
    AlreadyRegistered,
    ConcurrentChange,
    InvalidProfile,
    KeyReused,
    NotFound,
    NotPossible,
    RegistryError,
    StaleVersion,
)
from isopolity.registry.entrypoints.sentences import sentence
from isopolity.web.problems import FieldProblem, Problem, pointer
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError

_STATUS: dict[type[RegistryError], tuple[int, str]] = {
    NotFound: (404, "not-found"),
    AlreadyRegistered: (409, "already-registered"),
    ConcurrentChange: (409, "concurrent-change"),
    NotPossible: (409, "not-possible"),
    StaleVersion: (412, "stale-version"),
    KeyReused: (422, "idempotency-key-reused"),
}


def problem_of(error: RegistryError) -> Problem:
    """The problem details that tell `error`."""
    if isinstance(error, InvalidProfile):
        errors = [FieldProblem(pointer=pointer(entry.path), detail=entry.detail) for entry in error.errors]
        return invalid(errors)
    status, code = _STATUS[type(error)]
    return Problem(status, str(error), code=code)


def invalid(errors: list[FieldProblem]) -> Problem:
    """The problem of wrong fields."""
    places = ", ".join(error.pointer or "the body" for error in errors)
    return Problem(422, f"The request is not valid; correct {places}.", code="invalid-request", errors=errors)


def fields_of(error: ValidationError) -> list[FieldProblem]:
    """Each wrong field of a body."""
    entries = error.errors(include_url=False, include_input=False)
    return [FieldProblem(pointer=pointer(entry["loc"]), detail=sentence(entry)) for entry in entries]


def _field(entry: Any) -> FieldProblem:
    place, *rest = entry["loc"]
    broken = entry["type"] == "json_invalid"
    where = ".".join(map(str, rest)) if place != "body" else "" if broken else pointer(rest)
    return FieldProblem(pointer=where, detail=sentence(entry))


def install_registry_problems(app: FastAPI) -> None:
    """Make `app` answer registry's refusals, and a database that is away, with problem details."""

    async def on_refusal(_request: Request, error: Exception) -> Response:
        assert isinstance(error, RegistryError)  # noqa: S101 - registered for this class only
        return problem_of(error).response()

    async def on_invalid_request(_request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this class only
        return invalid([_field(entry) for entry in error.errors()]).response()

    async def on_database_error(_request: Request, error: Exception) -> Response:
        if not is_unavailable(error):
            raise error
        detail = "The database is away or busy; nothing was changed. Send the request again in a few seconds."
        return Problem(503, detail, code="database-unavailable", headers={"Retry-After": "5"}).response()

    app.add_exception_handler(RegistryError, on_refusal)
    app.add_exception_handler(RequestValidationError, on_invalid_request)
    app.add_exception_handler(DBAPIError, on_database_error)
    app.add_exception_handler(ConnectionError, on_database_error)
