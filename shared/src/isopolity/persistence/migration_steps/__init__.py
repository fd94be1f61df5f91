"""Steps that migrations of every service call. Invariant: a step is frozen once it is released.

- `shared_tables`: creates the tables that every service has.
"""
