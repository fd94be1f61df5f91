"""The broker on Apache Kafka, through aiokafka.

- `settings`: addresses, TLS, SASL, time-outs; names of topics and partitions, generation by generation.
- `broker`: `KafkaBroker`: the port; topics, their bounds; groups: offsets, lag, members, moves; sign of life.
- `producer`: publishes whole lists, in transactions where asked.
- `consumer`: group consumers that commit by hand, and readers without a group.
- `clients`: starts and ends aiokafka's clients and waits on them in bounded time; its errors as ours.
"""
