"""Pairs of a round read one by one, as an officer would.

- `reading`: draws pairs at random and writes what both say of themselves.
- `profiles-1.jsonl`, `profiles-2.jsonl`: cities written by somebody who has not read how they are scored.
"""
