"""Who acts, with which rights, and because of what; which names and addresses are the same.

- `actors`: the act of a request and who does it; scopes of tokens and their rights; names of revoked tokens.
- `network_keys`: keys that sign the network's own tokens, and what each may sign.
- `addresses`: e-mail addresses that can be mailed, and the site of passkeys.
- `folded_text`: names as they are compared and sorted.
- `lineage`: the lineage of what a task does now, and the spans of its trace.
"""
