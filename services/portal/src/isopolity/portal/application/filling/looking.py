"""What a form asks for by another button than “Save”: to look something up, or to take what was found.

Invariant: the form goes on as it was filled in; nothing is saved by looking.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from isopolity.portal.application.filling.subjects import subjects_for
from isopolity.portal.domain.steps.fields import Form
from isopolity.portal.domain.steps.interest_rows import PARTS, with_subject

BUTTON: Final = "do"
"""The name of the form's buttons: `save`, `find`, and `enter`, which the Enter key presses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """The form as it goes on, and what was found by the name of the field that asked; nothing for an empty list."""

    form: Form
    found: Mapping[str, Sequence[Any]] = field(default_factory=dict)


def looked(form: Form) -> Looked | None:
    """What the form asks for; None where it is to be saved."""
    for kind in PARTS:
        if subject := form.get(f"add-{kind}"):
            return Looked(form=with_subject({**form, f"{kind}-text": ""}, kind, subject))
    texts = {f"{kind}-text": form.get(f"{kind}-text", "").strip() for kind in PARTS}
    asked = form.get(BUTTON)
    if asked == "find" or (asked == "enter" and any(texts.values())):
        return Looked(form=form, found={name: subjects_for(text) for name, text in texts.items() if text})
    return None
