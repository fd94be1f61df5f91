"""Messaging: how events get from one service to another, on either broker.

- `broker`: the port: topics of partitions, producers, consumers, readers.
- `generations`: numbers of partitions in topics that were made anew; the partition of a key.
- `codec`: events to messages, records to events, and the members that an event is about.
- `kafka/`: the broker on Apache Kafka.
- `embedded/`: the broker in a SQLite file, for one process.
- `topic_reader`: reads a topic from its start to its present end; how far a group is behind.
- `scanning/`: searches topics for people, within limits.
- `consuming/`: runs a service's consumer groups.
- `dead_letters`: records that could not be processed, with the reason.
- `new_generation`: makes a new generation, filled from the present one.
- `redrive`: publishes the originals of dead letters again; settles, follows and counts letters.
- `errors`: the errors of all of these; the words and the trace of an error in a dead letter, without values.

Only `runtime` and the command import `kafka` or `embedded`; import-linter checks it.
"""
