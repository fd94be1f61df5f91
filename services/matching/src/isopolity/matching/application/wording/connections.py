"""Connections of two members by ties that there are, in a sentence: “Lyon and Graz are both twinned with Pisa.”

Invariant: a sentence names the members of a connection and its ties, and nothing else: a partnership of a sponsor and a
city may have begun with a conversation only, so it is not said to be support.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from isopolity.matching.application.candidates.pair_facts import Connection, Relation
from isopolity.matching.application.wording import phrases

_VERBS: Final[Mapping[Relation, tuple[str, str]]] = MappingProxyType(
    {
        Relation.TWIN: ("is twinned with", "with"),
        Relation.SPONSOR: ("is a partner of", ""),
        Relation.SPONSORED: ("is a partner of", ""),
    }
)
"""The verb of each relation, and how it is shortened where it was just said; empty if it is not."""


def connected(found: Connection) -> str:
    """The connection, told to anybody."""
    names, relations = found.names, found.relations
    match relations:
        case [Relation.TWIN]:
            text = f"{names[0]} and {names[1]} are twinned already"
        case [only]:
            text = f"{names[0]} {_verb(only)} {names[1]} already"
        case [Relation.TWIN, Relation.TWIN]:
            text = f"{names[0]} and {names[2]} are both twinned with {names[1]}"
        case [Relation.SPONSORED, Relation.SPONSOR]:
            text = f"{names[1]} is a partner of both {names[0]} and {names[2]}"
        case [first, second]:
            text = f"{names[0]} {_verb(first)} {names[1]}, which {_verb(second)} {names[2]}"
        case _:
            text = _chain(names, relations)
    return phrases.sentence(text)


def _chain(names: Sequence[str], relations: Sequence[Relation]) -> str:
    clauses = [
        f"{names[i]} {_again(relation) if i and relations[i - 1] is relation else _verb(relation)} {names[i + 1]}"
        for i, relation in enumerate(relations)
    ]
    return f"{', '.join(clauses[:-1])}, and {clauses[-1]}"


def _verb(relation: Relation) -> str:
    return _VERBS[relation][0]


def _again(relation: Relation) -> str:
    """The verb where it was just said: “Lyon is twinned with Graz, Graz with Pisa”."""
    verb, again = _VERBS[relation]
    return again or verb
