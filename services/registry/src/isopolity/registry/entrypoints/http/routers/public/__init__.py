"""The network at a glance, for everybody.

- `figures`: how many take part, and where they lie.
- `seeking`: what cities look for beside who offers it.
- `keeping`: for how long everybody may keep an answer.
"""
