"""Consuming: a service's consumer group, from fetched records to committed offsets.

- `settings`: sizes, pauses, attempts, the limit on dead letters; the switch with which operators pause a group.
- `runner`: fetches, pauses partitions, commits; reconnects when the broker was away.
- `lane`: one partition's deliveries that are not finished, in order.
- `dispatch`: hands records to the processor, waits, and isolates failing records.
- `fates`: decides whether a failed record is tried again or becomes a dead letter; the observer, for metrics.
- `dead_letter_limit`: how many dead letters a group may write, over all instances.
- `health`: a runner's health, for probes.
"""
