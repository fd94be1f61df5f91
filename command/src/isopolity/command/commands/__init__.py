"""The subcommands, a file for each.

- `up`: everything in one process.
- `status`: whether everything flows.
- `doctor`: tries everything that the settings name.
- `tokens`: bearer tokens, signed with the network's key, and revoked.
- `imports`: `isopolity import` and `isopolity demo`, files into registry.
- `exports`: `isopolity export`, files out of registry.
- `applications`: who wants to join, and staff's decision.
- `members`: who is in the network, and staff's decisions about them.
- `contacts`: people who answer for members.
- `changes`: new identities and claimed twinnings, which staff confirms.
- `pairs`: `isopolity why` and `isopolity suggest`.
- `rounds`: `isopolity round`, rounds and their proof.
- `drafts`: drafts of rounds, compared, published, undone.
- `draft_edits`: the commands that edit a draft.
- `proposals`: what was proposed, and approval of what is held.
- `partnerships`: who are partners, and the end of a partnership.
- `mail`: the ledger of mails.
- `feedback`: words that people wrote with their answers.
- `events`: the event streams, read from the broker.
- `dead_letters`: what consumers gave up, and how to let them try again.
- `audit`: who did what to whom.
- `republish`: services publish all their state again.
- `affinity`: training and evaluation of the affinity model.

Invariant: a file imports at its head only what the help texts need; a function imports the rest when it runs.
"""
