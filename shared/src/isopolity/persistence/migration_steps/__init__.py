"""Steps that migrations of every service call. Invariant: a step is frozen once it is released.

- `shared_tables`: creates and changes the tables that every service has.
- `parked_events`: changes by which key parked events are identified.
"""
