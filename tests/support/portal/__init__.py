"""The portal under test, with services whose answers a test sets.

- `service`: the portal with these services, and what most of its pages ask of them.
- `profiles`, `fitting`: a city's profile and its form; who would fit it.
- `drafts`: registry with the draft of an application.
- `askers`, `partners`: what members have asked for; a partner's programmes.
- `office`, `members`, `rounds`: answers for pages of staff, about a member, and about a round, its draft and a pair.
- `prepared_import`: a file that registry has read.
- `operations`, `letters`: answers for pages of the console, and about dead letters.
"""
