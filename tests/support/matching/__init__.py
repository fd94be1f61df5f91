"""matching under test.

- `strategies`: members and events drawn at random.
- `reason_claims/`: checks of each reason's claim against the profiles.
- `networks`: networks put together by hand, without a broker.
- `affinity`: a small history, and a model made by hand.
- `round_problems`: small rounds drawn at random, and the best choice in each by trying all.
- `hard_rounds`: rounds on graphs that are hard for blossoms.
- `greedy_solver`: a solver that takes the best pair first.
- `odd_solvers`: solvers that hang, cheat or break.
- `solver_contract`: the clauses that every `RoundSolver` keeps.
- `wrong_solvers`: solvers that break one clause each.
- `certificates`: a certificate, and each way to change one thing in it.
- `sealed_rounds`: rounds computed at once, with the members that were sealed with them.
- `towns`: towns of one wish, and a search among them.
- `answers`: counts worked out from every answer, to compare kept counts with.
- `answer_history`: acts that make, change and remove answers, on a database or on the fakes.
- `fakes`, `fake_repositories/`: matching's unit of work and repositories in memory.
- `stored`: rows for tests of the repositories.
- `drafts`: names and states of cities in drafts.
- `instance`: one instance of matching on a database or in memory, without a broker.
- `service`: events, and a running matching service.
"""
