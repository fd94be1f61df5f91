"""The check of what a certificate says of all pairs, row by row, with scores, rules and prices worked out anew.

A row has the pairs of one city with all others, or of one programme with all cities. Invariant: a pair that is neither
an edge of the certificate nor ruled out adds no more at its node than the certificate claims. All rows are checked, or
rows drawn by a seed that is public: the certificate's fingerprint.
"""

from collections.abc import Generator, Iterator, Mapping, Sequence
from itertools import islice
from math import comb, floor
from random import Random
from typing import Any, Final

import numpy as np

from isopolity.matching.assignment.certificate import Certificate
from isopolity.matching.assignment.certificate_document import fingerprint
from isopolity.matching.assignment.problem import WEIGHT_UNIT
from isopolity.matching.audit.claims import SPONSORSHIP, TWINNING, Claims
from isopolity.matching.audit.grant_worth import Grants
from isopolity.matching.audit.result import Audit
from isopolity.matching.audit.rule_meanings import takes_out
from isopolity.matching.audit.sealed_members import SealedMembers, hash_of, read
from isopolity.matching.audit.twinning_worth import Cities

MOST_MEMBERS: Final = 3_000
"""The number of members up to which all rows are checked."""
ROWS: Final = 500
"""The number of rows that are drawn beyond that."""
_MOST_FAULTS: Final = 20
_ROUNDING: Final = 1e-6
"""The part of a unit of weight by which two ways to add up a score may differ."""


def audited(certificate: Certificate, content: bytes | str, rows: int | None = None) -> Audit:
    """Check a certificate with the sealed members in `content`; `rows` is how many are drawn, by default as above.

    Raises InvalidCertificate for a document that holds no sealed members.
    """
    text = content.decode(errors="replace") if isinstance(content, bytes) else content
    sealed, of_all = read(text), certificate.all_pairs
    if of_all is None:
        return Audit(faults=["The certificate says nothing of pairs beyond its candidates."])
    if hash_of(text) != of_all.sealed:
        return Audit(faults=["These are not the members that the certificate was sealed with."])
    if sealed.has_affinity:
        return Audit(faults=["A learned model decided scores, too, and cannot be checked from the members."])
    return _Checking(certificate, sealed).checked(rows)


class _Checking:
    def __init__(self, certificate: Certificate, sealed: SealedMembers) -> None:
        self._certificate, self._sealed = certificate, sealed
        self._claims, self._cities, self._grants = Claims(certificate, sealed), Cities(sealed), Grants(sealed)
        self._barred = {
            kind: {frozenset(pair) if kind == TWINNING else tuple(pair) for pair in sealed.barred[kind]}
            for kind in (TWINNING, SPONSORSHIP)
        }
        self._has_room = {
            kind: np.array([city["room"][kind] > 0 for city in sealed.cities], bool) for kind in (TWINNING, SPONSORSHIP)
        }

    def checked(self, rows: int | None) -> Audit:
        """The result for all rows, or for so many that are drawn."""
        sealed = self._sealed
        all_rows = [
            (TWINNING, number)
            for number in np.flatnonzero(self._has_room[TWINNING]).tolist()
            if TWINNING in sealed.kinds
        ]
        programmes = [number for number, each in enumerate(sealed.programmes) if each["room"][SPONSORSHIP] > 0]
        all_rows += [(SPONSORSHIP, number) for number in programmes if SPONSORSHIP in sealed.kinds]
        most = (len(all_rows) if len(all_rows) <= MOST_MEMBERS else ROWS) if rows is None else rows
        drawn = all_rows
        if most < len(all_rows):
            drawn = sorted(Random(fingerprint(self._certificate)).sample(all_rows, most))  # noqa: S311 - a public draw
        added = dict[int, list[int]]()
        faults = [*islice(self._faults(drawn, len(programmes), added), _MOST_FAULTS)]
        if not faults and len(drawn) == len(all_rows):
            faults = [*islice(self._faults_of_cities(added), _MOST_FAULTS)]
        pairs = sum(int(self._has_room[kind].sum()) - (kind == TWINNING) for kind, _ in drawn)
        return Audit(faults=faults, rows=len(drawn), of_rows=len(all_rows), pairs=pairs)

    def _faults(self, drawn: Sequence[tuple[str, int]], programmes: int, added: dict[int, list[int]]) -> Iterator[str]:
        yield from self._claims.faults_of_places()
        yield from self._faults_of_number(programmes)
        for kind, number in drawn:
            yield from self._faults_of_row(kind, number, added)

    def _faults_of_number(self, programmes: int) -> Iterator[str]:
        kinds = self._sealed.kinds
        rooms = {kind: int(each.sum()) for kind, each in self._has_room.items()}
        pairs = comb(rooms[TWINNING], 2) * (TWINNING in kinds)
        pairs += programmes * rooms[SPONSORSHIP] * (SPONSORSHIP in kinds)
        of_all = self._certificate.all_pairs
        if of_all is not None and of_all.pairs != pairs:
            yield f"The certificate speaks of {of_all.pairs:,} pairs, and there are {pairs:,}."

    def _faults_of_row(self, kind: str, number: int, added: dict[int, list[int]]) -> Iterator[str]:
        sealed, is_twinning = self._sealed, kind == TWINNING
        member = sealed.cities[number] if is_twinning else sealed.programmes[number]
        scores = self._cities.row(number) if is_twinning else self._grants.row(number)
        km = self._cities.kilometres(number) if is_twinning else np.full(len(scores), np.nan)
        own, enough = list[int](), scores >= sealed.minimum_score + _ROUNDING / WEIGHT_UNIT
        enough &= self._has_room[kind]
        for other in np.flatnonzero(enough).tolist():
            partner = sealed.cities[other]
            distance = None if np.isnan(km[other]) else float(km[other])
            excess = yield from self._excess(kind, number, other, float(scores[other]), distance)
            if excess and member["node"][kind] is None and partner["node"][kind] is None:
                yield "Two members that may be paired are not in the certificate."
            if excess:
                own.append(excess * (1 + (partner["node"][kind] is None)))
                if not is_twinning and partner["node"][kind] is not None:
                    share = excess * (1 + (member["node"][kind] is None))
                    added.setdefault(partner["node"][kind], []).append(share)
        if member["node"][kind] is not None:
            yield from self._fault_of_node(member["node"][kind], own)

    def _faults_of_cities(self, added: Mapping[int, list[int]]) -> Iterator[str]:
        for node, values in added.items():
            yield from self._fault_of_node(node, values)

    def _fault_of_node(self, node: int, values: Sequence[int]) -> Iterator[str]:
        most = sorted(values, reverse=True)[: max(self._claims.room[node], 0)]
        found, claimed = -(-sum(most) // 2), self._claims.surplus.get(node, 0)
        if found > claimed:
            yield f"At node {node} pairs beyond the candidates could add {found}, and the certificate says {claimed}."

    def _excess(self, kind: str, number: int, other: int, score: float, km: float | None) -> Generator[str, None, int]:
        """The excess of a pair as the generator's value; faults of an edge of the certificate on the way."""
        sealed, claims = self._sealed, self._claims
        member = sealed.cities[number] if kind == TWINNING else sealed.programmes[number]
        partner = sealed.cities[other]
        nodes = [each["node"][kind] for each in (member, partner)]
        edge = (min(nodes), max(nodes)) if None not in nodes else None
        weight = self._weight(member, partner, kind, score)
        if edge in claims.weight_of and edge is not None:
            is_open = self._is_open(kind, number, other, km)
            if edge in claims.never and edge not in claims.must and is_open:
                yield f"The pair of nodes {edge[0]} and {edge[1]} is ruled out, and by no rule of the round."
            if not sealed.weighed_before and is_open and claims.weight_of[edge] < weight:
                yield f"The pair of nodes {edge[0]} and {edge[1]} weighs {claims.weight_of[edge]}, and not {weight}."
            return 0
        excess = claims.excess(member, partner, kind, weight)
        return excess if excess and self._is_open(kind, number, other, km) else 0

    def _is_open(self, kind: str, number: int, other: int, km: float | None) -> bool:
        """Whether neither the network nor a rule keeps the pair out."""
        sealed = self._sealed
        pair: Any = frozenset((number, other)) if kind == TWINNING else (number, other)
        if pair in self._barred[kind]:
            return False
        member = sealed.cities[number] if kind == TWINNING else sealed.programmes[number]
        return not any(takes_out(rule, kind, member, sealed.cities[other], km) for rule in sealed.rules)

    def _weight(self, member: Mapping[str, Any], partner: Mapping[str, Any], kind: str, score: float) -> int:
        """The weight of the pair; just below where rounding could go either way."""
        worth = score
        for each in (member, partner):
            worth *= 1.0 if each["yes"] is None else each["yes"][kind]
        return min(max(floor(worth * WEIGHT_UNIT + 0.5 - _ROUNDING), 1), WEIGHT_UNIT)
