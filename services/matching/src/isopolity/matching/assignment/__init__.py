"""The assignment of a round: a problem in numbers, its solution, and the proof of the solution's quality.

- `problem`: the problem and the solution: nodes with capacities, weighted edges, rules, dual values.
- `presolve`: reduces a problem with rules to one without, and converts the solution back; odd sets as a matrix.
- `solvers/`: chooses the edges.
- `evenness/`: chooses them such that the least sum of any taker is as large as possible.
- `omitted_pairs`: by how much pairs beyond a problem are worth more than they would pay.
- `verdict`: the verdict of the checker, in a sentence.
- `verification`: the checker: verifies a solution and its bound in plain integers.
- `rule_verification`: the checker's part for rules on groups.
- `edited_choice`: a choice that people edit.
- `missed_edges`: the rise of weight that unchosen edges need, and the edges in their place.
- `certificate`: a proved solution with everything that is needed to check it, under numbers that identify no member.
- `certificate_document`: a certificate as JSON.

Invariant: this package knows no city, programme or database, and the checker shares no code with the solvers.
"""
