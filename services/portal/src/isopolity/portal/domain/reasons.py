"""Where two members meet, read from the reasons that one of them gets: its needs beside what the other gives, and the
other way round.

Invariant: it follows from codes and parameters of the reasons alone; a reason that it cannot read stays a sentence.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from isopolity.client.matching.models import InterestSummary, OwnProposalView, Reason

TO_MIND: Final = frozenset(
    {
        *("no-common-language", "one-sided", "low-fit", "few-hours", "distance", "other-size"),
        *("no-grant", "grant-differs"),
    }
)
"""Codes of reasons that do not speak for a pair, as `isopolity.contracts.matching` has them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Words of a member's own, and the language in which they are written; empty where the member does not say it."""

    text: str
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A need, or what meets it: subjects and a mode or a form of support, as codes; or the title of a request."""

    subjects: tuple[str, ...]
    how: str = ""
    title: Words | None = None
    text: Words | None = None
    """The member's own words about it."""
    topic: str = ""
    """The topic on which the two meet; empty where they meet on a subject."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """A need of one side, and what of the other side meets it."""

    is_own_need: bool
    need: Wish
    offer: Wish
    is_support: bool = False
    """Whether a programme meets it."""
    level: str = ""
    """How well the offering city knows it, by its own word, from 1 to 5; empty where it does not show its ratings."""


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
        speaking=[each.text for each in sentences if each.code not in TO_MIND],
        to_mind=[each.text for each in sentences if each.code in TO_MIND],
        grant=_amounts(known, ""),
        asked=_amounts(known, "asked_"),
    )


def reasons_in(proposal: OwnProposalView) -> Reasons:
    """The reasons of a proposal for its reader; needs and offers with the words in which their sides explain them."""
    found = reasons_of(proposal.own.reasons)
    own, other = proposal.own, proposal.other
    explained = [
        replace(
            each,
            need=_explained(each.need, (own if each.is_own_need else other).needs or ()),
            offer=_explained(each.offer, (other if each.is_own_need else own).offers or ()),
        )
        for each in found.meetings
    ]
    return replace(found, meetings=explained)


def _explained(wish: Wish, known: Iterable[InterestSummary]) -> Wish:
    for each in known:
        if (each.title or None) == (wish.title.text if wish.title else None) and _is_about(each, wish) and each.text:
            return replace(wish, text=Words(text=each.text, language=each.language or ""))
    return wish


def _is_about(summary: InterestSummary, wish: Wish) -> bool:
    return summary.mode == wish.how and summary.subject in wish.subjects


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
                need, offer = _exchanged(known)
                level = known.get("level", "")
                return Meeting(is_own_need=code == "need-met", need=need, offer=offer, level=level)
            case "need-fits" | "request-fits":
                need, offer = _needed(known) if code == "need-fits" else _requested(known)
                return Meeting(is_own_need=known["to"] == "city", need=need, offer=offer, is_support=True)
            case _:
                return None
    except KeyError:
        return None


def _exchanged(known: Mapping[str, str]) -> tuple[Wish, Wish]:
    offered = known.get("offer_subject", known["subject"])
    need = _wish(known, "need", (known["subject"],), known["need_mode"])
    return need, _wish(known, "offer", (offered,), known["offer_mode"])


def _needed(known: Mapping[str, str]) -> tuple[Wish, Wish]:
    need = _wish(known, "need", (known["subject"],), known["mode"])
    return need, _wish(known, "offer", tuple(known["supported"].split()), known.get("support", ""))


def _requested(known: Mapping[str, str]) -> tuple[Wish, Wish]:
    asked = _wish(known, "request", tuple(known["subjects"].split()), "")
    title = Words(text=known["request"], language=known.get("request_language", ""))
    supported = tuple(dict.fromkeys(known["supported"].split()))
    return replace(asked, title=title), _wish(known, "offer", supported, "")


def _wish(known: Mapping[str, str], whose: str, subjects: tuple[str, ...], how: str) -> Wish:
    title = known.get(f"{whose}_title")
    topic = known.get("topic", "")
    return Wish(
        subjects=subjects,
        how=how,
        title=Words(text=title, language=known.get(f"{whose}_language", "")) if title else None,
        topic=known.get("offer_topic", topic) if whose == "offer" else topic,
    )
