"""The entry points of matching: tasks, HTTP, rule files and the library.

- `round_runner`: the task that computes rounds.
- `deadlines`: the task that settles proposals at their deadlines.
- `releases`: the task that issues scheduled proposals.
- `answer_counter`: the task that counts answers which are not in the counts yet.
- `market_keeper`: the task that builds the market before it is requested.
- `status`: the facts on the status page and in the readiness check.
- `rule_files/`: rules as staff writes them.
- `http/`: the HTTP interface.
- `library/`: the engine without services, as `isopolity.matching` exports it.
"""
