"""Contracts between the services: events, their data, and the code lists that all share.

- `event_data`: what the data of all events has in common: immutable, tolerant of what it does not know.
- `codes`: the code lists of the domain, and the region of each country.
- `languages`: English names of languages.
- `registry`, `matching`, `notify`: data of the events that each service publishes.
- `revocations`: names of revoked tokens.
- `interest_text`: a need or an offer as people write it in a cell.
- `event_types`: names of all event types.
- `topic`: the classes of a topic and of an event type.
- `catalogue`: all topics and types: who produces, who consumes, how long they are kept.
- `event`: an event: envelope, lineage, data.
- `cloudevents`: events as CloudEvents in headers and value, and back.
- `free_text`: reasons why each free text of an event may stand there.
- `masking/`: what any operator may see of an event.
- `validation_sentences`: what pydantic finds wrong, in sentences.
- `compatibility`: whether a changed schema fits the released one.
- `generation/`: JSON Schemas, AsyncAPI, topics file and tables of the docs, made from the catalogue.
"""
