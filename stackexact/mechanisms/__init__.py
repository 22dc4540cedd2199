"""Mechanisms: the followers' game under fixed rules and its correlated equilibria, what the best rules are, proofs.

``outcomes`` turns a game into what comes out, ``forms`` into a game in strategic form; ``deviations`` says what an
equilibrium must not gain from, ``programs`` finds and proves the best and the worst.
"""
