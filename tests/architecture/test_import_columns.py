"""docs/imports.md tells the columns by which imports read, each with what stands in it."""

from pathlib import Path

from isopolity.registry.entrypoints.imports.tables import TABLES
from isopolity.registry.entrypoints.template import reference, written

PAGE = (Path(__file__).parents[2] / "docs" / "imports.md").read_text(encoding="utf-8")


def test_the_documents_columns_are_those_of_the_code() -> None:
    assert written(PAGE) == PAGE, "run `make generate`"
    assert reference() in PAGE


def test_each_column_says_what_stands_in_it() -> None:
    silent = [(kind, one.name) for kind, table in TABLES.items() for one in table.columns.values() if not one.meaning]
    assert silent == []
