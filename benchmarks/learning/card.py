"""The model card of the pair model, made from the figures of the benchmark: docs/model-card.md, between its marks."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.report import between
from isopolity.matching.domain.pair_model.pair_model import DEFAULT_PAIR_LEARNING, Coefficient

Group = tuple[str, str]
"""The attribute by which cities are grouped, and the group."""

_DOCUMENT: Final = Path(__file__).parents[2] / "docs" / "model-card.md"
_MARKS: Final = ("<!-- learning: begin (make bench ONLY=learning) -->\n", "<!-- learning: end -->\n")
_LEAST: Final = 50
"""Groups with fewer proposals in a run are left out."""
_ENDS: Final = 4
"""How many of the groups that lose and gain most the card lists."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """The outcome of a policy, as a mean of all seeds."""

    agreements: float
    exposure: Mapping[Group, float]
    """By group: the rounds in which a city of it got a proposal, summed over its cities."""
    never: int
    """How many cities had candidates and got no proposal in all rounds, in the seed with most of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """The points of all policies for one taste."""

    taste: str
    rounds: int
    points: Mapping[str, Point]

    def gain(self, policy: str, before: str, peer: str) -> float:
        """The agreements that a policy gains, as a share of what the peer gains."""
        own, known, others = (self.points[name].agreements for name in (policy, before, peer))
        return (own - known) / (others - known)

    def changes(self, policy: str, before: str) -> Sequence[tuple[float, Group]]:
        """How the exposure of each large group changes, as a share, the greatest loss first."""
        now, known = self.points[policy].exposure, self.points[before].exposure
        return sorted((now[group] / known[group] - 1, group) for group in known if known[group] >= _LEAST)

    def worst(self, policy: str, before: str) -> tuple[Group, float]:
        """The group that loses most."""
        change, group = self.changes(policy, before)[0]
        return group, change


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """The coefficients under one taste, and how many answers they rest on."""

    answers: int
    coefficients: Sequence[Coefficient]
    whole: float
    """The share of rounds in which all that was learned counted, as no floor had to reduce it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """The figures of the card."""

    size: str
    default: str
    before: str
    peer: str
    tried: Sequence[Tried]
    learned: Mapping[str, Learned]


def write_card(card: Card) -> None:
    """Renew what stands between the marks."""
    text = "\n".join([*_curve(card), *_groups(card), *_coefficients(card)])
    _DOCUMENT.write_text(between(_DOCUMENT.read_text(), _MARKS, text + "\n"))


def _curve(card: Card) -> Iterator[str]:
    yield f"### Agreements against exposure\n\n{card.size}; means of all seeds. **{card.default}** is the default.\n"
    heads = (
        "taste",
        "rounds",
        "policy",
        "agreements",
        "of the peer's gain",
        "greatest loss of a group",
        "never proposed",
    )
    yield f"| {' | '.join(heads)} |"
    yield "|---|---|---|---|---|---|---|"
    for each in card.tried:
        peer_gains = each.points[card.peer].agreements > each.points[card.before].agreements
        for name, point in each.points.items():
            gain = f"{100 * each.gain(name, card.before, card.peer):.0f} %" if peer_gains else ""
            group, change = each.worst(name, card.before)
            loss = "" if name == card.before else f"{100 * change:+.1f} % ({group[0]}: {group[1]})"
            label = f"**{name}**" if name == card.default else name
            cells = (each.taste, str(each.rounds), label, f"{point.agreements:,.0f}", gain, loss, str(point.never))
            yield f"| {' | '.join(cells)} |"
    yield ""


def _groups(card: Card) -> Iterator[str]:
    yield "### Who gains and who loses proposals\n"
    yield f"The default against “{card.before}”, groups with {_LEAST} proposals or more.\n"
    yield "| taste | rounds | lose most | gain most |"
    yield "|---|---|---|---|"
    for each in card.tried:
        changes = each.changes(card.default, card.before)
        ends = ([*changes[:_ENDS]], [*reversed(changes[-_ENDS:])])
        told = ["; ".join(f"{by}: {name} {100 * change:+.1f} %" for change, (by, name) in end) for end in ends]
        yield f"| {each.taste} | {each.rounds} | {' | '.join(told)} |"
    yield ""


def _coefficients(card: Card) -> Iterator[str]:
    yield "### What was learned in the first seed\n"
    for taste, each in card.learned.items():
        yield f"**{taste.capitalize()}**, from {each.answers:,} answers. All that was learned counted in"
        yield f"{100 * each.whole:.0f} % of the rounds of all seeds that knew pairs; in the others floors reduced it.\n"
        yield "| pairs | odds of a yes, times | 95 % | answers |"
        yield "|---|---|---|---|"
        for one in each.coefficients:
            span = f"{one.low:.2f} to {one.high:.2f}"
            yield f"| {one.level} | {one.factor:.2f} | {span} | {one.answers:,} |"
        yield ""
    yield f"Effects together are bounded to {DEFAULT_PAIR_LEARNING.bound:g} times the odds."
