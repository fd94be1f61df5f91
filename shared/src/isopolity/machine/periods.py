"""How long links, codes and drafts are valid: periods that one service enforces and pages, mails or the command name.

Invariant: a text that names a period takes it from here, so that a change of the period changes the text.
"""

from datetime import timedelta
from typing import Final

SIGN_IN_LINK: Final = timedelta(minutes=30)
"""How long the link and the code of a sign-in mail are valid."""
SIGN_IN_MAIL: Final = timedelta(minutes=10)
"""How long later requests with an address cause no further sign-in mail, since the first one is still new."""
ISSUER_SIGN_IN: Final = timedelta(minutes=10)
"""How long a sign-in through the staff's identity provider may take."""
PRINTED_LINK: Final = timedelta(minutes=10)
"""How long a link is valid with which a person of the office signs in while mails cannot be sent."""
SLOWED: Final = timedelta(minutes=10)
"""How long a visitor without an account must wait between two requests while there are very many."""
ENROLMENT: Final = timedelta(days=7)
"""How long the code is valid with which a person of the staff enrols an authenticator app."""
APPLICATION_LINK: Final = timedelta(days=7)
"""How long the link to a new application is valid until its first step is saved."""
APPLICATION_DRAFT: Final = timedelta(days=30)
"""How long a draft of an application is kept after each saved step, and how long an applicant has to answer."""
CONTACT_CHANGE: Final = timedelta(days=30)
"""How long a change of a contact is kept after its last step; a refused change cannot be asked for again until then."""
HANDOVER: Final = timedelta(days=14)
"""How long a successor may confirm a handover after its start; then the name and address are deleted."""
IMPORT_FILE: Final = timedelta(days=7)
"""How long a file that staff uploads is kept with its corrections before it is imported."""
IMPORT_UNDO: Final = timedelta(days=30)
"""How long staff can take an import back; then what it changed is no longer kept apart."""
IMPORT_LAYOUT: Final = timedelta(days=400)
"""How long the layout of a file that staff uploads is kept after its last use: a year, and a month for a late file."""
TYPED_FORM: Final = timedelta(days=1)
"""How long a form is kept for a person whose session has ended while filling it in."""
OWN_TOKEN: Final = timedelta(days=30)
"""The longest life of a token that a person makes with the command, by default."""
KNOWN_BROWSER: Final = timedelta(days=400)
"""How long a browser keeps the cookie that identifies it; browsers allow no longer period."""
INVITATION: Final = timedelta(days=30)
"""The least time between two invitations of a city to make a request, for whatever programmes."""
UNDONE_MERGER: Final = timedelta(days=30)
"""How long a merger of two entries can be undone, and what that takes is kept."""

_UNITS: Final = (("day", timedelta(days=1)), ("hour", timedelta(hours=1)), ("minute", timedelta(minutes=1)))


def counted(period: timedelta) -> tuple[int, str]:
    """The period as a whole number of the largest unit that divides it: (30, "minute"), (7, "day").

    Raises ValueError for a period that is not a whole number of minutes.
    """
    for name, unit in _UNITS:
        if period >= unit and not period % unit:
            return period // unit, name
    raise ValueError(f"{period} is no whole number of minutes")


def in_words(period: timedelta) -> str:
    """The period in English, such as `30 minutes`; pages and mails write it in their reader's language."""
    number, unit = counted(period)
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
