"""The assignment of a round: a problem in numbers, its solution, and the proof of how good the solution is.

- `problem`: the problem and the solution: nodes with capacities, weighted edges, rules, dual values.
- `presolve`: reduces a problem with rules to one without, and turns the solution back.
- `solvers/`: chooses the edges.
- `cuts`: the odd sets of a dual as a matrix, for solvers and standings.
- `evenness/`: chooses them so that who gets least gets as much as possible.
- `renumbering`: new numbers for nodes and edges, which name nobody.
- `verification`: the checker: verifies a solution and its bound in plain integers.
- `rule_verification`: its part on rules on groups.
- `edited_choice`: a choice that people edit.
- `missed_edges`: what edges lack that are not chosen, and who took their place.
- `certificate`: a proved solution with everything that somebody needs to check it.
- `certificate_document`: a certificate as JSON.

Invariant: nothing here knows a city, a programme or a database, and the checker shares no code with the solvers.
"""
