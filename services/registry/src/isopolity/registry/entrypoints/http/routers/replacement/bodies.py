"""Bodies of requests about changes of contacts."""

from typing import Literal

from pydantic import ConfigDict

from isopolity.registry.entrypoints import field_types as f
from isopolity.registry.entrypoints.http.bodies import Confirmation, Reason
from isopolity.registry.entrypoints.inputs import Input


class Erasure(Input):
    """Reason why a contact is erased; staff has to give it for a coordinator or programme officer."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "She has left, the mayor's office writes."}]})

    reason: Reason | None = None


class CallOfStaff(Input):
    """A message to staff, or none; kept until 30 days after the last step."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"words": "I have not left. Call me, please."}]})

    words: f.Message | None = None


class CallOfStaffByLink(CallOfStaff, Confirmation):
    """The secret of a link, and its reader's message to staff, or none."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"secret": "…", "words": "I have not left."}]})


class ContactDecision(Input):
    """A decision of staff about a change, and the reason."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"decision": "refuse", "reason": "The coordinator says that she stays."}]}
    )

    decision: Literal["make", "refuse"]
    reason: Reason
