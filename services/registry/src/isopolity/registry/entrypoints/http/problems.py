"""Problem details of registry's refusals: the one place that knows the status of each."""

from isopolity.registry.domain.errors import (
    AlreadyRegistered,
    ConcurrentChange,
    Gone,
    InvalidProfile,
    IssuerAway,
    LimitReached,
    NotFound,
    NotPossible,
    OperatorsOnly,
    RegistryError,
    StaleEntry,
    StaleVersion,
)
from isopolity.web.problems import FieldProblem, Problem, invalid, pointer

_STATUS: dict[type[RegistryError], tuple[int, str]] = {
    OperatorsOnly: (403, "operators-only"),
    NotFound: (404, "not-found"),
    Gone: (410, "gone"),
    LimitReached: (429, "limit-reached"),
    AlreadyRegistered: (409, "already-registered"),
    ConcurrentChange: (409, "concurrent-change"),
    IssuerAway: (503, "issuer-away"),
    NotPossible: (409, "not-possible"),
    StaleVersion: (412, "stale-version"),
    StaleEntry: (412, "stale-version"),
}


def problem_of(error: RegistryError) -> Problem:
    """The problem details for `error`."""
    if isinstance(error, InvalidProfile):
        errors = [FieldProblem(pointer=pointer(entry.path), detail=entry.detail) for entry in error.errors]
        return invalid(errors)
    status, code = _STATUS[type(error)]
    if isinstance(error, LimitReached):
        headers = {"Retry-After": str(error.seconds)}
        return Problem(status, str(error), code=code, parameters={"seconds": error.seconds}, headers=headers)
    return Problem(status, str(error), code=code)
