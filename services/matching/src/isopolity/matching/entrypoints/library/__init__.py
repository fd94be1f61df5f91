"""The engine as a library: plain rows or frames in, the same kind out. `isopolity.matching` offers its names.

| module | what it does |
|---|---|
| `tables` | reads rows and frames as columns, and gives back the kind that came in |
| `arguments` | checks single arguments |
| `nodes`, `capacities`, `pair_rules` | ids in numbers, how many pairs each may be in, what must and must never be |
| `scored_pairs` | makes a problem of scored pairs, capacities and rules |
| `assigning` | `assign`: chooses pairs |
| `choice`, `certificates` | what was chosen, and the proof of how good it is |
| `values`, `records` | cells and rows of members |
| `member_rows` | a row as the state that the services know |
| `roster` | members under keys of its own, in the domain's network |
| `members` | `Members`: who would suit whom, why, and whole rounds |
| `findings` | what `Members` answers |

Its invariant: wrong input raises an error of `MatchingError` that is a ValueError too, in one sentence; nothing else.
"""
