"""The form of a reset: where a group is to read on, previewed, and confirmed with its name and a reason.

Invariant: what was typed stays; nothing is moved but by the second button, with the name of the group.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from isopolity.client.operations.models import Reset
from isopolity.contracts.catalogue import Group

_SHORTEST: Final = 3
"""Characters of a reason."""


class WrongField(ValueError):
    """What is wrong with one field of the form, by the field's name and a code of the page."""

    def __init__(self, field: str, code: str) -> None:
        super().__init__(code)
        self.field = field
        self.code = code


class WrongConfirmation(WrongField):
    """The order itself can be given; the typed name or the reason does not confirm it."""


def order_of(form: Mapping[str, str], group: Group, *, is_preview: bool) -> Reset:
    """The order for the service. Raises WrongField, of it WrongConfirmation for what a preview does not need."""
    to = form.get("to", "")
    if to not in ("start", "end", "offset", "moment"):
        raise WrongField("to", "choose")
    order = Reset(topic=form.get("topic", ""), to=to, dry_run=is_preview)
    if form.get("partition", "").strip():
        order = order.model_copy(update={"partition": _number(form, "partition")})
    if to == "offset":
        order = order.model_copy(update={"offset": _number(form, "offset")})
    if to == "moment":
        order = order.model_copy(update={"moment": _moment(form.get("moment", "").strip())})
    if is_preview:
        return order
    if form.get("typed_name", "").strip() != group.name:
        raise WrongConfirmation("typed_name", "name")
    if len(reason := form.get("reason", "").strip()) < _SHORTEST:
        raise WrongConfirmation("reset-reason", "reason")
    return order.model_copy(update={"typed_name": group.name, "reason": reason})


def _number(form: Mapping[str, str], field: str) -> int:
    text = form.get(field, "").strip()
    if not (text.isascii() and text.isdecimal() and len(text) <= 18):
        raise WrongField(field, "number")
    return int(text)


def _moment(text: str) -> datetime:
    """The moment with its zone: in UTC, where none is written."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise WrongField("moment", "moment") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
