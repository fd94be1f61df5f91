"""Converts values to cells that `conversion` reads back."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from isopolity.contracts.interest_text import INTEREST_FIELDS
from isopolity.csv_tables import Value
from isopolity.registry.entrypoints.imports.cells.columns import Column, Form


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
    return text.replace("\\", "\\\\").replace("|", "\\|")


def _interest(values: Mapping[str, Any]) -> str:
    return ":".join(str(values[name]) for name in INTEREST_FIELDS if values.get(name) is not None)
