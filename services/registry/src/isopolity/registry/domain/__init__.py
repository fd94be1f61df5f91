"""Domain of registry: profiles, their life, and the rules of their texts.

| module | what it does |
|---|---|
| `member`, `identity` | cities and partners as members; what staff alone may change |
| `city`, `partner`, `interest`, `ranges` | profiles, and values in them |
| `application`, `change` | what somebody asks for and staff decides |
| `request`, `twinning`, `contact`, `revocation` | what belongs to members; tokens that end |
| `wording`, `privacy` | rules of texts; what looks personal |
| `disguises`, `lookalikes`, `text` | takes disguises off; letters that look alike; names compared |
| `errors` | what registry refuses |
"""
