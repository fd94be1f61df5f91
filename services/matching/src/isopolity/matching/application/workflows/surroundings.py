"""Surroundings of use cases: the time, ids, the network, the engine, the policy; all but the transaction.

Invariant: nothing here needs a database or an event, so that the library uses it, too. Kept answers are of one revision
of the network, one day and one version of the weights, and one is worked out at a time, on one processor at most.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from isopolity.machine.clock import Clock, IdFactory
from isopolity.matching.application.candidates.candidate_search import CandidateSearch
from isopolity.matching.application.candidates.market_source import MarketSource
from isopolity.matching.application.ports.engine import GraphView, NearestZone, ServingSolver, no_places
from isopolity.matching.domain.acceptance import Counts
from isopolity.matching.domain.network import Network
from isopolity.matching.domain.rules.floors import NO_FLOORS, Floors
from isopolity.matching.domain.settings import ChosenHere, SendingPolicy

AnswerT = TypeVar("AnswerT")
Moment = tuple[int, date, str]
"""A revision of the network, a day, and the version of what decides scores."""


class KeptAnswers:
    """Answers by names that the user chooses; each kind of question has its own KeptAnswers, and so its own lock."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._of: Moment | None = None
        self._kept: dict[object, Any] = {}

    async def kept(self, of: Moment, name: object, work: Callable[[], AnswerT]) -> AnswerT:
        """The kept answer under `name` for the moment `of`; if there is no such answer, `work` makes it in a thread."""
        async with self._lock:
            if self._of != of:
                self._of, self._kept = of, {}
            if name not in self._kept:
                self._kept[name] = await asyncio.to_thread(work)
            answer: AnswerT = self._kept[name]
            return answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """Finds candidates, chooses among them and proves the choice."""

    search: CandidateSearch
    solver: ServingSolver
    versions: Mapping[str, str]
    """Versions of the packages that compute, for the certificate; that of the market's affinity is added."""
    secret: Callable[[], bytes]
    """Random bytes under which a certificate numbers the members; they are forgotten at once."""
    clock: Clock
    ids: IdFactory


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """All that use cases take from outside, except the transaction."""

    engine: Engine
    graph: GraphView
    markets: MarketSource
    policy: SendingPolicy
    """The operator's policy; `sending_policy` is the one that holds."""
    answer_days: int
    """How many days both sides have to answer, the last one whole; `days_to_answer` are those that hold."""
    freeze: timedelta
    """How long a pair is not proposed again after its proposal was settled."""
    undo_window: timedelta = timedelta(0)
    """How long after publishing proposals of a draft go out; until then it can be undone."""
    draft_life: timedelta = timedelta(days=60)
    """How long a draft stays open."""
    interest_days: int = 35
    """How many days after asking a member hears what becomes of its interest; `days_to_hear` are those that hold."""
    floors: Floors = NO_FLOORS
    """The soft floors of rounds whose order names none."""
    learns_pairs: bool = True
    """Whether rounds learn from answers which pairs are liked, too."""
    nearest_zone: NearestZone = no_places
    chosen: ChosenHere = field(default_factory=ChosenHere)
    """The settings that staff has chosen in place of these."""
    public_rounds: KeptAnswers = field(default_factory=KeptAnswers)
    """Answers that are kept of the round over public profiles."""
    draft_figures: KeptAnswers = field(default_factory=KeptAnswers)
    """Figures of the network that the reports of drafts count by, kept until the network changes."""
    trials: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held by the one trial of rules that runs."""

    @property
    def clock(self) -> Clock:
        """The clock of the engine."""
        return self.engine.clock

    @property
    def ids(self) -> IdFactory:
        """The factory of new ids, the engine's."""
        return self.engine.ids

    @property
    def sending_policy(self) -> SendingPolicy:
        """When proposals go out without a word of staff."""
        return self.chosen.settings.sending_policy or self.policy

    @property
    def days_to_answer(self) -> int:
        """How many days both sides of the next proposal have to answer, the last one whole."""
        return self.chosen.settings.answer_days or self.answer_days

    @property
    def days_to_hear(self) -> int:
        """How many days after asking a member hears what becomes of its interest, the last one whole.

        The member waits longer where the other side has longer to answer.
        """
        return self.interest_days + max(0, self.days_to_answer - self.answer_days)

    @property
    def network(self) -> Network:
        """The network as this instance has read it."""
        return self.graph.network

    def learned_from(self, counts: Counts) -> Counts:
        """The part of the counts that rounds learn from."""
        return counts if self.learns_pairs else replace(counts, cells={})

    def frozen_since(self) -> datetime:
        """The moment since when settled pairs are frozen."""
        return self.clock() - self.freeze
