"""Documents on how a file is read: where its table is, what is to be chosen, which problems its rows share."""

from typing import Literal, Self

from pydantic import BaseModel, Field

from isopolity.registry.application.imports.prepared import PreparedImport
from isopolity.registry.entrypoints.imports.layout import choosable
from isopolity.registry.entrypoints.imports.tables import TABLES
from isopolity.tables.rows import MOST_COLUMNS


class AlikeProblem(BaseModel):
    """A problem that rows share."""

    column: str | None
    detail: str
    rows: int
    first_line: int


class SheetLine(BaseModel):
    """One of the first lines of the sheet."""

    line: int
    text: str


class HeadingDocument(BaseModel):
    """A heading of the file, and its column; null if it is left out."""

    title: str
    column: str | None


class LayoutDocument(BaseModel):
    """Where the table of the file is, as guessed or chosen."""

    sheets: list[str]
    sheet: int
    """The place of its sheet, from 0."""
    heading: int
    """The line of the headings."""
    headings: list[HeadingDocument]
    constants: dict[str, str]
    """Columns that have the same code in all rows."""
    repeated: list[str] = []
    """Columns in which an empty cell repeats the one above it."""
    first_lines: list[SheetLine]
    known: list[str]
    """The columns that there are."""
    choosable: dict[str, dict[str, str]]
    """Columns that may have one code for all rows, with these codes and their names."""
    said: dict[str, str]

    @classmethod
    def of(cls, prepared: PreparedImport) -> Self | None:
        """Make the document of the layout, if there is one."""
        layout = prepared.layout
        if layout is None:
            return None
        pairs = zip(layout.titles, layout.columns, strict=True)
        return cls(
            sheets=list(layout.sheets),
            sheet=layout.sheet,
            heading=layout.heading,
            headings=[HeadingDocument(title=title, column=column) for title, column in pairs],
            constants=dict(layout.constants),
            repeated=list(layout.repeated),
            first_lines=[SheetLine(line=line, text=text) for line, text in layout.first_lines],
            known=list(TABLES[prepared.kind].columns),
            choosable={name: dict(codes) for name, codes in choosable(prepared.kind).items()},
            said=dict(prepared.said),
        )


class LayoutOrder(BaseModel):
    """How to read the file: its sheet, the line of its headings, the column of each heading."""

    model_config = {"extra": "forbid"}

    sheet: int = Field(ge=0, le=1_000, description="The place of the sheet, from 0")
    heading: int = Field(ge=1, le=2_000_000, description="The line of the headings")
    columns: list[str | None] = Field(
        default_factory=list,
        max_length=MOST_COLUMNS,
        description="The column of each heading, null to leave it out; guessed anew where sheet or line is another",
    )
    constants: dict[str, str] = Field(
        default_factory=dict, max_length=20, description="Columns that have the same code in all rows"
    )
    repeated: list[str] = Field(
        default_factory=list,
        max_length=MOST_COLUMNS,
        description="Columns in which an empty cell repeats the one above",
    )
    decimal: Literal["point", "comma"] | None = None
    dates: Literal["day-first", "month-first"] | None = None
    inhabitants: Literal["ones", "thousands"] | None = Field(
        default=None, description="Whether numbers of inhabitants are in thousands"
    )
