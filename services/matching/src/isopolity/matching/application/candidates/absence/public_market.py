"""The public market: as a member may know it, by profiles and public ties; scored without what history teaches.

Invariant: two markets that differ only in who pauses, who can be mailed, or in ties of others that are not public have
equal public markets.
"""

from dataclasses import replace

import networkx as nx

from isopolity.matching.application.candidates.market import Market


def public_market(market: Market, member_id: str | None = None) -> Market:
    """The market as anybody may know it, or a member, whose own ties it has even where they are not public.

    Affinity is left out: it takes ten times as long as all other parts, and brings up nobody.
    """
    own = nx.MultiGraph()
    if member_id is not None and member_id in market.apart:
        own.add_edges_from(market.apart.edges(member_id))
    known = {name: value for name, value in market.derived.items() if name != "network_affinity"}
    public = replace(
        market, affinity=None, apart=own, unmailable=frozenset(), unconfirmed=frozenset(), paused=frozenset()
    )
    return public.keeping(**known)
