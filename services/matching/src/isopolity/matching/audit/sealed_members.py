"""The sealed members of a round: all that scores, rules and places come from, under the numbers of its certificate.

Invariant: the document is one canonical line of JSON with a secret salt, so that its hash, which stands in the
certificate, tells nothing of it and stands for exactly this content.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from isopolity.matching.errors import InvalidCertificate

FORMAT: Final = "isopolity-sealed-members/1"
FIELDS: Final = (
    "format",
    "salt",
    "minimum_score",
    "weights",
    "legal_acts",
    "has_affinity",
    "has_budgets",
    "weighed_before",
    "kinds",
    "cities",
    "programmes",
    "requests",
    "barred",
    "rules",
    "counted_by",
)
"""The fields of the document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedMembers:
    """The content of the document; members are numbered by their places in their lists."""

    minimum_score: float
    weights: Mapping[str, Any]
    """Tables `twinning` and `sponsorship` of the weights of the parts, and the factor `neighbours`."""
    legal_acts: Mapping[str, Sequence[tuple[Sequence[str], Sequence[str]]]]
    """By kind of pairs: the countries of both sides of each act."""
    has_affinity: bool
    """Whether a learned model decided scores, too."""
    has_budgets: bool
    weighed_before: bool
    """Whether the candidates were weighed before the members were sealed, as those of a draft are."""
    kinds: Sequence[str]
    cities: Sequence[Mapping[str, Any]]
    programmes: Sequence[Mapping[str, Any]]
    requests: Sequence[Mapping[str, Any]]
    barred: Mapping[str, Sequence[tuple[int, int]]]
    """By kind of pairs: two cities, or a programme and a city, that may not be proposed."""
    rules: Sequence[Mapping[str, Any]]
    """The rules of the round as an order has them."""
    counted_by: Sequence[tuple[int, str] | None]
    """By rule of the certificate: the position of the rule that it comes from, and its region or empty; None for a
    budget, a floor or the objective."""


def hash_of(document: str) -> str:
    """The hash of a document, as a certificate has it."""
    return f"sha256:{sha256(document.encode()).hexdigest()}"


def written(fields: Mapping[str, Any]) -> str:
    """The document of these fields, which are all but the format."""
    return json.dumps({"format": FORMAT, **fields}, sort_keys=True, separators=(",", ":"), ensure_ascii=True) + "\n"


def read(content: bytes | str) -> SealedMembers:
    """The members of a document. Raises InvalidCertificate."""
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise InvalidCertificate("The sealed members are not JSON; give the file as it was downloaded.") from error
    if not isinstance(document, dict) or document.get("format") != FORMAT or set(document) != set(FIELDS):
        raise InvalidCertificate(f"These are no sealed members of the format {FORMAT}; give the file as downloaded.")
    return SealedMembers(**{name: document[name] for name in FIELDS if name not in ("format", "salt")})
