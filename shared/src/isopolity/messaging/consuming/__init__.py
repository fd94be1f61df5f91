"""Consuming: a service's consumer group, from fetched records to committed offsets.

- `settings`: sizes, pauses, attempts, the limit on dead letters; whether an operator lets the group consume.
- `runner`: fetches, holds back, commits; reconnects when the broker was away.
- `lane`: one partition's deliveries on their way, in order.
- `dispatch`: hands records to the processor, waits, isolates what fails.
- `fates`: what becomes of a record that failed: tried again, or a dead letter; the observer of all that, for metrics.
- `dead_letter_limit`: how many dead letters a group may write, over all instances.
- `health`: a runner's health, for probes.
"""
