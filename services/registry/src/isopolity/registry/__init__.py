"""registry: who the members are, what they need and what they offer.

- `settings`: settings of its own beside the shared ones.
- `bootstrap`: puts the service together.
- `entrypoints/`: HTTP and import files.
- `application/`: handlers, on ports.
- `domain/`: members, requests, twinnings, contacts, and the rules of their texts.
- `adapters/sql/`: the database.
- `migrations/`: versions of its tables.
- `republish`: puts together what `isopolity republish` needs.
"""
