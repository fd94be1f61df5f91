"""Why a member finds nobody, and what would help, by what everybody states publicly.

- `public_market`: the market as a member may know it.
- `all_partners`: one holder of capacity with all possible partners: what rules each out, or its score.
- `blocker_counts`: how many partners each blocker rules out.
- `changes`: the changes of a city that could help it.
- `programme_changes`: the changes of a programme that could help it.
- `public_round`: the round over all public profiles, and what one owner of capacity gets in it.
- `best_change`: the one change that helps most, by solving again.

Invariant: nothing here depends on proposals, answers, reservations, contacts or pauses, nor on ties of others that are
not public; so whatever others do with a member's proposals, it reads the same.
"""
