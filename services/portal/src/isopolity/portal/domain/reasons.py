"""Where two members meet, read from the reasons that one of them gets: its needs beside what the other gives, and the
other way round.

Invariant: it follows from codes and parameters of the reasons alone; a reason that it cannot read stays a sentence.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from isopolity.client.matching.models import Reason

_TO_MIND: Final = ("no-common-language", "distance", "other-size")
"""Reasons that do not speak for a pair, as `docs/reasons.md` has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A need, or what meets it: subjects and a mode or a form of support, as codes; or the title of a request."""

    subjects: tuple[str, ...]
    how: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """A need of one side, and what of the other side meets it."""

    is_own_need: bool
    need: Topic
    offer: Topic
    level: str = ""
    """How well the offering side knows it, by its own word, from 1 to 5; empty of a programme."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    """The least and the most of a grant or a request, in whole units of its currency."""

    least: int
    most: int
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reasons:
    """The reasons of one side, sorted."""

    meetings: Sequence[Meeting]
    speaking: Sequence[str]
    """Other sentences for the pair."""
    to_mind: Sequence[str]
    """Sentences that the side should bear in mind."""
    grant: Amounts | None
    """What the programme gives, also said in a sentence."""
    asked: Amounts | None
    """What the city asks for, likewise."""


def reasons_of(reasons: Sequence[Reason]) -> Reasons:
    """The reasons as matching wrote them, each in one place."""
    read = [(each, _meeting(each.code, each.parameters or {})) for each in reasons]
    sentences = [each for each, meeting in read if meeting is None]
    known = next((each.parameters for each in reasons if each.code == "grant" and each.parameters), {})
    return Reasons(
        meetings=[meeting for _, meeting in read if meeting is not None],
        speaking=[each.text for each in sentences if each.code not in _TO_MIND],
        to_mind=[each.text for each in sentences if each.code in _TO_MIND],
        grant=_amounts(known, ""),
        asked=_amounts(known, "asked_"),
    )


def _amounts(known: Mapping[str, str], whose: str) -> Amounts | None:
    least, most, currency = (known.get(f"{whose}{name}") for name in ("least", "most", "currency"))
    if least is None or most is None or currency is None:
        return None
    return Amounts(least=int(least), most=int(most), currency=currency)


def _meeting(code: str, known: Mapping[str, str]) -> Meeting | None:
    """The need and the offer of a reason; None where it names none, or not all of both."""
    try:
        match code:
            case "need-met" | "offer-wanted":
                offered = known.get("offer_subject", known["subject"])
                return Meeting(
                    is_own_need=code == "need-met",
                    need=Topic(subjects=(known["subject"],), how=known["need_mode"]),
                    offer=Topic(subjects=(offered,), how=known["offer_mode"]),
                    level=known["level"],
                )
            case "need-fits":
                return Meeting(
                    is_own_need=known["to"] == "city",
                    need=Topic(subjects=(known["subject"],), how=known["mode"]),
                    offer=Topic(subjects=(known["supported"],), how=known.get("support", "")),
                )
            case "request-fits":
                return Meeting(
                    is_own_need=known["to"] == "city",
                    need=Topic(subjects=tuple(known["subjects"].split()), title=known["request"]),
                    offer=Topic(subjects=tuple(dict.fromkeys(known["supported"].split()))),
                )
            case _:
                return None
    except KeyError:
        return None
