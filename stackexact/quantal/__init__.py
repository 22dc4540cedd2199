"""Quantal Stackelberg equilibria: a leader who commits, and a follower who responds by a logit (math of Chen, Wang and
Yang 2023), by certified optimisation.

``decisions`` holds one decision of both players, ``prescriptions`` and ``commitments`` the leader's best policy where it
may and may not depend on what the follower does, ``induction`` many stages.
"""
