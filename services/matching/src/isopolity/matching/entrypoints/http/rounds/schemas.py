"""Schemas of drafts: the draft, its pairs, edits with their costs, and conditions on pairs."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from isopolity.matching.application.workflows.drafts.edits import EditOrder
from isopolity.matching.application.workflows.drafts.improvement import Trial
from isopolity.matching.application.workflows.drafts.pairs import Standing, Wanted
from isopolity.matching.application.workflows.member_names import holder_name, name_of_owner
from isopolity.matching.assignment.problem import WEIGHT_UNIT
from isopolity.matching.domain.draft import Act, Draft, DraftEdit, DraftStatus, UnsentPairs
from isopolity.matching.domain.network import Network
from isopolity.matching.domain.rules.pair_rules import Pair
from isopolity.matching.entrypoints.http.rounds.round_schemas import BrokenRules
from isopolity.matching.entrypoints.http.view import View

_Member = Annotated[str, StringConstraints(min_length=1, max_length=260)]
PairNames = tuple[_Member, _Member]
NAMED = "A city is named by its id, a programme by PARTNER/PROGRAMME, or by the partner's id where it has one only."
_VALUE = "In the unit of the round's value."


class DraftView(View):
    """A draft with its worth and its numbers of chosen and published pairs."""

    round_id: str = Field(description="The draft's id is its round's.")
    status: DraftStatus
    created_at: datetime
    expires_at: datetime
    edits: int
    last_edit: int | None = Field(default=None, description="The number of the edit that `undo-edit` takes back.")
    pairs: int = Field(description="Pairs that are chosen now, published ones too.")
    published: int
    value: float = Field(description="What the chosen pairs are worth now.")
    bound: float = Field(description="No choice among the round's candidates is worth more.")
    published_at: datetime | None = None
    out_at: datetime | None = Field(default=None, description="When what was published last goes out, or went.")
    scheduled: int | None = Field(
        default=None, description="Published pairs whose mails are still to go out; only where drafts are read."
    )
    ended_unsent: int | None = Field(
        default=None,
        description="Published pairs that ended before their mails went out, as where a member left; nobody hears of "
        "them. Only where drafts are read.",
    )

    @classmethod
    def of(cls, draft: Draft, unsent: UnsentPairs | None = None) -> Self:
        """Make the view of a draft, with its published pairs of which no mail has gone out, if they were counted."""
        view = cls.copied(draft, value=draft.value / WEIGHT_UNIT, bound=draft.bound / WEIGHT_UNIT)
        return view if unsent is None else view.model_copy(update=unsent._asdict())


def in_order(pair: Pair) -> Pair:
    """The holders of a pair in the order of its views: a programme comes first."""
    a, b = sorted(pair, key=lambda holder: (holder.startswith("city/"), holder))
    return a, b


class ChosenPairView(View):
    """The two members of a pair, by their ids for orders and by their display names."""

    a: str
    b: str
    a_name: str
    b_name: str

    @classmethod
    def of(cls, pair: Pair, network: Network) -> Self:
        """Make the view of a pair of holders, in which a programme comes first."""
        a, b = in_order(pair)
        return cls(
            a=name_of_owner(a), b=name_of_owner(b), a_name=holder_name(a, network), b_name=holder_name(b, network)
        )

    @classmethod
    def all_of(cls, pairs: Iterable[Pair], network: Network) -> list[Self]:
        """The views of pairs, in their order."""
        return [cls.of(pair, network) for pair in pairs]


class DraftPairView(ChosenPairView):
    """A pair of a draft, with its standing."""

    kind: str
    a_country: str | None = Field(
        default=None, description="Of the city, or of the programme's partner, as two letters."
    )
    b_country: str | None = None
    value: float = Field(description="What the pair is worth: its score, times the chance that both say yes.")
    chosen: bool
    pinned: bool
    forbidden: bool
    published: bool
    gone: list[str] = Field(default=[], description="Which of `a` and `b` have left the network; their names stay.")
    told_a: list[str] | None = Field(default=None, description="What `a` would be told, where it was asked for.")
    told_b: list[str] | None = None
    reason: str | None = Field(
        default=None, description="The weightiest reason for the pair with the names of both, where it was asked for."
    )


class PairEditOrder(View):
    """An edit of one pair."""

    model_config = ConfigDict(extra="forbid")

    act: Act = Field(
        description="`put-in`; `leave-out`; `pin`: in, and no other edit takes its place; `forbid`: out, and "
        "it stays so; `free`: `improve` may choose it or not; `replace`: out, and `by` in its place."
    )
    pair: PairNames = Field(description=NAMED)
    by: PairNames | None = Field(default=None, description="The pair to put in the place of `pair`.")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.act is Act.IMPROVE:
            raise ValueError("improve is about no pair; POST to /improve")
        if self.act is Act.UNDO:
            raise ValueError("undo is about an edit; POST to /undo-edit")
        if (self.by is not None) != (self.act is Act.REPLACE):
            raise ValueError("give `by` with replace, and only there")
        return self

    def order(self) -> EditOrder:
        """The order to edit, with the members named as in this body."""
        return EditOrder(act=self.act, pair=self.pair, by_pair=self.by)


class EditsOrder(View):
    """Edits that are made one after the other; if one is refused, none is made."""

    model_config = ConfigDict(extra="forbid")

    edits: list[PairEditOrder] = Field(min_length=1, max_length=10_000)
    seen: int | None = Field(
        default=None,
        ge=0,
        le=10**9,
        description="How many edits the draft had when it was looked at; if a later one has changed one of these "
        "pairs, nothing is edited.",
    )


class TrialOrder(View):
    """Edits to try, each alone on the draft as it is."""

    model_config = ConfigDict(extra="forbid")

    edits: list[PairEditOrder] = Field(min_length=1, max_length=20)


class UndoEditOrder(View):
    """The edit to undo."""

    model_config = ConfigDict(extra="forbid")

    number: int | None = Field(
        default=None, ge=1, description="The last edit as it was seen; if another one is the last, nothing is undone."
    )


class EditView(View):
    """An edit, its cost, and the members that lost a pair by it."""

    number: int
    at: datetime
    by: str
    act: Act
    pair: ChosenPairView | None
    by_pair: ChosenPairView | None = None
    undoes: int | None = Field(default=None, description="The number of the edit that was taken back, of `undo`.")
    value: float = Field(description=f"What the draft gained; below zero: what it lost. {_VALUE}")
    added: list[ChosenPairView]
    removed: list[ChosenPairView]
    left_alone: list[str] = Field(description="Names of members that had a pair before, and have none now.")

    @classmethod
    def of(cls, edit: DraftEdit, network: Network) -> Self:
        """Make the view of an edit, with the names of its members."""
        return cls.copied(
            edit,
            pair=None if edit.pair is None else ChosenPairView.of(edit.pair, network),
            by_pair=None if edit.by_pair is None else ChosenPairView.of(edit.by_pair, network),
            value=edit.value / WEIGHT_UNIT,
            added=ChosenPairView.all_of(edit.added, network),
            removed=ChosenPairView.all_of(edit.removed, network),
            left_alone=[holder_name(holder, network) for holder in edit.left_alone],
        )


class TrialView(View):
    """The outcome of an edit if it were made, or the reason of its refusal."""

    edit: EditView | None = None
    refused: str | None = None

    @classmethod
    def of(cls, trial: Trial, network: Network) -> Self:
        """Make the view of a trial."""
        return cls(edit=None if trial.edit is None else EditView.of(trial.edit, network), refused=trial.refused or None)


class EditedView(BrokenRules):
    """A draft after edits, with the effect of each edit."""

    draft: DraftView
    edits: list[EditView]

    @classmethod
    def of(cls, draft: Draft, edits: Sequence[DraftEdit], network: Network) -> Self:
        """Make the view of a draft after the given edits."""
        return cls(draft=DraftView.of(draft), edits=[EditView.of(edit, network) for edit in edits])


Kind = Literal["twinning", "sponsorship"]
_Value = Annotated[float, Field(ge=0, le=10**6, allow_inf_nan=False, description="In the unit of the value.")]


class PairsFilter(View):
    """Conditions that a pair has to meet; an omitted field sets no condition."""

    model_config = ConfigDict(extra="forbid")

    member: Annotated[str, Field(max_length=260)] | None = Field(default=None, description="Named as in edits.")
    text: Annotated[str, Field(max_length=200)] | None = Field(
        default=None, description="Part of a name, however accents and case are written."
    )
    kind: Kind | None = None
    standing: Standing | None = None
    value_min: _Value | None = None
    value_max: _Value | None = None
    country: Annotated[str, Field(max_length=2)] | None = Field(default=None, description="Of a city of the pair.")
    region: Annotated[str, Field(max_length=64)] | None = Field(default=None, description="Of a city of the pair.")

    def wanted(self) -> Wanted:
        """The conditions in the form that the list of pairs uses."""
        return Wanted(**self.model_dump())
