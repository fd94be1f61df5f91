"""Ways into matching.

- `round_runner`: the task that computes rounds.
- `deadlines`: the task that settles proposals at their deadlines.
- `releases`: the task that lets scheduled proposals out.
- `answer_counter`: the task that counts answers from before there were counts.
- `market_keeper`: the task that draws the market before somebody asks.
- `status`: what the status page and the readiness check show.
- `rule_files/`: rules as staff writes them.
- `http/`: the HTTP interface.
- `library/`: the engine without services, as `isopolity.matching` exports it.
"""
