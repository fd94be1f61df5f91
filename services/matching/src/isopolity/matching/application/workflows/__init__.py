"""Workflows of matching: what happens to proposals, partnerships and rounds, as use cases over the ports.

A use case is a function of its subject, its transaction `uow`, and what else it needs, often the `Surroundings`.
The edge opens the transaction and commits; only a use case of several transactions is given their factory.

- `surroundings`: all that use cases take from outside except the transaction: network, engine, policy, time, ids.
- `handlers`: what the worker does with each event.
- `member_names`: members as people name them, and the holders of capacity that these names mean.
- `new_proposal`: a proposal drawn up for a candidate, with deadlines in the time zones of its sides.
- `issuance`: proposals go out, if both sides have a slot; or they are held, and staff approves or discards them.
- `suggestions`: proposals outside rounds: for a member that joined or changed, and in place of settled ones.
- `rounds/`: rounds, from the order to the proposals or the draft.
- `drafts/`: the draft of a round under hold: edited, published, undone.
- `new_interest`: a member asks to be introduced to another.
- `placement`: what becomes of an interest: a yes, an agreement, a proposal, or nothing.
- `settlement`: answers, deadlines and early ends of proposals; the partnerships that begin and end by them.
- `departures`: a member leaves, or its entry is merged into another, with all that it has; previews of both.
- `undone_mergers`: a merger is undone: what it carried goes back; a preview of that.
- `published_states`: proposals, partnerships and interests as events.
- `queries/`: answers to questions of members and staff; they change nothing.
- `amounts`: amounts of requests in other currencies, and proposals that exceed a budget.
- `settings`: what staff chooses in place of the operator's settings.
- `restoration`: newer state adopted from the topics after a restore.
"""
