"""Queries of members and staff; none of them changes anything.

- `pair_fit`: which partners fit a member, and why two members fit.
- `partner_queries`: a programme's portfolio, the cities that criteria reach, requests that programmes could support.
- `cities_to_ask`: the cities that staff may invite to make a request for a programme.
- `who_fits`: the best partners of each kind, and how many would fit; as a member is, or as supposed.
- `learned_pairs`: what rounds have learned from all answers about pairs; for staff.
- `why_none`: what rules out a member's partners, and the one change that would help most; the same for one pair.
"""
