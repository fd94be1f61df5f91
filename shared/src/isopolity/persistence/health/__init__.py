"""Whether a database does what its service needs, beyond answering.

- `table_rights`: which tables, and rights on them, a service lacks.
- `slow_statements`: what the server ended because it takes too long, and is not sent again for a while.
"""
