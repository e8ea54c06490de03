"""The plan: what was chosen, what it costs, why, and where it is kept."""
