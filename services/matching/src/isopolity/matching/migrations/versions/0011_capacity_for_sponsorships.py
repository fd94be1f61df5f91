"""A city holds capacity for sponsorships under a name of its own, `city/ID/sponsorships`; both kinds shared `city/ID`.

Slots that sponsorships hold move there, with the proposals, partnerships and alternates that name the holder. A city
can handle as many sponsorships as twinnings until it says otherwise. In drafts such a city becomes two nodes. Where
pairs of both kinds compete for it, the chosen pairs say how its room is divided: so the bound of the draft still holds.
"""

from collections.abc import Callable
from io import BytesIO
from typing import Any
from zlib import compress, decompress

import numpy as np
import sqlalchemy as sa
from alembic import op

from isopolity.persistence.portable_sql import JsonDocument, pieces

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_CITY, _PROGRAMME, _OWN = "city/", "programme/", "/sponsorships"
Arrays = dict[str, np.ndarray[Any, np.dtype[Any]]]

_members = sa.table("members", sa.column("member_id"), sa.column("kind"), sa.column("capacities", JsonDocument))
_proposals = sa.table("proposals", sa.column("proposal_id"), sa.column("pair_key"), sa.column("document", JsonDocument))
_partnerships = sa.table("partnerships", sa.column("partnership_id"), sa.column("document", JsonDocument))
_reservations = sa.table("reservations", sa.column("holder"), sa.column("slot"), sa.column("proposal_id"))
_alternates = sa.table("alternates", sa.column("round_id"), sa.column("pair_key"), sa.column("a"), sa.column("b"))
_drafts = sa.table(
    "drafts", sa.column("round_id"), sa.column("problem", sa.LargeBinary), sa.column("choice", sa.LargeBinary)
)


def upgrade() -> None:
    columns = _reservations.c
    of_programmes = sa.select(columns.proposal_id).where(columns.holder.startswith(_PROGRAMME))
    moved = columns.holder.startswith(_CITY) & columns.proposal_id.in_(of_programmes)
    op.execute(sa.update(_reservations).where(moved).values(holder=columns.holder + _OWN))
    for column in (_alternates.c.a, _alternates.c.b):
        is_city = _alternates.c.pair_key.startswith(_PROGRAMME) & column.startswith(_CITY)
        op.execute(sa.update(_alternates).where(is_city).values({column.name: column + _OWN}))
    _rewrite_members(lambda known: {**known, **{f"{holder}{_OWN}": number for holder, number in known.items()}})
    _rewrite_sides(lambda holder: f"{holder.removesuffix(_OWN)}{_OWN}")
    _rewrite_drafts(_divided)


def downgrade() -> None:
    """Both kinds share a city's capacity again; slots beyond it stay until what holds them ends."""
    connection, columns = op.get_bind(), _reservations.c
    own = sa.select(columns.holder, columns.slot, columns.proposal_id).where(
        columns.holder.startswith(_CITY), columns.holder.endswith(_OWN)
    )
    for holder, slot, proposal_id in connection.execute(own.order_by(columns.holder, columns.slot)).all():
        city = holder.removesuffix(_OWN)
        used = set(connection.execute(sa.select(columns.slot).where(columns.holder == city)).scalars())
        free = next(number for number in range(len(used) + 1) if number not in used)
        its_row = (columns.holder == holder) & (columns.slot == slot) & (columns.proposal_id == proposal_id)
        connection.execute(sa.update(_reservations).where(its_row).values(holder=city, slot=free))
    for column in (_alternates.c.a, _alternates.c.b):
        is_own = column.startswith(_CITY) & column.endswith(_OWN)
        op.execute(sa.update(_alternates).where(is_own).values({column.name: sa.func.replace(column, _OWN, "")}))
    _rewrite_members(lambda known: {holder: number for holder, number in known.items() if not holder.endswith(_OWN)})
    _rewrite_sides(lambda holder: holder.removesuffix(_OWN))
    _rewrite_drafts(_shared)


def _rewrite_members(changed: Callable[[dict[str, int]], dict[str, int]]) -> None:
    _rewrite(_members, "member_id", "capacities", _members.c.kind == "city", changed)


def _rewrite_sides(changed: Callable[[str], str]) -> None:
    """Name another holder of the city in the proposals and partnerships of sponsorships."""

    def rewritten(document: dict[str, Any]) -> dict[str, Any]:
        city = document.get("b", {})
        if document.get("kind") != "sponsorship" or "holder" not in city:
            return document
        return {**document, "b": {**city, "holder": changed(city["holder"])}}

    _rewrite(_proposals, "proposal_id", "document", _proposals.c.pair_key.startswith(_PROGRAMME), rewritten)
    _rewrite(_partnerships, "partnership_id", "document", sa.true(), rewritten)


def _rewrite(
    table: sa.TableClause, key: str, column: str, which: sa.ColumnElement[bool], changed: Callable[[Any], Any]
) -> None:
    connection, columns = op.get_bind(), table.c
    keys = connection.execute(sa.select(columns[key]).where(which).order_by(columns[key])).scalars().all()
    renewal = sa.update(table).where(columns[key] == sa.bindparam("its_key"))
    renewal = renewal.values({column: sa.bindparam("its_value", type_=JsonDocument)})
    for piece in pieces(keys):
        query = sa.select(columns[key], columns[column]).where(columns[key].in_(piece))
        found = connection.execute(query).all()
        connection.execute(renewal, [{"its_key": name, "its_value": changed(value)} for name, value in found])


def _rewrite_drafts(changed: Callable[[Arrays, Arrays], Arrays]) -> None:
    connection, columns = op.get_bind(), _drafts.c
    for round_id in connection.execute(sa.select(columns.round_id)).scalars().all():
        its_row = columns.round_id == round_id
        row = connection.execute(sa.select(columns.problem, columns.choice).where(its_row)).one()
        choice = _unpacked(row.choice)
        problem, choice = _in_order(changed(_unpacked(row.problem), choice), choice)
        values = {"problem": _packed(problem), "choice": _packed(choice)}
        connection.execute(sa.update(_drafts).where(its_row).values(values))


def _divided(problem: Arrays, choice: Arrays) -> Arrays:
    """The problem in which each city of a sponsorship has another node for sponsorships."""
    holders, capacity = problem["holders"], problem["capacity"].astype(np.int64)
    a, b = problem["a"].astype(np.int64), problem["b"].astype(np.int64)
    is_programme = np.char.startswith(holders, _PROGRAMME) if len(holders) else np.zeros(0, bool)
    is_sponsorship = is_programme[a] | is_programme[b]
    city = np.where(is_programme[a], b, a)
    cities = np.unique(city[is_sponsorship])
    has_twinning = np.zeros(len(holders), bool)
    has_twinning[np.concatenate((a[~is_sponsorship], b[~is_sponsorship]))] = True
    chosen = np.zeros(len(a), bool)
    chosen[choice["chosen"]] = True
    used = np.bincount(city[is_sponsorship & chosen], minlength=len(holders))
    room = np.where(has_twinning, used, capacity)[cities]
    capacity[cities] -= used[cities]
    node = np.arange(len(holders))
    node[cities] = len(holders) + np.arange(len(cities))
    return {
        **problem,
        "holders": np.concatenate((holders, np.char.add(holders[cities], _OWN))) if len(cities) else holders,
        "capacity": np.concatenate((capacity, room)),
        "a": np.where(is_sponsorship & ~is_programme[a], node[a], a),
        "b": np.where(is_sponsorship & ~is_programme[b], node[b], b),
    }


def _shared(problem: Arrays, _: Arrays) -> Arrays:
    """The problem in which each city is one node."""
    names = [name.removesuffix(_OWN) if name.startswith(_CITY) else name for name in problem["holders"].tolist()]
    place = {name: at for at, name in enumerate(dict.fromkeys(names))}
    node = np.array([place[name] for name in names], np.int64)
    capacity = np.zeros(len(place), np.int64)
    np.add.at(capacity, node, problem["capacity"].astype(np.int64))
    ends = {end: node[problem[end].astype(np.int64)] for end in ("a", "b")}
    return {**problem, **ends, "holders": np.array(list(place), np.str_), "capacity": capacity}


def _in_order(problem: Arrays, choice: Arrays) -> tuple[Arrays, Arrays]:
    """The problem and the choice after the edges have been put in the order of their nodes, the lower one first."""
    low, high = np.minimum(problem["a"], problem["b"]), np.maximum(problem["a"], problem["b"])
    order = np.lexsort((high, low))
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    edges = {"a": low[order].astype(np.int32), "b": high[order].astype(np.int32), "weight": problem["weight"][order]}
    return {**problem, **edges}, {name: np.sort(place[at.astype(np.int64)]) for name, at in choice.items()}


def _packed(arrays: Arrays) -> bytes:
    file = BytesIO()
    np.savez(file, allow_pickle=False, **arrays)
    return compress(file.getvalue(), 1)


def _unpacked(content: bytes) -> Arrays:
    with np.load(BytesIO(decompress(content)), allow_pickle=False) as arrays:
        return dict(arrays)
