"""Who gets what: every route of the network, asked by every kind of visitor.

network: all services in one process with an entry of each kind, and visitors who have signed in
orders: what is sent to each route
hostile_texts: texts that mean harm, in the place of those that services tell
serving: an application served in a test's event loop
strangers: the network with such texts, asked from outside and looked at by a browser
table: the answers, and `docs/access.md` that holds them
"""
