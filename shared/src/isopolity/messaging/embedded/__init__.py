"""The broker in one SQLite file, for everything in one process.

- `broker`: `EmbeddedBroker`: the port, on one worker thread.
- `log`: the log itself: appends, reads, offsets, retention.
- `consumer`: groups whose members share out the partitions, their consumers, and readers.
"""
