"""Child processes with limits, for work that what comes from outside could make endless.

- `limits`: what such a process may use; it limits itself before it begins.
- `process`: starts one, waits for it, and tells how it ended.
"""
