"""Work that needs no running instance: on files, on the databases and on the broker that the settings name.

- `doctor`: checks everything that the settings name.
- `address_check`: accounts whose addresses look alike.
- `retention_table`: what is kept where, how long, and what is overdue.
- `key_check`: checks the network's keys, for the doctor.
- `fresh_keys`: makes keys of the network, as settings.
- `event_tail`: prints events from the broker.
- `republication`: publishes all states of the services again.
- `certificate_check`: checks a round's certificate.
- `rule_file`: tells the rules of a file.
- `affinity_tables`: trains a model of affinity, and scores pairs with it.
"""
