"""The settings of matching that staff may see."""

from collections.abc import Mapping
from typing import Final

from isopolity.web.operations.settings import Shown

SHOWN: Final[Mapping[str, Shown]] = {
    "sending_policy": Shown("sending", lambda settings: str(settings.sending_policy)),
    "undo_hours": Shown("sending"),
    "answer_days": Shown("deadlines"),
    "interest_days": Shown("deadlines", lambda settings: settings.days_to_hear),
    "freeze_days": Shown("deadlines"),
    "held_proposal_days": Shown("deadlines"),
    "draft_days": Shown("deadlines"),
    "partnership_capacity_days": Shown("capacity"),
    "minimum_score": Shown("scores"),
    "weights": Shown("scores", lambda settings: settings.network_weights.document()),
    "affinity": Shown("scores", lambda settings: settings.affinity != "none"),
    "settled_proposal_days": Shown("retention"),
    "ended_partnership_days": Shown("retention"),
    "round_days": Shown("retention"),
    "certificate_days": Shown("retention"),
}
