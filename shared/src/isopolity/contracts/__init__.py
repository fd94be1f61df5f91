"""Contracts between the services: events, their data, and the code lists that all share.

- `event`: an event: envelope, lineage, and what the data of all events has in common.
- `codes`: the code lists of the domain, regions and languages; a need or an offer in a cell.
- `countries`: names of countries and territories in seven languages, as the network says them.
- `input_limits`: how much a member may state.
- `answers`: the answers that a side can give to a proposal, and their titles.
- `registry`, `matching`, `notify`: data of the events that each service publishes.
- `event_types`: names of all event types.
- `topic`: the classes of a topic and of an event type.
- `catalogue`: all topics and types: who produces, who consumes, how long they are kept.
- `cloudevents`: events as CloudEvents in headers and value, and back.
- `masked_fields`, `seen_events`: what any operator may see of an event; why each free text may stand there.
- `validation_sentences`: what pydantic finds wrong, in sentences.
- `generation/`: JSON Schemas, AsyncAPI, topics file and tables of the docs, made from the catalogue.
"""
