"""`Members`: the members of a network, with suggestions, explanations and rounds.

Invariant: scores, sentences and rounds come from the same code as in the services; a `Members` never changes.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from os import PathLike
from typing import Any, Final, Generic, overload

from narwhals.typing import IntoDataFrame, IntoDataFrameT
from typing_extensions import TypeVar

from isopolity.machine.clock import system_clock, uuid7
from isopolity.matching.adapters.engine import candidate_search, engine_of
from isopolity.matching.adapters.nearest_zones import NearestZones
from isopolity.matching.application.candidates.candidate_search import free_capacities
from isopolity.matching.application.candidates.market_source import MarketSource
from isopolity.matching.application.candidates.what_if import WhatIf
from isopolity.matching.application.ports.repositories import ClosedPairs
from isopolity.matching.application.wording.round_sentences import gain_sentences
from isopolity.matching.application.wording.rule_outcomes import outcome_sentence, price_sentence
from isopolity.matching.application.workflows import member_names as naming
from isopolity.matching.application.workflows.queries.pair_fit import explained, suggested
from isopolity.matching.application.workflows.rounds.computation import ComputedRound, compute_round
from isopolity.matching.application.workflows.rounds.situation import Situation
from isopolity.matching.assignment.problem import WEIGHT_UNIT, unreported
from isopolity.matching.assignment.solvers.round_solver import AssignmentSolver
from isopolity.matching.domain.legal_acts import NO_ACTS
from isopolity.matching.domain.member import KINDS, holders_of, owner
from isopolity.matching.domain.proposal import Proposal
from isopolity.matching.domain.round import RoundPlan
from isopolity.matching.domain.rules.pair_rules import pair_key
from isopolity.matching.domain.rules.rule_book import RuleBook
from isopolity.matching.domain.scores.weights import DEFAULT_WEIGHTS, Weights
from isopolity.matching.domain.side import Side
from isopolity.matching.entrypoints.library.answer_tables import as_table
from isopolity.matching.entrypoints.library.arguments import checked_mode, checked_seed, whole_number
from isopolity.matching.entrypoints.library.findings import (
    Alternate,
    AlternatesT,
    ProposalsT,
    Proposed,
    ProposedRound,
    Suggested,
    Why,
)
from isopolity.matching.entrypoints.library.member_arguments import (
    RuleTable,
    checked_acts,
    checked_affinity,
    checked_book,
    checked_codes,
    checked_day,
    checked_kinds,
    checked_share,
)
from isopolity.matching.entrypoints.library.pairs.choices import Certificate
from isopolity.matching.entrypoints.library.roster import Roster
from isopolity.matching.entrypoints.library.tables import SIDES, Id, read
from isopolity.matching.errors import ContradictoryRules, UnknownMember

MemberTable = Iterable[Mapping[str, Any]] | IntoDataFrame
PairTable = Iterable[tuple[Id, Id] | Mapping[str, Any]] | IntoDataFrame
_NOTHING: Final = ClosedPairs(closed=(), proposed=())
"""The situation of a network without proposals and answers."""
_MOST: Final = 1_000_000
SuggestedT = TypeVar("SuggestedT", default=Any)
"""The table of suggestions: a frame of the cities' library, or a list of `Suggested`."""


class Members(Generic[SuggestedT, ProposalsT, AlternatesT]):
    """Cities, and programmes that may support them, at one moment."""

    @overload
    def __init__(
        self: "Members[IntoDataFrameT, IntoDataFrameT, IntoDataFrameT]",
        cities: IntoDataFrameT,
        *,
        programmes: MemberTable = (),
        requests: MemberTable = (),
        ties: PairTable = (),
        interests: MemberTable = (),
        weights: Mapping[str, Any] | None = None,
        affinity: str | PathLike[str] | None = None,
        legal_acts: str | PathLike[str] | None = None,
        minimum_score: float = 0.35,
        today: date | None = None,
    ) -> None: ...

    @overload
    def __init__(
        self: "Members[list[Suggested], list[Proposed], list[Alternate]]",
        cities: Iterable[Mapping[str, Any]],
        *,
        programmes: MemberTable = (),
        requests: MemberTable = (),
        ties: PairTable = (),
        interests: MemberTable = (),
        weights: Mapping[str, Any] | None = None,
        affinity: str | PathLike[str] | None = None,
        legal_acts: str | PathLike[str] | None = None,
        minimum_score: float = 0.35,
        today: date | None = None,
    ) -> None: ...

    def __init__(
        self,
        cities: MemberTable,
        *,
        programmes: MemberTable = (),
        requests: MemberTable = (),
        ties: PairTable = (),
        interests: MemberTable = (),
        weights: Mapping[str, Any] | None = None,
        affinity: str | PathLike[str] | None = None,
        legal_acts: str | PathLike[str] | None = None,
        minimum_score: float = 0.35,
        today: date | None = None,
    ) -> None:
        """Read the members. Raises a MatchingError that is a ValueError.

        Each row of `cities` has at least id and country; each of `programmes` also currency, budget, grant_min and
        grant_max; each of `requests` id, city, currency, amount_min and amount_max. `ties` are pairs (a, b) of members
        that are partners already. `interests` are needs and offers, one in each row, with city, side (need or offer),
        subject, intensity and mode; they come after those in `cities`. `weights` are the weights of the parts of a
        score; `affinity` is the path of a model of `isopolity affinity train`, which counts by its weight; `legal_acts`
        is the path of a list of binding legal acts, by which pairs are kept apart; pairs that score less than
        `minimum_score` are not proposed; dates are compared with `today`, by default the current day
        in UTC.
        """
        self._today = checked_day(today)
        self._roster = Roster.of(cities, programmes, requests, ties, interests)
        self._search = candidate_search(checked_share(minimum_score))
        known = DEFAULT_WEIGHTS if weights is None else Weights.of(weights)
        learned = None if affinity is None else checked_affinity(affinity, known)
        acts = NO_ACTS if legal_acts is None else checked_acts(legal_acts)
        source = MarketSource(self._roster.network, known, learned, NearestZones(), legal_acts=acts)
        self._market = source.market(self._today)

    def __len__(self) -> int:
        """The number of cities and open programmes."""
        return len(self._market.profiles) + len(self._market.programmes)

    def __repr__(self) -> str:
        return f"<Members: {len(self._market.profiles)} cities, {len(self._market.programmes)} open programmes>"

    def suggest(
        self,
        member: Id,
        number: int = 5,
        *,
        regions: Iterable[str] = (),
        subjects: Iterable[str] = (),
        budget: int | None = None,
    ) -> SuggestedT:
        """The best `number` partners of a city or a programme, the best first: a list of `Suggested`, or a frame.

        It is a frame if the cities were a frame. With `regions`, `subjects` or `budget`, the answer is as if the
        member looked for these. Raises UnknownMember, InvalidInput, InvalidWhatIf.
        """
        named = self._open(member)
        limit = whole_number(number, "The number of partners", _MOST)
        what_if = WhatIf(
            regions=checked_codes("regions", regions),
            subjects=checked_codes("subjects", subjects),
            budget=None if budget is None else whole_number(budget, "The budget", 10**12),
        )
        key, own = self._roster.keys[member], frozenset(holders_of(named))
        market = what_if.market(self._market, key)
        best = self._search.candidates(market, what_if.holders(market, key), (), only=own).best(limit)
        partners = suggested(best, market, own, market.able, _NOTHING)
        rows = [
            Suggested(
                partner=self._roster.ids[each.other.holder],
                name=_name(each.other),
                kind=each.kind,
                score=each.score,
                confidence=each.confidence,
                reasons=_reasons(each.own),
            )
            for each in partners
        ]
        found: SuggestedT = as_table(rows, Suggested, self._roster.frame)
        return found

    def why(self, a: Id, b: Id) -> Why:
        """Explain why two cities, or a programme and a city, fit or do not. Raises UnknownMember, NoPair."""
        market, ends = self._market, (self._open(a), self._open(b))
        explanation = explained(self._search, market, *ends, market.able, _NOTHING)
        return Why.of(explanation, self._roster.ids)

    def round(
        self,
        *,
        must: PairTable = (),
        never: PairTable = (),
        mode: str = "quick",
        seed: int = 0,
        kinds: Iterable[str] = KINDS,
        rules: RuleTable = (),
        objective: str | None = None,
    ) -> ProposedRound[ProposalsT, AlternatesT]:
        """The proposals whose scores have the greatest sum within all capacities; equal input gives equal proposals.

        Pairs in `must` are proposed whatever their score, pairs in `never` are not; `kinds` are twinning and
        sponsorship, or one of them; `seed` breaks ties. `rules`, a file or mappings, are kept whatever they cost, as
        are the budgets of programmes; `objective` defines the best round within them. Raises InvalidInput,
        InvalidRules, UnknownMember, ContradictoryRules.
        """
        plan = RoundPlan(
            seed=checked_seed(seed),
            mode=checked_mode(mode),
            kinds=checked_kinds(kinds),
            must=self._rules(must, "must"),
            never=self._rules(never, "never"),
            book=checked_book(rules, objective),
        )
        try:
            assignment = self._assigned(plan)
        except ContradictoryRules as error:
            raise ContradictoryRules(naming.with_names(str(error), self._roster.network)) from None
        return self._proposed(assignment, plan.book)

    def _assigned(self, plan: RoundPlan) -> ComputedRound:
        for pair in (*plan.must, *plan.never):
            pair_key(pair)
        engine = engine_of(self._search, AssignmentSolver(), system_clock, uuid7)
        free = free_capacities(self._market, {})
        situation = Situation(market=self._market, free=free, closed=(), now=system_clock(), amounts={})
        return compute_round(plan, situation, "", engine, unreported)

    def _proposed(self, assignment: ComputedRound, book: RuleBook) -> ProposedRound[ProposalsT, AlternatesT]:
        ids, frame, verdict, ruled = self._roster.ids, self._roster.frame, assignment.verdict, assignment.rules
        alternates = [Alternate(ids[one], ids[other]) for _, one, other in assignment.alternates]
        return ProposedRound(
            proposals=as_table([self._proposal(each) for each in assignment.proposals], Proposed, frame),
            alternates=as_table(alternates, Alternate, frame),
            gains=assignment.gains,
            gained=gain_sentences(assignment.gains),
            value=verdict.value / WEIGHT_UNIT,
            bound=verdict.most / WEIGHT_UNIT,
            all_pairs=assignment.all_pairs,
            gap=verdict.gap,
            sentence=verdict.sentence if assignment.proposals else f"No pair is proposed: {self._nothing()}.",
            rules=() if ruled is None else [outcome_sentence(book, each) for each in ruled.outcomes],
            price=None if ruled is None else price_sentence(ruled, verdict.value, verdict.most),
            certificate=Certificate.from_json(assignment.certificate),
        )

    def _proposal(self, proposal: Proposal) -> Proposed:
        ids, request = self._roster.ids, proposal.b.request_id
        return Proposed(
            kind=proposal.kind,
            a=ids[proposal.a.holder],
            b=ids[proposal.b.holder],
            name_a=_name(proposal.a),
            name_b=_name(proposal.b),
            request=None if request is None else ids[request],
            score=proposal.score,
            reasons_a=_reasons(proposal.a),
            reasons_b=_reasons(proposal.b),
        )

    def _nothing(self) -> str:
        """The reason why nothing is proposed, in a few words."""
        if len(self) < 2:
            return "there is nobody to pair" if len(self) else "there are no members"
        if len(set(map(owner, self._market.able))) < 2:
            return "no two members have capacity"
        return f"every pair with capacity is blocked, ruled out, or scores less than {self._search.minimum_score:.2f}"

    def _open(self, member: Id) -> str:
        named = self._roster.owner(member)
        if named not in self._market.capacities:
            raise UnknownMember(
                f"Programme {member!r} takes no applications on {self._today}; see its opens and closes."
            )
        return named

    def _rules(self, given: object, what: str) -> tuple[tuple[str, str], ...]:
        table = read(given, f"{what} rules", SIDES)
        pairs = zip(table.ids("a"), table.ids("b"), strict=True)
        return tuple((self._open(one), self._open(other)) for one, other in pairs)


def _name(side: Side) -> str:
    return side.programme_name or side.name


def _reasons(side: Side) -> str:
    return " ".join(reason.text for reason in side.reasons)
