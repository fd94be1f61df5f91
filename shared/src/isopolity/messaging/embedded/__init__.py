"""The broker in one SQLite file, for everything in one process.

- `broker`: `EmbeddedBroker`: the port, on one worker thread.
- `log`: the log itself: appends, reads, offsets, retention.
- `groups`: members of a group share out the partitions.
- `consumer`: group consumers and readers.
"""
