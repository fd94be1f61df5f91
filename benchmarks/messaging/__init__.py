"""Events on their way.

- `consumer_runner`: handling of messages, beside plain aiokafka and FastStream.
- `relay`: from PostgreSQL's outbox to Kafka.
- `waking`: how soon a commit is heard of on another connection.
- `scans`: reading for people, beside those who consume.
- `matching_readers`: matching started on a broker that has everything.
"""
