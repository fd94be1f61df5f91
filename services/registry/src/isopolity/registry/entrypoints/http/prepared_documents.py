"""Documents of prepared imports: the report on a file, and its rows.

Invariant: fields are added only; a document made from an import of an earlier release has their defaults.
"""

from datetime import datetime
from typing import Any, Self

from pydantic import BaseModel

from isopolity.registry.application.imports.prepared import KEPT, PreparedImport, PreparedRow
from isopolity.registry.application.imports.work import CORRECT, Standing
from isopolity.registry.application.office.open_proposals import ENDED_PROGRAMMES, PROPOSALS
from isopolity.registry.entrypoints.http.import_layouts import AlikeProblem, LayoutDocument
from isopolity.registry.entrypoints.http.import_orders import CorrectionOrder
from isopolity.registry.entrypoints.imports.row_effects import KeptWordsLine, OpenWordsLine


class ImportWorkDocument(BaseModel):
    """Work on an import in the background, and how far it is."""

    act: str
    """`look`, `lay-out`, `correct`, `take` or `take-back`."""
    state: str
    """`waiting`, `running` or `failed`."""
    rows_done: int
    rows: int
    """Rows of the file, or entries to take back; 0 until they are counted."""
    ahead: int
    """Other imports that come before it."""
    failure: str
    """Why it failed, a sentence; it has had no effect then. Empty while it is open."""
    code: str
    """The code of the failure, such as `changed-meanwhile`."""

    @classmethod
    def of(cls, standing: Standing) -> Self:
        """Make the document of a piece of work."""
        work, rows = standing.work, standing.rows
        return cls(
            act=work.act,
            state=work.state,
            rows_done=rows.done,
            rows=rows.of,
            ahead=standing.ahead,
            failure=work.failure,
            code=work.code,
        )


class PreparedImportDocument(BaseModel):
    """A file that was read, with its effects, or the result of its import."""

    import_id: str
    name: str
    kind: str
    endorse: bool
    prepared_at: datetime
    kept_until: datetime
    taken_at: datetime | None
    """When it was imported; null before."""
    shown: str
    """Digest of the effects of its rows; send it back to import the file."""
    columns: list[str]
    rows: int
    created: int
    revised: int
    unchanged: int
    invalid: int
    """Rows with something to correct."""
    asking: int = 0
    """Rows that could mean a member: somebody has to choose."""
    rows_left_out: int = 0
    """Rows that somebody has left out."""
    not_endorsed: int
    """Members in it that are applicants afterwards, so that rounds leave them out."""
    to_endorse: list[str] = []
    """After the import: ids of its members that are still applicants, at most 5,000; left out of a list of imports."""
    entered: list[str] = []
    """After an import of members: ids of the first ten that are new."""
    rest_id: str = ""
    """After an import that left out rows to correct: the import that has them now; empty if there is none."""
    endorsed: int = 0
    """Members that it endorses, new ones and others."""
    to_confirm: int = 0
    """People whom it adds, and who get a mail to confirm their address."""
    emptied: int
    """Stored values that empty cells remove."""
    emptied_first: list[str] = []
    """The first rows with such cells: line, name and fields."""
    words_open: int = 0
    """Needs and offers in words that are left out, since a subject or a mode is open."""
    words_open_first: list[OpenWordsLine] = []
    """These words, alike ones once, the most frequent first; at most 200."""
    words_kept: int = 0
    """Rows with needs or offers that would replace some in a city's own words; these stay beside them by default."""
    words_kept_first: list[KeptWordsLine] = []
    """The first of these rows, at most 200."""
    read_as: list[str]
    """How cells that could be read in more than one way were read, a sentence each."""
    alike: list[str]
    """New members that may be others, spelt otherwise or of another kind: a sentence each, at most 20."""
    questions: list[str] = []
    """Questions to answer before its rows can be read, a sentence each."""
    left_out: list[str] = []
    """Parts of the file that are not read, such as titles, notes and columns, a sentence each."""
    set_aside: int = 0
    """Corrections that do not fit the file as it is read now; once they fit, they are made again."""
    set_aside_first: list[str] = []
    """The first 100 of them: line, column and text."""
    alike_problems: list[AlikeProblem] = []
    """The problems of all rows, alike ones once; at most 200."""
    layout: LayoutDocument | None = None
    """Where its table is; null if that was not asked for."""
    work: ImportWorkDocument | None = None
    """Work on it in the background that is open or has failed; while it is open, its numbers are those before."""
    not_corrected: CorrectionOrder | None = None
    """Corrections of work that has failed, as they were sent; left out of a list of imports."""

    @classmethod
    def of(cls, prepared: PreparedImport, standing: Standing | None = None) -> Self:
        """Make the document of a prepared import, on which there may be work."""
        numbers = {name: prepared.report[name] for name in cls.model_fields if name in prepared.report}
        same = {name: getattr(prepared, name) for name in cls.model_fields if hasattr(prepared, name)}
        same["layout"] = LayoutDocument.of(prepared)
        if standing is not None:
            same["work"] = ImportWorkDocument.of(standing)
            same["not_corrected"] = _not_corrected(standing)
        return cls(**(same | numbers), kept_until=prepared.prepared_at + KEPT)


def _not_corrected(standing: Standing) -> CorrectionOrder | None:
    work = standing.work
    return CorrectionOrder(**work.order) if work.act == CORRECT and work.failure and work.order else None


class PreparedImportList(BaseModel):
    """The newest files that were read, the last one first."""

    items: list[PreparedImportDocument]


class PreparedChangeDocument(BaseModel):
    """A column with its cells before and after."""

    column: str
    before: str
    after: str


class ProblemDocument(BaseModel):
    """The column to blame, if one is, and what to change."""

    column: str | None
    detail: str


class CandidateDocument(BaseModel):
    """A member that a row could mean; or another row of the file, or an application that is not decided."""

    member_id: str | None
    line: int | None
    application_id: str | None
    kind: str
    """Kind of a city; empty for a partner."""
    name: str
    country: str
    given_id: str | None
    """Its GeoNames id or registration id."""
    gone: bool
    """Whether it has left the network."""
    why: str
    """`name`, `other-name`, `id`, `contact`, `web`, `longer-or-shorter`, `similar` or `distance`."""


class PreparedRowDocument(BaseModel):
    """A row of the file with its effect."""

    line: int
    state: str
    """`new`, `changed`, `same`, `wrong`, `asks` who it is, `out`, or `part` of what the row before it is about."""
    cells: dict[str, Any]
    problems: list[ProblemDocument]
    changes: list[PreparedChangeDocument]
    member_id: str | None = None
    """The stored member that it changes, or leaves as it is."""
    member_name: str | None = None
    candidates: list[CandidateDocument] = []
    """Members, rows and applications that a row that asks could mean, the likeliest first; at most 6."""
    more_candidates: int = 0
    """How many more such members, rows and applications there are; counted up to 50."""
    choice: str = ""
    """The choice for the row: the id of a member, `new` or `out`; empty if there is none."""
    proposals: str = ""
    """What happens to open proposals of the stored entry: `untouched`; `stand`, those that were sent stay, others are
    written again or end; `programmes-end`, as `stand`, but those of `ended_programmes` end or cannot be agreed; `tied`,
    those of the two that were sent stay, others end. Empty for other rows.
    """
    ended_programmes: list[str] = []
    """Names of programmes that the row takes away."""

    @classmethod
    def of(cls, row: PreparedRow) -> Self:
        """Make the document of a row."""
        return cls(
            line=row.line,
            state=row.state,
            cells=dict(row.values),
            problems=[ProblemDocument(column=column, detail=detail) for column, detail in row.problems],
            changes=[PreparedChangeDocument.model_validate(one, from_attributes=True) for one in row.changes],
            member_id=row.about.get("member_id"),
            member_name=row.about.get("name"),
            candidates=[CandidateDocument.model_validate(one) for one in row.candidates],
            more_candidates=int(row.about.get("more", 0)),
            choice=row.choice,
            proposals=row.about.get(PROPOSALS, ""),
            ended_programmes=row.about.get(ENDED_PROGRAMMES, "").splitlines(),
        )


class PreparedRowList(BaseModel):
    """Rows in their order; `next` is the line behind which the following page begins, null on the last."""

    items: list[PreparedRowDocument]
    next: int | None
