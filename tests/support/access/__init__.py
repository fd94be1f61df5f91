"""Who gets what: every route of the network, asked by every kind of visitor.

network: all services in one process with an entry of each kind, and visitors who have signed in
orders: what is sent to each route
table: the answers, and `docs/access.md` that holds them
"""
