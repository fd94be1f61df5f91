"""Bodies of requests about changes of contacts."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from isopolity.registry.entrypoints import field_types as f
from isopolity.registry.entrypoints.http.bodies import Confirmation
from isopolity.registry.entrypoints.inputs import Input

Reason = Annotated[f.Text, Field(min_length=1, max_length=1000)]


class Erasure(Input):
    """Why a contact is erased; staff has to say so of a coordinator or programme officer."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "She has left, the mayor's office writes."}]})

    reason: Reason | None = None


class CallOfStaff(Input):
    """What the caller writes to staff, if anything; kept until 30 days after the last step."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"words": "I have not left. Call me, please."}]})

    words: f.Message | None = None


class CallOfStaffByLink(CallOfStaff, Confirmation):
    """The secret of a link, and what its reader writes to staff, if anything."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"secret": "…", "words": "I have not left."}]})


class ContactDecision(Input):
    """What staff decides about a change, and why."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"decision": "refuse", "reason": "The coordinator says that she stays."}]}
    )

    decision: Literal["make", "refuse"]
    reason: Reason
