"""The settings of registry that staff may see."""

from collections.abc import Mapping
from typing import Final

from isopolity.web.operations.settings import Shown

SHOWN: Final[Mapping[str, Shown]] = {
    "application_days": Shown("deadlines"),
    "claim_days": Shown("deadlines"),
    "review_programmes": Shown("endorsement"),
    "review_words": Shown("endorsement"),
    "review_requests": Shown("endorsement"),
    "session_days": Shown("access"),
    "staff_session_hours": Shown("access"),
    "staff_second_factor": Shown("access"),
    "applications_per_client": Shown("limits"),
    "applications_per_address": Shown("limits"),
    "applications_per_day": Shown("limits"),
    "sign_ins_per_address": Shown("limits"),
    "sign_ins_per_day": Shown("limits"),
    "sign_in_guesses_per_day": Shown("limits"),
    "known_browser_days": Shown("retention"),
    "decided_application_days": Shown("retention"),
    "withdrawn_member_days": Shown("retention"),
    "closed_request_days": Shown("retention"),
    "ended_twinning_days": Shown("retention"),
    "audit_days": Shown("retention"),
    "audit_address_days": Shown("retention"),
}
