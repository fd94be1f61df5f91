"""Sentences for refusals of services, by code and parameters, in the visitor's language; names of actors; texts of
mails.

Invariant: a code that is not known here has the service's own sentence, which is English; so has one whose sentence
says more than its parameters. A mail keeps its words, and each line that it ends by itself.
"""

import re
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Final

from isopolity.identity.actors import BY_COMMAND
from isopolity.portal.adapters.titles import RIGHTS

_EARLIER: Final = "isopolity-command"
"""Actor of the command's acts in releases that did not name the person who ran it."""
_WIDTH: Final = 76
"""Characters of a line in a mail, at which notify breaks it."""
_BEGINS: Final = re.compile(r"\s*(?:(?:-|\d+\.) .*)?")
"""A line that is empty, or begins an entry of a list."""


def _(text: str) -> str:
    """Marks a text for the catalogues."""
    return text


SENTENCES: Final[Mapping[str, str]] = {
    "already-answered": _("You have already answered. Your answer is final."),
    "approver": _("As an approver you cannot change this. Ask the coordinator or a deputy."),
    "command-only": _("You can do this only with the isopolity command, on the machine of the network."),
    "currency-missing": _("Give the currency of the amount. Amounts are not converted."),
    "entered-meanwhile": _(
        "This member has answered, or its answer was entered, since you opened this. Look at it first."
    ),
    "idempotency-key-reused": _("This form was already sent with other content. Open the page again."),
    "no-passkeys": _("Passkeys do not work at the address of this network. Sign in by mail."),
    "no-token": _("Sign in to see this."),
    "not-notify": _("Only the service that sends mails can do this."),
    "not-your-own": _("This belongs to another member."),
    "not-yours": _("This belongs to another member."),
    "operator-right-missing": _(
        "This needs the right to %(right)s. An operator who has all rights can give it to you."
    ),
    "operators-only": _("Only an operator who has all rights can change the rights of operators."),
    "proposal-settled": _("This proposal is closed."),
    "scope-missing": _("The account that you act for may not do this. Another of your accounts may."),
    "staff-right-missing": _("This needs the right to %(right)s. Somebody who manages the office can give it to you."),
    "token-refused": _("You have been signed out. Sign in again."),
    "too-large": _("This is too long to save; shorten texts or lists."),
    "too-many-entries": _("An answer of this member was entered too often. It can still answer by itself."),
    "too-many-requests": _("You have tried too often. Try again in %(seconds)s seconds."),
    # of one field
    "bool-parsing": _("Give yes or no."),
    "bool-type": _("Give yes or no."),
    "date-from-datetime-inexact": _("Give the date as year-month-day, for instance 2027-03-31."),
    "date-from-datetime-parsing": _("Give the date as year-month-day, for instance 2027-03-31."),
    "date-parsing": _("Give the date as year-month-day, for instance 2027-03-31."),
    "enum": _("Choose one from the list."),
    "finite-number": _("Give a number."),
    "float-parsing": _("Give a number, with a point before the decimals."),
    "float-type": _("Give a number."),
    "form-of-country": _("Choose a country."),
    "form-of-currency": _("Give the currency as its three letters, such as EUR."),
    "form-of-language": _("Choose a language."),
    "greater-than": _("Give more than %(gt)s."),
    "greater-than-equal": _("Give %(ge)s or more."),
    "int-from-float": _("Give a whole number."),
    "int-parsing": _("Give a whole number."),
    "int-parsing-size": _("Give a smaller number."),
    "int-type": _("Give a whole number."),
    "less-than": _("Give less than %(lt)s."),
    "less-than-equal": _("Give %(le)s or less."),
    "literal-error": _("Choose one from the list."),
    "missing": _("Give a value."),
    "string-too-long": _("Give at most %(max_length)s characters."),
    "string-too-short": _("Give a value."),
    "string-type": _("Give a text."),
    "too-few": _("Give %(min_length)s entries or more."),
    "too-few-characters": _("Give %(min_length)s characters or more."),
    "too-long": _("Give at most %(max_length)s entries."),
    "too-short": _("Give a value."),
}
"""By code. Those of fields are the codes of `isopolity.contracts.validation_sentences`."""

_OF_ONE: Final[Mapping[str, str]] = {"too-many-requests": _("You have tried too often. Try again in a second.")}
"""By code: the sentence where its number of seconds is 1."""
TIME_OF_PLACE: Final = _("%(place)s time")
"""After the hour of a moment where its reader is, as in “Helsinki time”."""
REFUSED: Final = _("The request was refused.")


def sentence_of(problem: Mapping[str, object], gettext: Callable[[str], str]) -> str:
    """The sentence of a problem, or of one of its fields; empty where it has none."""
    sentence, own = SENTENCES.get(str(problem.get("code"))), str(problem.get("detail") or "")
    if sentence is None:
        return own
    try:
        given = problem.get("parameters")
        parameters = {**given} if isinstance(given, Mapping) else {}
        if "right" in parameters:
            parameters["right"] = gettext(RIGHTS[parameters["right"]])
        if str(parameters.get("seconds")) == "1":
            sentence = _OF_ONE.get(str(problem["code"]), sentence)
        return gettext(sentence) % parameters
    except (KeyError, TypeError, ValueError):  # a release that gives less
        return own


_NAMELESS: Final = _("Somebody with the isopolity command")
_WITH_COMMAND: Final = _("%(name)s, with the isopolity command")


def doer(actor: str, people: Mapping[str, str], gettext: Callable[[str], str]) -> str:
    """Name of the actor of an act, by the id in `people`; the id itself where `people` does not have it."""
    if actor == _EARLIER:
        return gettext(_NAMELESS)
    if actor.startswith(BY_COMMAND):
        named = actor.removeprefix(BY_COMMAND)
        return gettext(_WITH_COMMAND) % {"name": people.get(named, named)}
    return people.get(actor, actor)


def unwrapped(text: str) -> str:
    """The text without the breaks that only keep lines short."""
    lines = text.split("\n")
    parts = lines[:1]
    for line, following in pairwise(lines):
        if _is_broken(line, following):
            parts.append(f" {following.strip()}")
        else:
            parts.append(f"\n{following}")
    return "".join(parts)


def _is_broken(line: str, following: str) -> bool:
    """Whether the first word of the line that follows had no room in this one."""
    if not line.strip() or _BEGINS.fullmatch(following):
        return False
    return len(line) + 1 + len(following.split()[0]) > _WIDTH
