"""The ways into notify.

- `event_handlers`: which handler takes each type of event.
- `http/`: the answer page, the confirmation page, and the interface of staff and operators.
- `loops`: the tasks that send mails and tell the watermark, again and again.
"""
