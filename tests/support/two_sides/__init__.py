"""Two sides of proposals in one process: acts of one, and all that the other can observe.

- `world`: registry, matching, notify and portal on one broker, with a clock that stands still and mails in memory.
- `cast`: the members: for each of three proposals a side that acts and a side that observes.
- `acts`: all that a side may do while its proposal is out.
- `views`: all that a side can look at: pages, APIs, exports, mails.
- `life`: a proposal's whole life, with an act in it; the views at each of its moments.
"""
