"""The settings of matching: what all services share, and its own."""

from datetime import timedelta
from typing import Self

from pydantic import Field, FilePath, SecretStr, field_validator, model_validator

from isopolity.matching.adapters.affinity.model_choice import NONE, chosen_affinity
from isopolity.matching.adapters.weights_file import read_weights
from isopolity.matching.application.ports.engine import Affinity
from isopolity.matching.application.workflows.surroundings import SendingPolicy
from isopolity.matching.domain.scores.weights import DEFAULT_WEIGHTS, Weights
from isopolity.matching.errors import InvalidWeights, UnusableModel
from isopolity.settings import Settings


class MatchingSettings(Settings):
    """Read from `ISOPOLITY_…`."""

    matching_database_url: SecretStr | None = None
    """`postgresql://user:password@host/database`; a SQLite file in the data folder if not set."""
    sending_policy: SendingPolicy = SendingPolicy.HOLD
    """`hold`: staff approves everything; `rounds-only`; `automatic`: whoever joins or changes gets suggestions too."""
    answer_days: int = Field(default=21, ge=1)
    """How long both sides have to answer."""
    freeze_days: int = Field(default=365, ge=0)
    """How long a pair is not proposed again after its proposal was settled, whatever the answers."""
    settled_proposal_days: int = Field(default=1825, ge=120)
    """How long a settled proposal is kept, with both answers; rounds learn from what is there."""
    held_proposal_days: int = Field(default=180, ge=7)
    """How long a held proposal waits to be approved."""
    ended_partnership_days: int = Field(default=1825, ge=30)
    """How long an ended partnership is kept."""
    round_days: int = Field(default=1825, ge=30)
    """How long a round that is over is kept."""
    certificate_days: int = Field(default=1825, ge=30)
    """How long the certificate of a round is kept; it goes with the round at the latest."""
    minimum_score: float = Field(default=0.35, ge=0, le=1)
    """Pairs below are never proposed."""
    weights: FilePath | None = None
    """What each part of a score is worth, TOML or JSON; the release's own if not set."""
    affinity: str | None = None
    """A model file of `isopolity affinity train`, or `none`; the release's own model if not set."""
    settle_seconds: float = Field(default=30.0, gt=0)
    """How often deadlines are looked at."""
    graph_patience_seconds: float = Field(default=15.0, gt=0)
    """How long work waits for the network to be read, before it is tried again later."""

    @field_validator("weights")
    @classmethod
    def _usable(cls, path: FilePath | None) -> FilePath | None:
        try:
            if path is not None:
                read_weights(path)
        except (InvalidWeights, OSError) as error:
            raise ValueError(str(error)) from None
        return path

    @field_validator("affinity")
    @classmethod
    def _sound(cls, choice: str | None) -> str | None:
        if choice not in (None, NONE):
            try:
                chosen_affinity(choice)
            except UnusableModel as error:
                raise ValueError(str(error)) from None
        return choice

    @model_validator(mode="after")
    def _keeps_what_freezes(self) -> Self:
        if self.settled_proposal_days < self.freeze_days:
            raise ValueError(
                "ISOPOLITY_SETTLED_PROPOSAL_DAYS must not be below ISOPOLITY_FREEZE_DAYS: they freeze pairs"
            )
        return self

    @property
    def network_affinity(self) -> Affinity | None:
        """What real twinnings teach, unless the network does without or gives it no weight. Raises UnusableModel."""
        return chosen_affinity(self.affinity) if self.network_weights.twinning["affinity"] > 0 else None

    @property
    def network_weights(self) -> Weights:
        """The weights in the file, or those of the release."""
        return DEFAULT_WEIGHTS if self.weights is None else read_weights(self.weights)

    @property
    def database_url(self) -> str:
        if self.matching_database_url is not None:
            return self.matching_database_url.get_secret_value()
        return f"sqlite+aiosqlite:///{self.data / 'matching.db'}"

    @property
    def freeze(self) -> timedelta:
        """`freeze_days` as a span of time."""
        return timedelta(days=self.freeze_days)
