"""A request as a value: it says what to send and how to read the answer, and leaves the sending to others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final, Generic, TypeVar, cast
from urllib.parse import quote

from pydantic import TypeAdapter, ValidationError
from pydantic_core import to_json, to_jsonable_python

from isopolity.client.model import Model

Answer = TypeVar("Answer", covariant=True)
JSON: Final = "application/json"


class UnexpectedAnswer(ValueError):
    """The answer is not what the operation's document says; the message names the operation and the first field."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Generic[Answer]):
    """One request to a service. Two calls are equal if they ask the same."""

    service: str
    operation: str
    """The id of the operation in the service's OpenAPI document, such as `cities.endorse`."""
    method: str
    path: str
    """The path as it is sent, with its parameters filled in."""
    answers: Any
    """The type of the answer; `bytes` where it is a file or a stream, None where it is empty."""
    query: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    """The JSON to send; None without a body, or for a file, which the sender of the call adds."""
    media_type: str = JSON

    @property
    def leads_astray(self) -> bool:
        """Whether a parameter of the path is empty or dots, which the way to the service may read as another path."""
        return bool({"", ".", ".."} & set(self.path.split("/")[1:]))

    @property
    def parameters(self) -> Mapping[str, str | Sequence[str]]:
        """The query parameters that are given, as text."""
        given = {name: to_jsonable_python(value) for name, value in self.query.items() if value is not None}
        return {n: [_text(v) for v in value] if isinstance(value, list) else _text(value) for n, value in given.items()}

    @property
    def typed_headers(self) -> Mapping[str, str]:
        """The headers, with the media type of the body where there is one."""
        return self.headers if self.body is None else {**self.headers, "Content-Type": self.media_type}

    @property
    def content(self) -> bytes | None:
        """The JSON to send: fields that were never set are left out."""
        return None if self.body is None else to_json(_sent(self.body))

    def read(self, content: bytes) -> Answer:
        """The answer in `content`. Raises UnexpectedAnswer."""
        if self.answers is bytes:
            return cast("Answer", content)
        try:
            return cast("Answer", _adapter(self.answers).validate_json(content or b"null"))
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            place = ".".join(map(str, first["loc"])) or "the whole"
            sentence = (
                f"{self.service} answered {self.operation} with something else than it says: {place}: {first['msg']}"
            )
            raise UnexpectedAnswer(sentence) from error


def path(template: str, *parameters: object) -> str:
    """The path with its parameters, each of which stays within its segment."""
    return template.format(*(quote(_text(to_jsonable_python(each)), safe=":") for each in parameters))


def _text(value: object) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _sent(body: Any) -> Any:
    """The body as plain values, without fields that were never set."""
    if isinstance(body, list | tuple):
        return [_sent(each) for each in body]
    if isinstance(body, Mapping):
        return {name: _sent(each) for name, each in body.items()}
    if isinstance(body, Model):
        return body.model_dump(mode="json", exclude_unset=True, by_alias=True, warnings=False)
    return body


@cache
def _adapter(answers: Any) -> TypeAdapter[Any]:
    return TypeAdapter(answers)
