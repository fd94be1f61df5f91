"""The ways into notify.

- `event_handlers.py`: which handler takes each type of event.
- `http/`: the answer page, the confirmation page, and the interface of staff and operators.
- `sending_loop.py`, `watermark_loop.py`: what notify does by itself, again and again.
"""
