"""A city on a partner's shortlist, as a form."""

from typing import Final

from isopolity.portal.domain.steps.fields import Form

STATUSES: Final = ("shortlisted", "in-conversation", "set-aside")
"""As registry knows them; a city that is not on the list is new."""
_FIELDS: Final = ("status", "programme_id", "diligence_on")


def stated_in(form: Form) -> dict[str, str | None]:
    """What the form states of the city, and which entry its page showed; what is empty is left out."""
    seen = {"seen_at": form["seen_at"] or None} if "seen_at" in form else {}
    return {name: value for name in _FIELDS if (value := form.get(name, "").strip())} | seen
