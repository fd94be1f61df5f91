"""Messaging: how events get from one service to another, on either broker.

- `broker`: the port: topics of partitions, producers, consumers, readers.
- `generations`: topics that are made anew, so that no place is used twice.
- `partitioning`: the partition of a key.
- `codec`: events to messages, records to events.
- `kafka/`: the broker on Apache Kafka.
- `embedded/`: the broker in a SQLite file, for one process.
- `topic_reader`: reads a topic from its start to its present end.
- `member_ids`: members that an event is about, to count who waits.
- `backlog`: what waits for a group, since when, and for how many members.
- `scanning/`: reads topics for people who look, within limits.
- `consuming/`: runs a service's consumer groups.
- `dead_letters`: what could not be processed, with the reason.
- `failures`: the words and the trace of an error in a dead letter, without values.
- `followed_letters`: dead letters read on from where the last look ended, and counted.
- `new_generation`: makes a new generation, filled from the present one.
- `redrive`: publishes the originals of dead letters again.
- `errors`: the errors of all of these.

Nothing but `runtime` and the command imports `kafka` or `embedded`; import-linter holds it.
"""
