"""Columns of all tables, and code lists, as Markdown, from the definitions that imports use.

`python -m isopolity.registry.entrypoints.exports.reference docs/imports.md` writes them into that page, between its two
marks; a test compares them.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from isopolity.registry.entrypoints.imports.cells.codes import COUNTRY, LANGUAGE, code_lists
from isopolity.registry.entrypoints.imports.tables import TABLES, Table

START: Final = "<!-- the columns: generated, see CONTRIBUTING.md -->\n"
END: Final = "<!-- end of the columns -->\n"


def reference() -> str:
    """The reference: all tables, then the code lists except countries and languages, which are those of ISO."""
    return "\n".join([*(line for kind, table in TABLES.items() for line in _table(kind, table)), *_codes()]) + "\n"


def written(page: str) -> str:
    """The page with the reference between its marks."""
    before, _, rest = page.partition(START)
    _, _, after = rest.partition(END)
    return f"{before}{START}\n{reference()}\n{END}{after}"


def _table(kind: str, table: Table) -> Iterator[str]:
    yield from (f"### {kind}", "", "| column | holds | meaning |", "|---|---|---|")
    for column in table.columns.values():
        name = f"**{column.name}**" if table.is_required(column.name) else column.name
        yield f"| {name} | {_escaped(column.holds)} | {_escaped(column.meaning)} |"
    yield ""


def _codes() -> Iterator[str]:
    yield from ("### Code lists", "", "| list | code | name |", "|---|---|---|")
    for noun, codes in code_lists().items():
        if noun not in (COUNTRY, LANGUAGE):
            yield from (f"| {noun} | `{code}` | {label} |" for code, label in codes.labels.items())


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")


def main(path: str) -> None:
    """Write the reference into the page at `path`."""
    page = Path(path)
    page.write_text(written(page.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
