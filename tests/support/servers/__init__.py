"""Servers that tests need, and the ports that they listen on.

- `ports`: free ports, below the range of outgoing connections.
- `provision`: Kafka and PostgreSQL by environment variable or container; the test is skipped without either.
- `kafka_cluster`: a Kafka that a test may freeze, kill and bring back.
- `prepared_kafka`: formatted storage and a class archive for these, made once.
- `postgres_server`: a PostgreSQL that a test may kill and bring back.
- `toxiproxy`: a proxy that cuts and hangs connections.
- `mailpit`: a real SMTP server that shows its mails.
- `smtp_server`: an SMTP server that misbehaves on demand.
- `browser`: a real browser.
"""
