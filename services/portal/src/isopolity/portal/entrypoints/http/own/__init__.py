"""The pages of who has signed in.

- `admission`: who has signed in for a member sees a page, and others are led on.
- `overview`: what awaits them.
- `dealings`: what a member was told and did with others, as matching tells it.
- `proposals`: a proposal, and the member's answer.
- `introductions`: introductions that a member asks for.
- `partnerships`: those that stand: whom to write to, and whether one is shown publicly.
- `suggestions`: who would fit, and why.
- `why`: why nobody fits, or few do, and the one change that would help most.
- `fit`: one other member: what speaks for it, and what against.
- `effects`: what other needs and offers would do to suggestions.
- `profile`: a member's profile by steps, changed by itself.
- `asked_requests`: requests that the office looks at first.
- `capacity`: how much a member takes on at a time, and a pause.
- `contacts`: who answers for a member.
- `handover`: a coordinator names a successor.
- `data_file`: what is kept about a member, as one file.
"""
