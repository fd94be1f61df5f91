"""Workflows of matching: what happens to proposals, partnerships and rounds, as use cases over the ports.

A use case is a function of what it is about, its transaction `uow`, and what else it needs, often the `Surroundings`.
The edge opens the transaction and commits; only a use case of several transactions is given their factory.

- `surroundings`: all that use cases take from outside except the transaction: network, engine, policy, time, ids.
- `handlers`: what the worker does with each event.
- `single_suggestions`: proposals for a member that joined or changed, or that waited to be proposed.
- `member_names`: members as people name them, and the holders of capacity that are meant.
- `rounds`: a round as a row: ordered, next to run, cancelled, failed.
- `round_execution`: a round from its row to its proposals or its draft, in several transactions.
- `round_computation`: from a market to the choice, its proof and the reasons, in a thread.
- `rules/`: a round under its rules.
- `drafts/`: the draft of a round under hold: edited, published, undone.
- `new_proposal`: a proposal drawn up for a candidate.
- `own_days`: days and deadlines in the time zones of their readers.
- `issuance`: proposals go out, if both sides have a slot; or they are held, and staff approves or discards them.
- `interests/`: members that ask to be introduced, and what becomes of it.
- `partnerships/`: how a partnership begins, and who sees it.
- `departure/`: members that leave or are merged, and the fate of their proposals, partnerships and interests.
- `settlement`: answers, deadlines, and ends before their time.
- `alternates`: the next best pairs of a round, after a deadline.
- `published_states`: proposals, partnerships and interests as the events that tell of them.
- `fit_queries`: who would fit a member, and why two members fit.
- `explorer/`: which cities a partner's criteria reach, for its own eyes.
- `absence/`: why a member finds nobody, and what would help it.
- `support_queries`: which programmes could support what cities ask for.
- `money/`: portfolios of programmes.
- `settings/`: what staff chooses in the place of the operator's settings.
- `restoration`: newer state adopted from the topics after a restore.
"""
