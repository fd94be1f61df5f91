"""The network: a NetworkX graph of members and ties, built by applying the states that events carry.

Invariant: the graph is a function of the newest state of each member and each tie, whatever the order, number and topic
of the events. A tie whose member is not known yet is kept until the member comes. Ties that are not public are kept
apart: they exclude a proposal of the pair and have no other effect.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Collection, Generator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from itertools import islice
from typing import Final

import networkx as nx

from isopolity.matching.domain.member import WITHDRAWN

_REMEMBERED: Final = 1 << 12
"""The number of changes that are remembered; a reader that missed more reads the whole network."""


class ChangeKind(Enum):
    """The kinds of changes of a network; FORMER_END names a member that a tie had before it moved to another."""

    MEMBER = "member"
    REQUEST = "request"
    TIE = "tie"
    FORMER_END = "former end"


@dataclass(frozen=True, slots=True)
class Tie:
    """The newest state of a twinning or partnership between two members."""

    tie_id: str
    version: int
    active: bool
    a: str
    b: str
    kind: str
    is_public: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownMember:
    """The stored attributes of a member; `state` is its state as bytes."""

    member_id: str
    kind: str
    version: int
    status: str
    state: bytes
    told_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The network at one revision, which another thread reads while events come in.

    It may contain some later changes already.
    """

    revision: int
    members: Sequence[KnownMember]
    requests: Mapping[str, bytes]
    ties: nx.MultiGraph
    """The graph of the public ties and the members at their ends."""
    apart: nx.MultiGraph
    """The graph of the ties that are not public."""


class Network:
    """Members are nodes (attributes `kind`, `version`, `status`, `state`, `told_on`), active ties are edges by id.

    `state` is the member's state as bytes; the network does not look inside. Bytes take a tenth of the memory of
    objects, and cost the garbage collector nothing.
    """

    def __init__(self, *, contacts_count: bool = False) -> None:
        """With `contacts_count`, only members with a confirmed contact can be mailed; without it, every member can."""
        self.graph: nx.MultiGraph = nx.MultiGraph()
        self.apart: nx.MultiGraph = nx.MultiGraph()
        """The ties that are not public, between members of the graph."""
        self.requests: dict[str, bytes] = {}
        self._members: dict[str, int] = {}
        self._left: dict[str, tuple[str, bytes]] = {}
        self._requests: dict[str, int] = {}
        self._ties: dict[str, Tie] = {}
        self._ties_of: defaultdict[str, set[str]] = defaultdict(set)
        self._contacts_count = contacts_count
        self._contacts: dict[str, tuple[int, str | None, bool]] = {}
        self._confirmed_of: Counter[str] = Counter()
        self._unconfirmed_of: Counter[str] = Counter()
        self._unmailable: set[str] = set()
        self._frozen_unmailable: frozenset[str] | None = None
        self._known_unconfirmed: frozenset[str] | None = None
        self.revision = 0
        """The number of changes so far."""
        self.tie_count = 0
        """The number of all ties, kept up to date here because networkx would visit each member to count them."""
        self._changes: deque[tuple[ChangeKind, str]] = deque(maxlen=_REMEMBERED)

    def changes_since(self, revision: int) -> Sequence[tuple[ChangeKind, str]] | None:
        """The changes since that revision, the newest first; None if they are no longer remembered."""
        missed = self.revision - revision
        return list(islice(reversed(self._changes), missed)) if missed <= len(self._changes) else None

    def put_member(
        self, kind: str, member_id: str, version: int, status: str, state: bytes, told_on: date | None = None
    ) -> None:
        """Store a member's state, and the day of its last update, if its version is newer than the known one."""
        if version <= self._members.get(member_id, 0):
            return
        self._members[member_id] = version
        self._changed(ChangeKind.MEMBER, member_id)
        if status == WITHDRAWN:
            self._remove_node(member_id)
            self._left[member_id] = (kind, state)
            return
        self._left.pop(member_id, None)
        is_new = member_id not in self.graph
        self.graph.add_node(member_id, kind=kind, version=version, status=status, state=state, told_on=told_on)
        if is_new:
            self._look_at_contacts(member_id)
            for tie_id in self._ties_of.get(member_id, ()):
                self._connect(self._ties[tie_id])

    def put_request(self, request_id: str, version: int, is_open: bool, state: bytes) -> None:
        """Store a request's state if its version is newer than the known one; of a closed request only that is kept."""
        if version <= self._requests.get(request_id, 0):
            return
        self._requests[request_id] = version
        self._changed(ChangeKind.REQUEST, request_id)
        if is_open:
            self.requests[request_id] = state
        else:
            self.requests.pop(request_id, None)

    def put_tie(self, tie: Tie) -> None:
        """Store a tie's state if its version is newer than the known one."""
        known = self._ties.get(tie.tie_id)
        if known is not None and tie.version <= known.version:
            return
        if known is not None:  # between other members, if one of its members was merged since
            self._disconnect(known)
            for end in {known.a, known.b} - {tie.a, tie.b}:
                self._ties_of[end].discard(tie.tie_id)
                self._changed(ChangeKind.FORMER_END, end)
        self._ties[tie.tie_id] = tie
        self._changed(ChangeKind.TIE, tie.tie_id)
        for end in (tie.a, tie.b):
            self._ties_of[end].add(tie.tie_id)
        self._connect(tie)

    def forget_member(self, member_id: str) -> None:
        """Apply a tombstone: remove the member and its version, as if it had never been there."""
        self._members.pop(member_id, None)
        self._left.pop(member_id, None)
        self._changed(ChangeKind.MEMBER, member_id)
        self._remove_node(member_id)

    def forget_request(self, request_id: str) -> None:
        """Apply a tombstone: remove the request and its version, as if it had never been there."""
        self._requests.pop(request_id, None)
        self._changed(ChangeKind.REQUEST, request_id)
        self.requests.pop(request_id, None)

    def forget_tie(self, tie_id: str) -> None:
        """Apply a tombstone: remove the tie and its version, as if it had never been there."""
        tie = self._ties.pop(tie_id, None)
        self._changed(ChangeKind.TIE, tie_id)
        if tie is not None:
            self._disconnect(tie)
            for end in (tie.a, tie.b):
                self._ties_of[end].discard(tie_id)

    @property
    def unmailable(self) -> frozenset[str]:
        """The members that cannot be mailed, as none of their contacts has a confirmed address."""
        if self._frozen_unmailable is None:
            self._frozen_unmailable = frozenset(self._unmailable)
        return self._frozen_unmailable

    @property
    def unconfirmed(self) -> frozenset[str]:
        """The members among `unmailable` that have contacts, but none with a confirmed address."""
        if self._known_unconfirmed is None:
            found = (member_id for member_id in self._unmailable if self._unconfirmed_of[member_id] > 0)
            self._known_unconfirmed = frozenset(found)
        return self._known_unconfirmed

    def put_contact(self, contact_id: str, version: int, member_id: str | None, *, confirmed: bool = True) -> None:
        """Store the member of a contact, None once erased, if the version is newer than the known one."""
        known_version, known_member, was_confirmed = self._contacts.get(contact_id, (0, None, True))
        if version <= known_version:
            return
        self._contacts[contact_id] = (version, member_id, confirmed)
        self._count_contact(known_member, -1, confirmed=was_confirmed)
        self._count_contact(member_id, 1, confirmed=confirmed)

    def forget_contact(self, contact_id: str) -> None:
        """A tombstone: the contact was never there."""
        _, member_id, was_confirmed = self._contacts.pop(contact_id, (0, None, True))
        self._count_contact(member_id, -1, confirmed=was_confirmed)

    def snapshot(self) -> Generator[None, None, Snapshot]:
        """Copy the network member by member; a change that comes between two steps may be in the copy or not."""
        members, ties, apart = list[KnownMember](), nx.MultiGraph(), nx.MultiGraph()
        revision, requests = self.revision, dict(self.requests)
        for member_id in list(self.graph):
            yield
            if (member := self.known(member_id)) is not None:
                members.append(member)
                for found, known in ((ties, self.graph), (apart, self.apart)):
                    found.add_edges_from(
                        (member_id, other, tie_id, dict(data))
                        for other, ties_with in known.adj.get(member_id, {}).items()
                        if not found.has_edge(member_id, other)
                        for tie_id, data in ties_with.items()
                    )
        return Snapshot(revision=revision, members=members, requests=requests, ties=ties, apart=apart)

    def known(self, member_id: str) -> KnownMember | None:
        """The attributes of a member; None if it is unknown or withdrawn."""
        data = self.graph.nodes.get(member_id)  # empty while another thread adds the node
        return KnownMember(member_id=member_id, **data) if data else None

    def ends(self, tie_id: str) -> tuple[str, str]:
        """The two members of a tie, active or not. Raises KeyError for a tie that is unknown or was forgotten."""
        tie = self._ties[tie_id]
        return tie.a, tie.b

    def ever_tied_to(self, member_id: str) -> Collection[str]:
        """The members to which this member has, or once had, a known tie."""
        ends = (self.ends(tie_id) for tie_id in self._ties_of.get(member_id, ()))
        return {b if a == member_id else a for a, b in ends}

    def member(self, member_id: str) -> tuple[str, bytes] | None:
        """The kind and state of a member; None if it is unknown or withdrawn."""
        node = self.graph.nodes.get(member_id)
        return (node["kind"], node["state"]) if node else None

    def member_or_left(self, member_id: str) -> tuple[str, bytes] | None:
        """The kind and last state of a member that is in the network or has left it; None if unknown or forgotten."""
        return self.member(member_id) or self._left.get(member_id)

    def version(self, identifier: str) -> int:
        """The newest known version of a member or request; 0 if it is unknown."""
        return self._members.get(identifier) or self._requests.get(identifier, 0)

    def tied(self, one: str, other: str) -> bool:
        """Whether an active tie, public or not, joins the two members."""
        return bool(self.graph.has_edge(one, other) or self.apart.has_edge(one, other))

    def _changed(self, kind: ChangeKind, identifier: str) -> None:
        self.revision += 1
        self._changes.append((kind, identifier))

    def _connect(self, tie: Tie) -> None:
        if tie.active and tie.a in self.graph and tie.b in self.graph:
            ties = self.graph if tie.is_public else self.apart
            self.tie_count += not ties.has_edge(tie.a, tie.b, key=tie.tie_id)
            ties.add_edge(tie.a, tie.b, key=tie.tie_id, kind=tie.kind)

    def _disconnect(self, tie: Tie) -> None:
        for ties in (self.graph, self.apart):
            if ties.has_edge(tie.a, tie.b, key=tie.tie_id):
                ties.remove_edge(tie.a, tie.b, key=tie.tie_id)
                self.tie_count -= 1

    def _remove_node(self, member_id: str) -> None:
        for ties in (self.graph, self.apart):
            if member_id in ties:
                self.tie_count -= sum(map(len, ties.adj[member_id].values()))
                ties.remove_node(member_id)
        self._look_at_contacts(member_id)

    def _count_contact(self, member_id: str | None, by: int, *, confirmed: bool) -> None:
        if member_id is not None:
            (self._confirmed_of if confirmed else self._unconfirmed_of)[member_id] += by
            self._known_unconfirmed = None
            self._look_at_contacts(member_id)

    def _look_at_contacts(self, member_id: str) -> None:
        is_unmailable = self._contacts_count and member_id in self.graph and self._confirmed_of[member_id] <= 0
        if is_unmailable != (member_id in self._unmailable):
            (self._unmailable.add if is_unmailable else self._unmailable.discard)(member_id)
            self._frozen_unmailable = self._known_unconfirmed = None
