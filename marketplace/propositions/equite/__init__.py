"""Fairness of the rankings: who is shown, who is not and why, by groups the engine never sees (R124)."""
