"""The services as processes of their own, on Kafka and PostgreSQL.

- `processes`: starts them.
- `smtp_sink`: a mail server that takes every mail.
- `daily_load`: a day of people and other systems.
- `watched`: a service with a task that notes how its event loop turns.
- `event_loop`: how long the loops are held up under load.
- `memory`: the memory that each service takes.
- `registry_to_mail`: from a member's POST to the mail that proposes a partner.
- `starting`: from `isopolity up` to the line that says where to look.
- `recovery`: how soon each service reads and accepts tokens once a killed broker is back.
- `journeys`: following one thing through the journals of all services.
- `pages`: the time that the portal takes for its pages.
- `desks`: those of staff and of foundations, and what lies on their desks.
- `visitors`: fifty visitors at once, from one address.
"""
