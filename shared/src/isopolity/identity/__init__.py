"""Identity: actors and their rights, causes of acts, names and addresses compared, and the tokens of members.

- `actors`: the act of a request and who does it; scopes of tokens and their rights; names of revoked tokens.
- `network_keys`: keys that sign the network's own tokens, and what each may sign.
- `addresses`: e-mail addresses that can be mailed, and the site of passkeys.
- `folded_text`: names as they are compared and sorted.
- `latin`: names in Cyrillic and Greek letters in Latin ones.
- `member_tokens`: a member's piece and the two halves of a pair, drawn as SVG.
- `lineage`: the lineage of the current task, and the spans of its trace.
"""
