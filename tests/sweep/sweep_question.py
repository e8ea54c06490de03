"""What the sweeps of the tests ask."""

from planner.scenario import Amount, Share

DRAWS = 11
LIMITS = (Share(share=0.2), Amount(amount=250_000.0))
TASKS = len(LIMITS) * (DRAWS + 1)
# So wide a gap is reached at once, whatever the machine: what ends at its time limit need not be the same again.
WISHES = {"solver.gap": 0.3, "solver.time_limit_s": 600.0}
