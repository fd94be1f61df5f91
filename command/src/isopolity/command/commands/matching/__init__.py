"""Subcommands about pairs, from a round to partnerships.

- `pairs`: `isopolity why` and `isopolity suggest`.
- `amounts`: what requests in other currencies come to.
- `portfolios`: `isopolity portfolio`, whom a budget would support best.
- `rounds`: `isopolity round`, rounds and their proof.
- `rules`: `isopolity rules`, files of rules.
- `drafts`: drafts of rounds, compared, published, undone.
- `draft_edits`: the commands that edit a draft.
- `proposals`: what was proposed, and approval of what is held.
- `feedback`: words that people wrote with their answers.
- `partnerships`: who are partners, and the end of a partnership.
- `affinity`: training and evaluation of the affinity model.
"""
