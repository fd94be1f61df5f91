"""What every contract's data has in common: immutable, tolerant of fields and codes that it does not know."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Identifier = Annotated[str, Field(min_length=1, max_length=128)]
Version = Annotated[int, Field(ge=1)]
Code = Annotated[str, Field(min_length=1, max_length=64)]


class Data(BaseModel):
    """A part of an event: unknown fields are ignored, so that a newer producer does not break an older reader."""

    model_config = ConfigDict(frozen=True, extra="ignore")
