"""Orders about an import that was looked at: to import it, and to correct it.

Invariant: fields are added only, so that an order that an earlier release accepted is still understood.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from isopolity.registry.entrypoints import field_types as f


class Taking(BaseModel):
    """The order to import a file with the effects in its preview."""

    model_config = {"extra": "forbid"}

    shown: str = Field(pattern=r"^[0-9a-f]{64}$", description="As the import told it that was looked at")
    skip_wrong: bool = Field(default=False, description="Leave rows with something to correct out")
    endorse: bool = Field(
        default=False, description="Endorse the members of the file that are applicants afterwards, at most 5,000"
    )


_Line = Annotated[int, Field(ge=1, le=2_000_000_000, description="Line of the row in the file")]
_Column = Annotated[str, Field(max_length=200, description="Column, as the import names it")]
_Text = Annotated[str, Field(max_length=32_767)]


class CellCorrection(BaseModel):
    """A new text for one cell."""

    model_config = {"extra": "forbid"}

    line: _Line
    column: _Column
    after: _Text


class ColumnCorrection(BaseModel):
    """A new text for all cells of a column that have a certain text."""

    model_config = {"extra": "forbid"}

    column: _Column
    before: _Text
    after: _Text
    line: _Line | None = None
    """The line in which somebody typed it."""


class RowChoice(BaseModel):
    """A choice of the member that a row is about."""

    model_config = {"extra": "forbid"}

    line: _Line
    choice: Annotated[str, Field(max_length=128)]
    """The id of a candidate, `new`, `out` to leave the row out, or `ask` to take a choice back."""


class WordsMeaning(BaseModel):
    """What words of needs and offers mean, in all rows that have the same; a part that is left out stays open."""

    model_config = {"extra": "forbid"}

    text: Annotated[str, Field(min_length=1, max_length=1000, description="The words, as `words_open_first` has them")]
    subject: f.Subject | Literal[""] = ""
    mode: f.Mode | Literal[""] = ""
    topics: f.Topics = ()


class OwnWordsChoice(BaseModel):
    """Whether the needs and offers of a row replace what its city said in its own words."""

    model_config = {"extra": "forbid"}

    line: _Line
    replaced: bool


class CorrectionOrder(BaseModel):
    """Corrections of a file that was read, at most 1,000 of each kind at once."""

    model_config = {"extra": "forbid"}

    shown: str = Field(pattern=r"^[0-9a-f]{64}$", description="As the import told it that was looked at")
    cells: Annotated[list[CellCorrection], Field(max_length=1000)] = []
    columns: Annotated[list[ColumnCorrection], Field(max_length=1000)] = []
    choices: Annotated[list[RowChoice], Field(max_length=1000)] = []
    words: Annotated[list[WordsMeaning], Field(max_length=1000)] = []
    own_words: Annotated[list[OwnWordsChoice], Field(max_length=1000)] = []
