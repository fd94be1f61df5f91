"""The table of access: every route of the network, requested by every kind of visitor.

network: all services in one process with an entry of each kind, and visitors who have signed in
orders: the bodies, queries and headers that are sent to each route
hostile_texts: replaces every text in services' answers by a hostile one
serving: an application served in a test's event loop
strangers: the network with such texts, requested from outside and by a browser
table: the answers, and `docs/access.md` with them
"""
