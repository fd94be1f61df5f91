"""Types and bounds of columns, derived from the JSON Schema of their input model; cells that `conversion` reads."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final

from pydantic import BaseModel

from isopolity.contracts.codes import INTEREST_FIELDS
from isopolity.tables.text_files import Value


class Form(StrEnum):
    """The type of a cell, or of each entry of its list."""

    TEXT = "text"
    WHOLE = "whole number"
    NUMBER = "number"
    DATE = "date"
    TRUTH = "yes or no"
    WEB = "web address"
    MAIL = "e-mail address"
    CODE = "code"
    INTEREST = "need or offer"


_FORMS: Final[Mapping[Any, Form]] = {
    ("integer", None): Form.WHOLE,
    ("number", None): Form.NUMBER,
    ("string", "date"): Form.DATE,
    ("boolean", None): Form.TRUTH,
}
_NAMED: Final = {"web": Form.WEB, "email": Form.MAIL}
"""Forms that only the name of a field tells."""

_SMALLEST_YEAR: Final = 1000
_LARGEST_YEAR: Final = 9999


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a table. A cell of one with `many` is a list, separated by `|`."""

    name: str
    form: Form = Form.TEXT
    many: bool = False
    code_list: str | None = None
    """The noun for a code of its list."""
    least: float = float("-inf")
    most: float = float("inf")
    meaning: str = ""
    """A sentence that describes its content."""

    @property
    def holds(self) -> str:
        """A description of valid cells, for people."""
        match self.form:
            case Form.WHOLE | Form.NUMBER:
                mark = "," if self.most > _LARGEST_YEAR else ""
                content = f"{self.form} from {self.least:{mark}} to {self.most:{mark}}"
            case Form.DATE:
                content = "date, such as 2027-12-31"
            case Form.CODE if self.code_list == "topic":
                content = "topic, by code or by a name of it in any language"
            case Form.CODE if self.code_list in ("country", "language"):
                content = f"{self.code_list}, by code or by a name of it"
            case Form.CODE:
                content = f"{self.code_list}, by code or English name"
            case Form.INTEREST:
                content = (
                    "subject:intensity:mode or subject:intensity:mode:date, such as sdg.4:3:webinar:2027-12-31, "
                    "subject and mode by code or English name; or in words, such as literacy, webinar"
                )
            case _:
                content = str(self.form)
        return f"list with | between: {content}" if self.many else content

    @property
    def is_year(self) -> bool:
        """Whether its cells are years, as its bounds tell."""
        return self.form is Form.WHOLE and self.least >= _SMALLEST_YEAR and self.most <= _LARGEST_YEAR

    def admits(self, value: float) -> bool:
        """Whether the number is valid in the column."""
        return self.least <= value <= self.most and (self.form is not Form.WHOLE or value == int(value))


def columns_of(model: type[BaseModel], names: Mapping[str, str]) -> dict[str, Column]:
    """The columns for fields of `model`, by name; `names` gives the field of each column."""
    fields: Mapping[str, Any] = model.model_json_schema()["properties"]
    return {column: _column(column, fields[field], _NAMED.get(field)) for column, field in names.items()}


def _column(name: str, field: Mapping[str, Any], named: Form | None) -> Column:
    schema = next((one for one in field.get("anyOf", ()) if one.get("type") != "null"), field)
    many = schema.get("type") == "array"
    entry = schema["items"] if many else schema
    code_list = entry.get("x-code-list")
    form = Form.CODE if code_list else named or _FORMS.get((entry.get("type"), entry.get("format")), Form.TEXT)
    if "$ref" in entry:
        form = Form.INTEREST
    bounds: dict[str, float] = {}
    if form in (Form.WHOLE, Form.NUMBER):
        bounds = {"least": entry["minimum"], "most": entry["maximum"]}
    meaning = field.get("description", "")
    return Column(name=name, form=form, many=many, code_list=code_list, meaning=meaning, **bounds)


def cell(value: Any, column: Column) -> Value:
    """The cell of the column for a JSON value of an input; empty if there is no value."""
    if value is None or value == []:
        return None
    if column.many:
        return "|".join(_interest(one) if column.form is Form.INTEREST else _entry(one) for one in value)
    if column.form is Form.DATE:
        return date.fromisoformat(value)
    found: Value = value
    return found


def _entry(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace(";", "\\;")


def _interest(values: Mapping[str, Any]) -> str:
    return ":".join(str(values[name]) for name in INTEREST_FIELDS if values.get(name) is not None)
