"""Rounds over HTTP, for staff.

- `rounds`: request, watch (by server-sent events) and cancel rounds.
- `round_schemas`: orders and views of rounds, and of their rules and outcomes.
- `kept_orders`: the order of a round to use again, what lets a failed one be run, and saved templates.
- `rules_check`: check files of rules, and try them before a round runs.
- `missed_pairs`: why a member, or a pair, is not in a round.
- `drafts`: read, compare, edit, publish and undo drafts.
- `pairs`: the filtered list of a draft's pairs, and the preview of a pair as a proposal.
- `schemas`: orders and views of drafts, and conditions on their pairs.
- `report_schemas`: views of a draft's report and of its difference from another; orders and views of publishing.
- `learned_pairs`: what rounds have learned about pairs from all answers.
- `publications`: the publications of a round, each with its certificate and its frozen report.
"""
