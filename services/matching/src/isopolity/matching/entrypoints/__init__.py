"""The entry points of matching: tasks, HTTP, rule files and the library.

- `round_runner`: the task that computes rounds.
- `periodic_tasks`: the tasks for deadlines, scheduled proposals, counts of answers and the market.
- `status`: the facts on the status page and in the readiness check.
- `rule_files/`: rules as staff writes them.
- `http/`: the HTTP interface.
- `library/`: the engine without services, as `isopolity.matching` exports it.
"""
