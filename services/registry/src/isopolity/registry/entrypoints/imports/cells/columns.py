"""What the cells of a column hold, taken from the JSON Schema of the input that they go into."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from pydantic import BaseModel


class Form(StrEnum):
    """What a cell holds."""

    TEXT = "text"
    WHOLE = "whole number"
    NUMBER = "number"
    DATE = "date"
    TRUTH = "yes or no"


_FORMS: Final[Mapping[Any, Form]] = {
    ("integer", None): Form.WHOLE,
    ("number", None): Form.NUMBER,
    ("string", "date"): Form.DATE,
    ("boolean", None): Form.TRUTH,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a table; numbers lie from `least` to `most`."""

    name: str
    form: Form = Form.TEXT
    least: float = float("-inf")
    most: float = float("inf")

    def admits(self, value: float) -> bool:
        """Whether the column can hold the number."""
        return self.least <= value <= self.most and (self.form is not Form.WHOLE or value == int(value))


def columns_of(model: type[BaseModel], names: Mapping[str, str]) -> dict[str, Column]:
    """The columns for fields of `model`, by name; `names` gives the field of each column."""
    fields: Mapping[str, Any] = model.model_json_schema()["properties"]
    return {column: _column(column, fields[field]) for column, field in names.items()}


def _column(name: str, field: Mapping[str, Any]) -> Column:
    schema = next((one for one in field.get("anyOf", ()) if one.get("type") != "null"), field)
    form = _FORMS.get((schema.get("type"), schema.get("format")), Form.TEXT)
    if form not in (Form.WHOLE, Form.NUMBER):
        return Column(name=name, form=form)
    return Column(name=name, form=form, least=schema["minimum"], most=schema["maximum"])
