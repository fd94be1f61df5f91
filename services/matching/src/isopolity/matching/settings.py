"""Settings of matching: those that all services share, and its own."""

import json
import tomllib
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Self

from pydantic import Field, FilePath, SecretStr, field_validator, model_validator

from isopolity.configuration.settings import Settings
from isopolity.matching.adapters.affinity.model_choice import NONE, chosen_affinity, read_affinity
from isopolity.matching.adapters.legal_act_file import read_legal_acts
from isopolity.matching.application.ports.engine import Affinity
from isopolity.matching.domain.legal_acts import NO_ACTS, LegalActs
from isopolity.matching.domain.rules.floors import EVERY_GROUPING, FloorGrouping, Floors
from isopolity.matching.domain.scores.weights import DEFAULT_WEIGHTS, Weights
from isopolity.matching.domain.settings import SendingPolicy
from isopolity.matching.errors import InvalidLegalActs, InvalidWeights, UnusableModel


def read_weights(path: Path) -> Weights:
    """The weights in the file; what it does not name has its default. Raises InvalidWeights, OSError."""
    content = path.read_bytes()
    try:
        text = content.decode()
        document = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        kind = "JSON" if path.suffix == ".json" else "TOML"
        raise InvalidWeights(f"The weights in {path} are no {kind}: {error}.") from None
    return Weights.of(document)


def _groupings(choice: str) -> tuple[FloorGrouping, ...]:
    """The attributes in a setting. Raises ValueError for one that there is not."""
    named = [each.strip() for each in choice.split(",") if each.strip()]
    if unknown := [each for each in named if each not in (*EVERY_GROUPING, NONE)]:
        raise ValueError(f"there are no floors by {unknown[0]!r}; write {', '.join(EVERY_GROUPING)}, or {NONE}")
    return tuple(each for each in FloorGrouping if each in named)


class MatchingSettings(Settings):
    """Settings read from the environment, `ISOPOLITY_…`."""

    matching_database_url: SecretStr | None = None
    """`postgresql://user:password@host/database`; a SQLite file in the data folder if not set."""
    sending_policy: SendingPolicy = SendingPolicy.HOLD
    """`hold`: staff approves everything; `rounds-only`; `automatic`: new and changed members get suggestions too."""
    answer_days: int = Field(default=21, ge=1)
    """Days that both sides have to answer."""
    interest_days: int | None = Field(default=None, ge=8)
    """Days after which a member hears what became of its interest; 14 more than to answer, if not set."""
    freeze_days: int = Field(default=365, ge=0)
    """Days for which a pair is not proposed again after its proposal was settled, whatever the answers, or its
    partnership ended.
    """
    settled_proposal_days: int = Field(default=1825, ge=120)
    """Days that a settled proposal is kept, with both answers; rounds learn from those that are there."""
    held_proposal_days: int = Field(default=180, ge=7)
    """Days that a held proposal waits to be approved."""
    draft_days: int = Field(default=60, ge=1)
    """Days that the draft of a round stays open."""
    undo_hours: float = Field(default=24.0, ge=0, le=168)
    """Hours after publishing a draft in which that can be undone; its proposals go out when they end."""
    partnership_capacity_days: int = Field(default=180, ge=1)
    """Days that a partnership counts against the capacity of both sides, from the day when they agreed."""
    ended_partnership_days: int = Field(default=1825, ge=30)
    """Days that an ended partnership is kept."""
    round_days: int = Field(default=1825, ge=30)
    """Days that a round that is over is kept."""
    certificate_days: int = Field(default=1825, ge=30)
    """Days that the certificate of a round is kept; it goes with the round at the latest."""
    floors: str = ",".join(EVERY_GROUPING)
    """The attributes by which groups of cities have soft floors in rounds whose order names none; `none` for no floors.

    `region`, `size`, `income` and `language`, separated by commas.
    """
    minimum_score: float = Field(default=0.35, ge=0, le=1)
    """Pairs with a score below are never proposed; in [0, 1]."""
    weights: FilePath | None = None
    """A file with the weight of each part of a score, TOML or JSON; the release's own if not set."""
    legal_acts: FilePath | None = None
    """A TOML file with the binding legal acts that the network lists publicly; none if not set."""
    affinity: str | None = None
    """A model file of `isopolity affinity train`, or `none`; the release's own model if not set.

    It counts only if the weights give the part `affinity` a weight.
    """
    learn_pairs: bool = True
    """Whether rounds learn from answers which pairs are liked, within floors of exposure, besides who answers."""
    settle_seconds: float = Field(default=30.0, gt=0)
    """Seconds between two looks at deadlines."""
    graph_patience_seconds: float = Field(default=15.0, gt=0)
    """Seconds that work waits for the network to be read; then it is tried again later."""

    @field_validator("weights")
    @classmethod
    def _usable(cls, path: FilePath | None) -> FilePath | None:
        try:
            if path is not None:
                read_weights(path)
        except (InvalidWeights, OSError) as error:
            raise ValueError(str(error)) from None
        return path

    @field_validator("legal_acts")
    @classmethod
    def _without_mistakes(cls, path: FilePath | None) -> FilePath | None:
        try:
            if path is not None:
                read_legal_acts(path)
        except (InvalidLegalActs, OSError) as error:
            raise ValueError(str(error)) from None
        return path

    @field_validator("floors")
    @classmethod
    def _known_groupings(cls, choice: str) -> str:
        _groupings(choice)
        return choice

    @field_validator("affinity")
    @classmethod
    def _sound(cls, choice: str | None) -> str | None:
        if choice not in (None, NONE):
            try:
                read_affinity(Path(choice))
            except UnusableModel as error:
                raise ValueError(str(error)) from None
        return choice

    @model_validator(mode="after")
    def _keeps_what_freezes(self) -> Self:
        for name in ("settled_proposal_days", "ended_partnership_days"):
            if getattr(self, name) < self.freeze_days:
                raise ValueError(
                    f"ISOPOLITY_{name.upper()} must not be below ISOPOLITY_FREEZE_DAYS: what is kept freezes pairs"
                )
        return self

    @model_validator(mode="after")
    def _leaves_time_to_ask(self) -> Self:
        if self.days_to_hear < self.answer_days + 7:
            raise ValueError(
                "ISOPOLITY_INTEREST_DAYS must be ISOPOLITY_ANSWER_DAYS and 7 at least: the other side needs its time"
            )
        return self

    @property
    def days_to_hear(self) -> int:
        """The days after which a member hears what became of its interest."""
        return self.answer_days + 14 if self.interest_days is None else self.interest_days

    @property
    def network_floors(self) -> Floors:
        """The floors of rounds whose order names none."""
        return Floors(by=_groupings(self.floors))

    @property
    def network_affinity(self) -> Affinity | None:
        """The model of affinity, read once it has a weight; None if the network does without it."""
        return chosen_affinity(self.affinity)

    @property
    def uses_affinity(self) -> bool:
        """Whether the operator lets real twinnings count."""
        return self.affinity != NONE and self.network_weights.twinning["affinity"] > 0

    @cached_property
    def network_weights(self) -> Weights:
        """The weights in the file when they are first read, or those of the release."""
        return DEFAULT_WEIGHTS if self.weights is None else read_weights(self.weights)

    @cached_property
    def listed_acts(self) -> LegalActs:
        """The legal acts in the file when they are first read; none without a file."""
        return NO_ACTS if self.legal_acts is None else read_legal_acts(self.legal_acts)

    @property
    def database_url(self) -> str:
        if self.matching_database_url is not None:
            return self.matching_database_url.get_secret_value()
        return f"sqlite+aiosqlite:///{self.data / 'matching.db'}"

    @property
    def undo_window(self) -> timedelta:
        """`undo_hours` as a span of time."""
        return timedelta(hours=self.undo_hours)

    @property
    def draft_life(self) -> timedelta:
        """`draft_days` as a span of time."""
        return timedelta(days=self.draft_days)

    @property
    def freeze(self) -> timedelta:
        """`freeze_days` as a span of time."""
        return timedelta(days=self.freeze_days)
