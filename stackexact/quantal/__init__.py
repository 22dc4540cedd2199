"""Quantal Stackelberg equilibria: a leader who commits, and a follower who responds by a logit (Chen, Wang and Yang
2023), by certified optimisation.

``decisions`` holds one decision of both players; ``prescriptions`` and ``commitments`` find the leader's best policy
where it may and where it may not depend on what the follower does, ``exactly`` shows that a deterministic one is best;
``deciding`` joins them, ``induction`` goes through the stages of a Markov game.
"""
