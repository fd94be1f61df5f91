"""The network: a NetworkX graph of members and ties, built by applying the states that events carry.

Invariant: the graph is a function of the newest state of each member and each tie, whatever order they came in,
how often, and from which topic. A tie whose member is not known yet waits inside. Ties that are not public are kept
apart: they tie the two members, and nothing else is made of them.
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
"""Changes that are remembered; a reader that has missed more reads the whole network."""


class ChangeKind(Enum):
    """The kinds of changes of a network: of a member, a request or a tie, or a member that a tie has left."""

    MEMBER = "member"
    REQUEST = "request"
    TIE = "tie"
    FORMER_END = "former end"


@dataclass(frozen=True, slots=True)
class Tie:
    """A twinning or partnership between two members, in its newest state."""

    tie_id: str
    version: int
    active: bool
    a: str
    b: str
    kind: str
    is_public: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownMember:
    """A member as the network holds it."""

    member_id: str
    kind: str
    version: int
    status: str
    state: bytes
    told_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The network at one revision, to be read in another thread while events come in.

    Some changes since that revision may be in it already.
    """

    revision: int
    members: Sequence[KnownMember]
    requests: Mapping[str, bytes]
    ties: nx.MultiGraph
    """The members that have public ties, and these ties."""
    apart: nx.MultiGraph
    """The ties that are not public."""


class Network:
    """Members are nodes (attributes `kind`, `version`, `status`, `state`, `told_on`), active ties are edges by id.

    `state` is the member's state as bytes; the network does not look inside. Bytes take a tenth of the memory of
    objects, and cost the garbage collector nothing.
    """

    def __init__(self, *, contacts_count: bool = False) -> None:
        """With `contacts_count`, only a member with a confirmed contact can be mailed; without, every member can be."""
        self.graph: nx.MultiGraph = nx.MultiGraph()
        self.apart: nx.MultiGraph = nx.MultiGraph()
        """The ties that are not public, between members of the graph."""
        self.requests: dict[str, bytes] = {}
        self._members: dict[str, int] = {}
        self._requests: dict[str, int] = {}
        self._ties: dict[str, Tie] = {}
        self._ties_of: defaultdict[str, set[str]] = defaultdict(set)
        self._contacts_count = contacts_count
        self._contacts: dict[str, tuple[int, str | None, bool]] = {}
        self._confirmed_of: Counter[str] = Counter()
        self._unconfirmed_of: Counter[str] = Counter()
        self._unmailable: set[str] = set()
        self._told_unmailable: frozenset[str] | None = None
        self._known_unconfirmed: frozenset[str] | None = None
        self.revision = 0
        """The number of changes so far."""
        self.tie_count = 0
        """The number of all ties, counted as they come and go: networkx would look at each member."""
        self._changes: deque[tuple[ChangeKind, str]] = deque(maxlen=_REMEMBERED)

    def changes_since(self, revision: int) -> Sequence[tuple[ChangeKind, str]] | None:
        """The changes since that revision, the newest first, or None where they are not remembered."""
        missed = self.revision - revision
        return list(islice(reversed(self._changes), missed)) if missed <= len(self._changes) else None

    def put_member(
        self, kind: str, member_id: str, version: int, status: str, state: bytes, told_on: date | None = None
    ) -> None:
        """Take in a member's state, and when it was told, if it is newer than what is known."""
        if version <= self._members.get(member_id, 0):
            return
        self._members[member_id] = version
        self._changed(ChangeKind.MEMBER, member_id)
        if status == WITHDRAWN:
            self._remove_node(member_id)
            return
        is_new = member_id not in self.graph
        self.graph.add_node(member_id, kind=kind, version=version, status=status, state=state, told_on=told_on)
        if is_new:
            self._look_at_contacts(member_id)
            for tie_id in self._ties_of.get(member_id, ()):
                self._connect(self._ties[tie_id])

    def put_request(self, request_id: str, version: int, is_open: bool, state: bytes) -> None:
        """Take in a request's state if it is newer than what is known; a closed one is only remembered as closed."""
        if version <= self._requests.get(request_id, 0):
            return
        self._requests[request_id] = version
        self._changed(ChangeKind.REQUEST, request_id)
        if is_open:
            self.requests[request_id] = state
        else:
            self.requests.pop(request_id, None)

    def put_tie(self, tie: Tie) -> None:
        """Take in a tie's state if it is newer than what is known."""
        known = self._ties.get(tie.tie_id)
        if known is not None and tie.version <= known.version:
            return
        if known is not None:  # of other members, where one of them was merged since
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
        """A tombstone: the member was never there."""
        self._members.pop(member_id, None)
        self._changed(ChangeKind.MEMBER, member_id)
        self._remove_node(member_id)

    def forget_request(self, request_id: str) -> None:
        """A tombstone: the request was never there."""
        self._requests.pop(request_id, None)
        self._changed(ChangeKind.REQUEST, request_id)
        self.requests.pop(request_id, None)

    def forget_tie(self, tie_id: str) -> None:
        """A tombstone: the tie was never there."""
        tie = self._ties.pop(tie_id, None)
        self._changed(ChangeKind.TIE, tie_id)
        if tie is not None:
            self._disconnect(tie)
            for end in (tie.a, tie.b):
                self._ties_of[end].discard(tie_id)

    @property
    def unmailable(self) -> frozenset[str]:
        """The members that cannot be mailed, since they have no contact that has confirmed its address."""
        if self._told_unmailable is None:
            self._told_unmailable = frozenset(self._unmailable)
        return self._told_unmailable

    @property
    def unconfirmed(self) -> frozenset[str]:
        """The members among `unmailable` that have contacts, none of whom has confirmed the address."""
        if self._known_unconfirmed is None:
            found = (member_id for member_id in self._unmailable if self._unconfirmed_of[member_id] > 0)
            self._known_unconfirmed = frozenset(found)
        return self._known_unconfirmed

    def put_contact(self, contact_id: str, version: int, member_id: str | None, *, confirmed: bool = True) -> None:
        """Take in the member of a contact, None once erased, if that is newer than what is known."""
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
        """The network as it is now, member by member; what changes between two steps may be in it already or not."""
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
        """A member, or None where it is unknown or withdrawn."""
        data = self.graph.nodes.get(member_id)  # empty while another thread adds the node
        return KnownMember(member_id=member_id, **data) if data else None

    def ends(self, tie_id: str) -> tuple[str, str]:
        """The two members of a tie, whether or not it stands. Raises KeyError for one that was forgotten."""
        tie = self._ties[tie_id]
        return tie.a, tie.b

    def ever_tied_to(self, member_id: str) -> Collection[str]:
        """Members with whom a tie of this member is known, whether or not it stands."""
        ends = (self.ends(tie_id) for tie_id in self._ties_of.get(member_id, ()))
        return {b if a == member_id else a for a, b in ends}

    def member(self, member_id: str) -> tuple[str, bytes] | None:
        """Kind and state of a member, or None where it is unknown or withdrawn."""
        node = self.graph.nodes.get(member_id)
        return (node["kind"], node["state"]) if node else None

    def version(self, identifier: str) -> int:
        """The newest version known of a member or a request, 0 for none."""
        return self._members.get(identifier) or self._requests.get(identifier, 0)

    def tied(self, one: str, other: str) -> bool:
        """Whether an active tie joins the two, public or not."""
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
            self._told_unmailable = self._known_unconfirmed = None
