"""Workbooks to fill in: a sheet with the columns of a table and drop-downs, and two sheets that explain them. The same
columns and code lists as Markdown, from the definitions that imports use.

`python -m isopolity.registry.entrypoints.template docs/imports.md` writes them into that page, between its two marks;
a test compares them. Invariant: the first sheet is an import file without rows.
"""

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, Final

from openpyxl.worksheet.datavalidation import DataValidation

from isopolity.registry.entrypoints.field_types import YEARS
from isopolity.registry.entrypoints.imports.cells.codes import COUNTRY, LANGUAGE, TOPIC, CodeList, code_lists
from isopolity.registry.entrypoints.imports.cells.columns import Column, Form
from isopolity.registry.entrypoints.imports.tables import TABLES, Table
from isopolity.tables.text_files import Value
from isopolity.tables.workbooks import Sheet, write_workbook

_CODES: Final = "codes"
_LONGEST_TITLE, _LONGEST_PROMPT = 32, 255
"""The most characters of a title and a prompt beside a cell in Excel."""
_EXPLAINED: Final = (24, 60, 10, 80)
_LISTED: Final = (20, 30, 60)


def write_template(kind: str, file: BinaryIO) -> None:
    """Write the workbook for a `kind` of table."""
    write_filled(kind, file, list(TABLES[kind].columns), ())


def write_filled(kind: str, file: BinaryIO, heading: Sequence[str], rows: Iterable[Sequence[Value]]) -> None:
    """Write a workbook with rows for a `kind` of table, with drop-downs for its columns.

    The heading may have further columns; if the first one is such, it is frozen.
    """
    table = TABLES[kind]
    lists = [code_lists()[noun] for noun in _nouns(table)]
    ranges = _ranges(lists)
    columns = table.columns.values()
    write_workbook(
        file,
        Sheet(
            name=kind,
            heading=heading,
            rows=rows,
            freeze="A2" if heading[0] in table.columns else "B2",
            formats={one.name: _format(one) for one in columns},
            validations={one.name: _validation(one, ranges) for one in columns},
        ),
        Sheet(
            name="columns",
            heading=("column", "holds", "needed", "meaning"),
            rows=[(one.name, one.holds, table.is_required(one.name), one.meaning) for one in columns],
            widths=_EXPLAINED,
        ),
        Sheet(
            name=_CODES,
            heading=("list", "code", "name"),
            rows=[(codes.noun, code, label) for codes in lists for code, label in codes.labels.items()],
            widths=_LISTED,
        ),
    )


def _nouns(table: Table) -> Iterator[str]:
    """The names of the code lists in cells of the table, each once."""
    used = {one.code_list for one in table.columns.values()}
    if any(one.form is Form.INTEREST for one in table.columns.values()):
        used |= {"subject", "mode"}
    return (noun for noun in code_lists() if noun in used)


def _ranges(lists: list[CodeList]) -> Mapping[str, str]:
    """The cell range of each list's names, as a formula."""
    ranges, line = dict[str, str](), 2
    for codes in lists:
        ranges[codes.noun] = f"{_CODES}!$C${line}:$C${line + len(codes.labels) - 1}"
        line += len(codes.labels)
    return ranges


def _format(column: Column) -> str:
    """The number format of a column: text, except for numbers and dates."""
    forms = {Form.WHOLE: "0", Form.NUMBER: "General", Form.DATE: "yyyy-mm-dd"}
    return forms.get(column.form, "@")


def _validation(column: Column, ranges: Mapping[str, str]) -> DataValidation:
    least, most = str(column.least), str(column.most)
    match column.form:
        case Form.CODE if not column.many:
            found = DataValidation(type="list", formula1=ranges[str(column.code_list)], errorStyle="warning")
        case Form.TRUTH:
            found = DataValidation(type="list", formula1='"yes,no"')
        case Form.WHOLE:
            found = DataValidation(type="whole", operator="between", formula1=least, formula2=most)
        case Form.NUMBER:
            found = DataValidation(type="decimal", operator="between", formula1=least, formula2=most)
        case Form.DATE:
            found = DataValidation(type="date", operator="greaterThanOrEqual", formula1=f"DATE({YEARS[0]},1,1)")
        case _:
            found = DataValidation()
    found.allow_blank = True
    found.showErrorMessage = True
    found.error = f"This cell holds a {column.holds}."[:_LONGEST_PROMPT]
    found.showInputMessage = True
    found.promptTitle = column.name[:_LONGEST_TITLE]
    found.prompt = f"{column.meaning} {column.holds[0].upper()}{column.holds[1:]}."[:_LONGEST_PROMPT]
    return found


START: Final = "<!-- the columns: generated, see CONTRIBUTING.md -->\n"
END: Final = "<!-- end of the columns -->\n"


def reference() -> str:
    """The reference: all tables, then the code lists except topics, and countries and languages, which are ISO's."""
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
        if noun not in (COUNTRY, LANGUAGE, TOPIC):
            yield from (f"| {noun} | `{code}` | {label} |" for code, label in codes.labels.items())


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")


def main(path: str) -> None:
    """Write the reference into the page at `path`."""
    page = Path(path)
    page.write_text(written(page.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
