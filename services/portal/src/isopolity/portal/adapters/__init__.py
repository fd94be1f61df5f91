"""The services, the database and the templates, behind the portal.

- `gazetteer`: places of the world by their names.
- `land`: the land of a part of the map.
- `kept_answers`: public answers of the services, kept for as long as they allow.
- `registry_sessions`: sessions, as registry begins and renews them.
- `encryption`: seals what is kept with the visitor's secret.
- `patience`: how long a page waits for a service, and why a service gave no answer.
- `service_apis`: the services' APIs over HTTP, and what can go wrong there.
- `members`: a member as registry has it, whichever of the two kinds it is, and its dealings as matching tells them.
- `wording`: a service's refusal in the visitor's language; names of actors; texts of mails.
- `sql/`: what the portal keeps.
- `titles`: what rights, acts, purposes of mails, and the codes of rounds mean.
- `rule_titles`: titles of the sentences that a form of rules offers.
- `tokens`: members' tokens for templates.
- `templates`: makes HTML, in each language that there is.
"""
