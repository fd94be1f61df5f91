"""The base class of all generated models."""

from collections.abc import Mapping
from typing import Self, TypeVar

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """A JSON object of a service's API. It is frozen, and ignores fields that a newer service adds.

    Its validator is built when it is first needed: a program that uses ten of three hundred models waits for ten.
    """

    model_config = ConfigDict(frozen=True, defer_build=True, populate_by_name=True)

    @classmethod
    def unchecked(cls, fields: Mapping[str, object]) -> Self:
        """The object of these fields as they are, for a service that judges itself what somebody typed."""
        return _constructed(cls, fields)


ModelT = TypeVar("ModelT", bound=BaseModel)


def _constructed(model: type[ModelT], fields: Mapping[str, object]) -> ModelT:
    return model.model_construct(None, **fields)
