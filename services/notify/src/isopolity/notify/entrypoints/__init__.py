"""Entry points of notify.

- `event_handlers`: the handler of each type of event.
- `http/`: the answer page, the confirmation page, and the interface of staff and operators.
- `loops`: long-running tasks that send mails and publish the watermark.
"""
