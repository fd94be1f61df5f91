"""Work that needs no running instance: on files, on the databases and on the broker that the settings name.

- `doctor`: checks everything that the settings name.
- `probes`: what the doctor tries: each database, the broker, the mail server, people's addresses, what runs.
- `network_keys`: makes keys of the network, and checks them for the doctor.
- `retention_table`: what is kept where, how long, and what is overdue.
- `event_tail`: prints events from the broker.
- `republication`: publishes all states of the services again.
- `certificate_check`: checks a round's certificate.
- `rule_file`: reads the rules in a file as sentences.
"""
