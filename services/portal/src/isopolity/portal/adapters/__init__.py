"""The services, the database and the templates, behind the portal.

- `gazetteer`: places of the world by their names.
- `kept_answers`: public answers of the services, kept for as long as they allow.
- `registry_sessions`: sessions, as registry begins and renews them.
- `encryption`: seals what is kept with the visitor's secret.
- `patience`: how long a page waits for a service, and why a service gave no answer.
- `members`: a member as registry has it, whichever of the two kinds it is.
- `service_apis`: the services' APIs over HTTP, and what can go wrong there.
- `problem_sentences`: a service's refusal in the visitor's language, by code and parameters
- `sql/`: what the portal keeps.
- `right_titles`, `round_titles`: what rights, and the codes of rounds, mean.
- `act_titles`: what acts in the audit are, in words.
- `doers`: names of the actors of acts.
- `rule_examples`: rules of rounds to take over and change.
- `templates`: makes HTML, in each language that there is.
"""
