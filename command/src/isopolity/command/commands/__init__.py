"""The subcommands, by subject: each verb is a function with its options, the requests that it sends, and its result.

- `instance`: `isopolity up`, `status`, `doctor`, `republish`: start, watch and repair an instance.
- `files`: `isopolity import`, `export`, `demo`: members from files and into files.
- `members`: members of the network, and staff's decisions about them.
- `applications`: who wants to join, and changes that staff confirms.
- `people`: contacts of members; staff and operators, who sign in.
- `rounds`: rounds and their proof; files of rules.
- `drafts`: drafts of rounds: compared, edited, published, undone.
- `proposals`: proposals and partnerships, and words that people wrote with their answers.
- `pairs`: why two members fit, who would fit one, what a budget would support, and amounts in other currencies.
- `affinity`: trains and evaluates the affinity model.
- `mail`: the ledger of mails.
- `events`: the event streams, the journey of one thing, and the audit.
- `groups`: where consumer groups stand, paused and resumed; events that they gave up, tried again or settled.
- `tokens`: bearer tokens, signed and revoked; the network's keys.

Invariant: `main` loads a module only when one of its verbs is run or explained. What starts services or reads their
databases is imported by the function that needs it, so that the help of the others answers at once.
"""
