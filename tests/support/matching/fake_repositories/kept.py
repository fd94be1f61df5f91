"""The rows that the fakes keep."""

from copy import copy
from dataclasses import dataclass, field
from datetime import datetime

from isopolity.matching.application.ports.repositories import MemberRow
from isopolity.matching.application.ports.rounds import Alternate
from isopolity.matching.application.ports.unit_of_work import SeenState
from isopolity.matching.domain.draft import Draft, DraftEdit, DraftNumbers
from isopolity.matching.domain.draft_report import FrozenReport, PublicationRecord
from isopolity.matching.domain.interest import Interest
from isopolity.matching.domain.money.grants import SetAmount
from isopolity.matching.domain.partnership import Partnership
from isopolity.matching.domain.proposal import Proposal
from isopolity.matching.domain.round import Round, RoundTemplate
from isopolity.matching.domain.settings import Choice
from tests.support.shared.idempotency import Keys


@dataclass
class Kept:
    """The committed rows; a transaction works on a copy."""

    members: dict[str, MemberRow] = field(default_factory=dict)
    suggested: dict[str, int] = field(default_factory=dict)
    waiting: set[str] = field(default_factory=set)
    proposals: dict[str, Proposal] = field(default_factory=dict)
    interests: dict[str, Interest] = field(default_factory=dict)
    slots: dict[tuple[str, int], str] = field(default_factory=dict)
    partnerships: dict[str, Partnership] = field(default_factory=dict)
    rounds: dict[str, Round] = field(default_factory=dict)
    publications: dict[tuple[str, int], PublicationRecord] = field(default_factory=dict)
    reports: dict[tuple[str, int], FrozenReport] = field(default_factory=dict)
    certificates: dict[tuple[str, int], bytes] = field(default_factory=dict)
    sealed: dict[tuple[str, int], bytes] = field(default_factory=dict)
    drafts: dict[str, Draft] = field(default_factory=dict)
    numbers: dict[str, DraftNumbers] = field(default_factory=dict)
    edits: dict[tuple[str, int], DraftEdit] = field(default_factory=dict)
    alternates: dict[tuple[str, str], Alternate] = field(default_factory=dict)
    sightings: dict[str, datetime] = field(default_factory=dict)
    watermarks: dict[int, datetime] = field(default_factory=dict)
    deliveries: dict[str, tuple[int, str, str, datetime | None]] = field(default_factory=dict)
    seen_states: dict[str, SeenState] = field(default_factory=dict)
    amounts: dict[tuple[str, str], SetAmount] = field(default_factory=dict)
    templates: dict[str, RoundTemplate] = field(default_factory=dict)
    choices: list[Choice] = field(default_factory=list)
    keys: Keys = field(default_factory=dict)
    moved: dict[tuple[str, str], str] = field(default_factory=dict)

    def copied(self) -> "Kept":
        return Kept(**{name: copy(value) for name, value in vars(self).items()})
