"""What is short is told with how much it needs; what is not there at all is asked for."""

from typing import Annotated, Any

import pytest
from pydantic import BaseModel, Field, ValidationError

from isopolity.web.problems import fields_of


class Form(BaseModel):
    """Fields with bounds."""

    reason: str = Field(default="why", min_length=3)
    name: str = Field(default="a", min_length=1)
    pair: list[str] = Field(default=["a", "b"], min_length=2)
    share: Annotated[float, Field(lt=1)] = 0.5


@pytest.mark.parametrize(
    ("typed", "code", "sentence"),
    [
        ({"reason": "ab"}, "too-few-characters", "Give 3 characters or more."),
        ({"reason": ""}, "string-too-short", "Give a value; it is needed."),
        ({"name": ""}, "string-too-short", "Give a value; it is needed."),
        ({"pair": ["a"]}, "too-few", "Give 2 entries or more."),
        ({"pair": []}, "too-short", "Give a value; it is needed."),
        ({"share": 1}, "less-than", "Give less than 1."),
    ],
)
def test_what_is_short_is_told_with_what_it_needs(typed: dict[str, Any], code: str, sentence: str) -> None:
    with pytest.raises(ValidationError) as wrong:
        Form.model_validate(typed)
    (field,) = fields_of(wrong.value)
    assert (field.code, field.detail) == (code, sentence)
