"""Schemas of rounds: the order, the view with progress and result, and rules with their outcomes and costs."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, StringConstraints

from isopolity.matching.application.wording.round_sentences import gain_sentences
from isopolity.matching.application.wording.rule_outcomes import (
    floor_sentences,
    floors_sentence,
    outcome_sentence,
    price_sentence,
    source_name,
    source_sentence,
)
from isopolity.matching.application.workflows.member_names import name_in_order
from isopolity.matching.assignment.problem import WEIGHT_UNIT, Mode
from isopolity.matching.domain.gains import Gains
from isopolity.matching.domain.member import KINDS
from isopolity.matching.domain.round import Round, RoundPlan, RoundResult, RoundStatus
from isopolity.matching.domain.rules.floors import Floors
from isopolity.matching.domain.rules.pair_rules import Pair
from isopolity.matching.domain.rules.rule_book import Objective, RuleBook, RuleOutcome, RulesResult, Source
from isopolity.matching.entrypoints.http.rounds.learned_pairs import INFLUENCE
from isopolity.matching.entrypoints.http.view import View
from isopolity.matching.entrypoints.rule_files.rule_file import MOST_RULES
from isopolity.matching.entrypoints.rule_files.shapes import Groupings, Percent, RuleShape, floors_of
from isopolity.matching.entrypoints.rule_files.written import book_document, rule_document

_Member = Annotated[str, StringConstraints(min_length=1, max_length=260)]
_Pairs = Annotated[list[tuple[_Member, _Member]], Field(max_length=10_000)]
_LIFE = ("round_id", "status", "ordered_at", "started_at", "finished_at", "step", "done", "failure")
_COUNTS = ("members", "candidates", "proposed", "issued", "skipped", "answers", "influence")
_PROOF = ("gap", "all_pairs", "proved", "gains", "weights_version", "fingerprint")
_GAINS = (
    "What the network gains if everybody says yes: of all `cities`, those that get a proposal by region, and how many "
    "of these have no tie yet (`first_served`); pairs of regions, and how many pairs of countries, that a twinning "
    "links for the first time; how many `programmes` find a city. `before` and `after`: cities without tie (`alone`), "
    "groups that ties connect (`parts`), cities in the largest one, the share of pairs of cities that are `connected`."
)
_RULE = "A city is named by its id, a programme by PARTNER/PROGRAMME, or by the partner's id where it has one only."


class RoundOrder(View):
    """The parameters of a round; all are optional."""

    model_config = ConfigDict(extra="forbid")

    seed: int = Field(default=0, ge=0, le=2**31 - 1, description="Decides between pairs of the same worth.")
    mode: Mode = Field(
        default=Mode.QUICK, description="`quick`, or `exact`: works longer to prove that nothing better is possible."
    )
    kinds: list[Literal["twinning", "sponsorship"]] = Field(
        default=["twinning", "sponsorship"],
        min_length=1,
        max_length=2,
        description="Both at once by default: a city that can handle one proposal gets the one that is worth more.",
    )
    must: _Pairs = Field(default=[], description=f"Pairs that the round must choose, whatever it costs. {_RULE}")
    never: _Pairs = Field(default=[], description="Pairs that it must not choose.")
    rules: Annotated[list[RuleShape], Field(max_length=MOST_RULES)] = Field(
        default=[],
        description="All other rules. They hold whatever they cost; if they cannot, the round fails and says why.",
    )
    objective: Objective = Field(
        default=Objective.MOST_TOTAL_FIT, description="What the best of the choices that keep the rules is."
    )
    tolerance_percent: Percent = Field(
        default=1.0,
        description="Of `as-even-as-possible-by-region`: how exactly shares are found, in points of a hundred.",
    )
    floors: Groupings | None = Field(
        default=None,
        description="The attributes by which each group of cities gets at least its share of the round's pairs, as far "
        "as that is possible; empty for no floors. Those of the network if not given, as a rule all.",
    )
    floor_tolerance_percent: Percent = Field(
        default=5.0, description="With `floors`: by how much of a group's share it may get less."
    )
    draft: bool = Field(
        default=False, description="End in a draft whatever the sending policy; under hold every round does."
    )
    keep_drafts: bool = Field(
        default=False,
        description="Of a round that ends in a draft: keep open drafts beside the new one; else it takes their place.",
    )

    def plan(self) -> RoundPlan:
        """The plan of the round, with members named as in the order."""
        kinds = tuple(kind for kind in KINDS if kind in self.kinds)
        return RoundPlan(
            seed=self.seed,
            mode=self.mode,
            kinds=kinds,
            must=tuple(self.must),
            never=tuple(self.never),
            book=RuleBook(
                rules=tuple(shape.rule() for shape in self.rules),
                objective=self.objective,
                tolerance_percent=self.tolerance_percent,
                floors=floors_of(self.floors, self.floor_tolerance_percent),
            ),
            as_draft=self.draft,
            keep_drafts=self.keep_drafts,
        )

    @classmethod
    def of(cls, plan: RoundPlan) -> Self:
        """The order that has this plan."""
        document = {**book_document(plan.book), "rules": [rule_document(rule) for rule in plan.book.rules]}
        return cls(
            **document,
            seed=plan.seed,
            mode=plan.mode,
            kinds=list(plan.kinds),
            must=_named(plan.must),
            never=_named(plan.never),
            draft=plan.as_draft,
            keep_drafts=plan.keep_drafts,
        )


def _named(pairs: Sequence[Pair]) -> list[Pair]:
    """Pairs of owners, or of members named as in an order, as an order names them."""
    return [(name_in_order(one), name_in_order(other)) for one, other in pairs]


class RuleView(View):
    """A rule, or the objective, and what became of it; a rule by region has one of these for each region."""

    name: str
    rule: str = Field(description="The rule as a sentence.")
    told: str | None = Field(default=None, description="What became of it; null before the round is done.")
    holds: bool | None = None
    at_least: int | None = None
    at_most: int | None = None
    reached: int | None = Field(default=None, description="Pairs, or members that have one.")
    cannot: int = Field(default=0, description="Members of which less was asked, since they cannot have as many.")
    last_costs: float | None = Field(
        default=None, description="What the last one that the rule asks for, or keeps out, costs about."
    )

    @classmethod
    def of(cls, book: RuleBook, outcome: RuleOutcome) -> Self:
        """The view of what became of a rule."""
        is_count = not outcome.source.is_of_members
        return cls(
            name=source_name(book, outcome.source),
            rule=source_sentence(book, outcome.source),
            told=outcome_sentence(book, outcome),
            holds=outcome.holds,
            at_least=outcome.at_least if is_count else None,
            at_most=outcome.at_most,
            reached=outcome.reached if is_count else None,
            cannot=outcome.capped,
            last_costs=outcome.unit_price / WEIGHT_UNIT,
        )


class PriceView(View):
    """The price of fairness: the worth of the choice with and without rules and objective."""

    told: str
    value_without: float = Field(description="The worth of the best choice that was found without them.")
    bound_without: float = Field(description="No choice without them is worth more.")
    least: float = Field(description="They cost at least this, which is proved.")
    most: float = Field(description="They cost no more than this, which is proved.")

    @classmethod
    def of(cls, result: RulesResult, value: int, bound: int) -> Self:
        """The price of what became of the rules; value and bound are those under them."""
        return cls(
            told=price_sentence(result, value, bound),
            value_without=result.value_without / WEIGHT_UNIT,
            bound_without=result.bound_without / WEIGHT_UNIT,
            least=max(0, result.value_without - bound) / WEIGHT_UNIT,
            most=max(0, result.bound_without - value) / WEIGHT_UNIT,
        )


class FloorsView(View):
    """The floors of a round, and once it is done what became of them."""

    rule: str = Field(description="What they ask for, as a sentence.")
    told: list[str] = Field(
        default=[], description="What they cost, who gets more by them, and which could not be met, in sentences."
    )
    cost: float | None = Field(default=None, description="By how much the round would be worth more without them.")

    @classmethod
    def of(cls, floors: Floors, result: RoundResult | None) -> Self:
        """The view of floors, with what became of them where that is known."""
        if result is None or result.floors is None:
            return cls(rule=floors_sentence(floors))
        return cls(
            rule=floors_sentence(floors),
            told=list(floor_sentences(result.floors, result.value)),
            cost=max(0, result.floors.value_without - result.value) / WEIGHT_UNIT,
        )


class RoundView(View):
    """A round: its order, its progress, and once it is done its result."""

    round_id: str
    status: RoundStatus
    seed: int
    mode: Mode
    kinds: list[str]
    objective: Objective = Objective.MOST_TOTAL_FIT
    rules: list[RuleView] = Field(
        default=[],
        description="Each rule, and once the round is done what became of it; last the objective, if it is "
        "not the total fit alone.",
    )
    floors: FloorsView | None = Field(
        default=None, description="The floors for groups of cities; null for rounds from before there were any."
    )
    ordered_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    step: str = Field(default="", description="What is being done while it runs.")
    done: float = Field(default=0.0, description="How much of that step is done, from 0 to 1.")
    failure: str | None = Field(default=None, description="Why it failed, in a sentence.")
    members: int | None = Field(default=None, description="Cities and programmes with free capacity.")
    candidates: int | None = Field(default=None, description="Pairs that were weighed against each other.")
    proposed: int | None = Field(default=None, description="Pairs that were chosen; under hold they are in the draft.")
    issued: int | None = None
    skipped: int | None = Field(default=None, description="Pairs that were chosen, but somebody was faster.")
    answers: int | None = Field(
        default=None,
        description="How many settled answers, silence counted as one, weights were learned from: with none a weight "
        "is the score, else the score times the chance that both say yes. Null for rounds before this was kept.",
    )
    influence: float | None = Field(default=None, description=INFLUENCE)
    value: float | None = Field(default=None, description="What the chosen pairs are worth: the sum of their weights.")
    bound: float | None = Field(default=None, description="No choice is worth more, among all pairs or the candidates.")
    all_pairs: int | None = Field(default=None, description="Pairs that `bound` is about; null: only the candidates.")
    gap: float | None = Field(default=None, description="What is missing to the bound, as a share of it.")
    proved: str | None = Field(default=None, description="The sentence that says what the certificate proves.")
    price: PriceView | None = Field(default=None, description="What the rules and the objective cost; null without.")
    gains: Gains | None = Field(default=None, description=_GAINS)
    gains_told: list[str] | None = Field(default=None, description="The gains in sentences, the weightiest first.")
    weights_version: str | None = Field(default=None, description="The version of the weights that the network set.")
    fingerprint: str | None = Field(default=None, description="Of the certificate; it may be published.")
    blocked: list[str] | None = Field(default=None, description="Why no pair was chosen, and when that frees.")

    @classmethod
    def of(cls, known: Round) -> Self:
        """Make the view of a round."""
        plan, found = known.plan, known.result
        ruled = None if found is None else found.rules
        view = cls(
            **{name: getattr(known, name) for name in _LIFE},
            seed=plan.seed,
            mode=plan.mode,
            kinds=list(plan.kinds),
            objective=plan.book.objective,
            rules=rule_views(plan.book, None if ruled is None else ruled.outcomes),
            floors=None if plan.book.floors is None else FloorsView.of(plan.book.floors, found),
        )
        if found is None:
            return view
        fields = {name: getattr(found, name) for name in _COUNTS} | {"blocked": list(found.blocked)}
        fields["price"] = None if ruled is None else PriceView.of(ruled, found.value, found.bound)
        if found.proved:  # rounds from before certificates existed have no proof
            fields |= {name: getattr(found, name) for name in _PROOF}
            fields["gains_told"] = None if found.gains is None else list(gain_sentences(found.gains))
            fields |= {"value": found.value / WEIGHT_UNIT, "bound": found.bound / WEIGHT_UNIT}
        return view.model_copy(update=fields)


class OutcomesView(View):
    """The numbers of a round's proposals by outcome."""

    stages: dict[str, int] = Field(description="Proposals by stage; one that has none is left out.")
    answers: dict[str, int] = Field(
        default={}, description="Sides of its proposals by the answer that they gave; `none` counts those without one."
    )


class BrokenRules(View):
    """The rules of the round that do not hold."""

    broken_rules: list[str] = Field(
        default=[],
        description="A sentence for each rule of the round that does not hold; a certificate leaves all out.",
    )


def rule_views(book: RuleBook, outcomes: Sequence[RuleOutcome] | None) -> list[RuleView]:
    """The rules of a book in their order, then the objective; with what became of them where that is known."""
    if outcomes is not None:
        return [RuleView.of(book, outcome) for outcome in outcomes]
    sources = [Source(position=position) for position in range(len(book.rules))]
    if book.objective is not Objective.MOST_TOTAL_FIT:
        sources.append(Source(position=None))
    return [RuleView(name=source_name(book, each), rule=source_sentence(book, each)) for each in sources]
