"""Errors over HTTP as RFC 9457 problem details, mapped in one place.

Every problem has a `detail` that says in a sentence what to change; a wrong field also has a JSON pointer.
"""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException


class FieldProblem(BaseModel):
    """One wrong field: where (RFC 6901 pointer into the body, or the parameter's name) and what to change."""

    pointer: str
    detail: str


class ProblemDetails(BaseModel):
    """RFC 9457, for the OpenAPI documents."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: list[FieldProblem] = []


class Problem(Exception):
    """Raise it at the edge to answer with problem details."""

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        code: str | None = None,
        errors: Sequence[FieldProblem] = (),
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.code = code
        self.errors = tuple(errors)
        self.headers = headers

    def response(self) -> JSONResponse:
        """The HTTP response that tells it."""
        body: dict[str, Any] = {
            "type": f"urn:isopolity:problem:{self.code}" if self.code else "about:blank",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
        }
        if self.errors:
            body["errors"] = [error.model_dump() for error in self.errors]
        return JSONResponse(body, self.status, headers=self.headers, media_type="application/problem+json")


def pointer(location: Sequence[int | str]) -> str:
    """The RFC 6901 pointer for a place in a JSON body."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in location)


def install_problem_handlers(app: FastAPI) -> None:
    """Make `app` answer what it refuses with problem details; RequestScope does so for failures."""

    async def on_problem(_request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, Problem)  # noqa: S101 - registered for this class only
        return error.response()

    async def on_http_exception(_request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class only
        headers = dict(error.headers) if error.headers else None
        return Problem(error.status_code, str(error.detail), headers=headers).response()

    async def on_invalid_request(_request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this class only
        return _invalid(error).response()

    app.add_exception_handler(Problem, on_problem)
    app.add_exception_handler(HTTPException, on_http_exception)
    app.add_exception_handler(RequestValidationError, on_invalid_request)


def _invalid(error: RequestValidationError) -> Problem:
    errors = []
    for problem in error.errors():
        place, *rest = problem["loc"]
        where = pointer(rest) if place == "body" else ".".join(map(str, rest))
        errors.append(FieldProblem(pointer=where, detail=str(problem["msg"]).removeprefix("Value error, ")))
    fields = ", ".join(entry.pointer or "the body" for entry in errors)
    return Problem(422, f"The request is not valid; correct {fields}.", code="invalid-request", errors=errors)
