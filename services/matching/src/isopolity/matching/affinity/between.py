"""Links by the groups that their ends belong to, so that those from one group to another are found at once."""

from typing import NamedTuple

import numpy as np

from isopolity.matching.affinity.links import Links
from isopolity.matching.arrays import Integers, Integers32


class Between(NamedTuple):
    """Every link stands here twice, once from each end that lies in circles."""

    groups: int
    """A group with a greater number has no links."""
    start: Integers
    """(groups² + 1,): where the links from group g to group h begin, at g · groups + h."""
    one: Integers32
    other: Integers32
    ends_in: Integers32
    """The group of each entry in the columns of the adjacency."""
    most: int
    """Links of one place."""


def between(links: Links, group: Integers32, base: int) -> Between:
    """The `links` by `group`, a number for each place; of the first `base` places, as only these lie in circles."""
    one, other = np.concatenate([links.a, links.b]), np.concatenate([links.b, links.a])
    one, other = one[one < base], other[one < base]
    groups = int(group.max()) + 1
    code = group[one].astype(np.int64) * groups + group[other]
    order = np.argsort(code, kind="stable")
    start = np.concatenate([[0], np.cumsum(np.bincount(code, minlength=groups**2))])
    return Between(
        groups=groups,
        start=start,
        one=one[order].astype(np.int32),
        other=other[order].astype(np.int32),
        ends_in=group[links.adjacency.indices],
        most=int(links.degree.max(initial=0)),
    )
