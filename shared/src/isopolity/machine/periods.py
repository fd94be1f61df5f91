"""How long links, codes and drafts hold: periods that one service keeps and that pages, mails or the command name.

Invariant: a text that names a period takes it from here, so that a change of the period changes the text.
"""

from datetime import timedelta
from typing import Final

SIGN_IN_LINK: Final = timedelta(minutes=30)
"""How long the link and the code of a sign-in mail hold."""
SIGN_IN_MAIL: Final = timedelta(minutes=10)
"""How long a sign-in mail also serves later requests with the same address: they make no other mail."""
ISSUER_SIGN_IN: Final = timedelta(minutes=10)
"""How long a sign-in waits for the answer of the issuer of staff."""
PRINTED_LINK: Final = timedelta(minutes=10)
"""How long a link holds with which a person of the office signs in while no mail goes out."""
SLOWED: Final = timedelta(minutes=10)
"""How long a stranger waits between two requests while very many come."""
ENROLMENT: Final = timedelta(days=7)
"""How long an enrolment code holds, with which staff brings an app that shows codes."""
APPLICATION_LINK: Final = timedelta(days=7)
"""How long the link to a new application holds until its first step is saved."""
APPLICATION_DRAFT: Final = timedelta(days=30)
"""How long a draft of an application is kept after each saved step, and how long an applicant has to answer."""
CONTACT_CHANGE: Final = timedelta(days=30)
"""How long a change of a contact is kept after its last step; while a refused one is kept, it cannot be asked anew."""
HANDOVER: Final = timedelta(days=14)
"""How long after its start a successor may confirm a handover; then the name and address are deleted."""
IMPORT_FILE: Final = timedelta(days=1)
"""How long a file that staff uploads is kept before it is imported."""
TYPED_FORM: Final = timedelta(days=1)
"""How long a form is kept for a person whose session has ended while filling it in."""
OWN_TOKEN: Final = timedelta(days=30)
"""The longest life of a token that a person makes with the command, if no setting says otherwise."""
KNOWN_BROWSER: Final = timedelta(days=400)
"""How long a browser keeps the cookie by which it is known; browsers keep none for longer."""

_UNITS: Final = (("day", timedelta(days=1)), ("hour", timedelta(hours=1)), ("minute", timedelta(minutes=1)))


def counted(period: timedelta) -> tuple[int, str]:
    """The period as a whole number of the largest unit that measures it: (30, "minute"), (7, "day").

    Raises ValueError for a period that is no whole number of minutes.
    """
    for name, unit in _UNITS:
        if period >= unit and not period % unit:
            return period // unit, name
    raise ValueError(f"{period} is no whole number of minutes")


def in_words(period: timedelta) -> str:
    """The period in English, such as `30 minutes`; pages and mails write it in their reader's language."""
    number, unit = counted(period)
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
