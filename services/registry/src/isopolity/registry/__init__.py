"""registry: the members of the network, with their needs and offers.

- `settings`: its settings.
- `bootstrap`: the composition root.
- `entrypoints/`: HTTP and import files.
- `application/`: handlers, on ports.
- `domain/`: members, requests, twinnings, contacts, and the rules of their texts.
- `adapters/sql/`: the database.
- `migrations/`: versions of its tables.
- `republish`: the composition for `isopolity republish`.
"""
