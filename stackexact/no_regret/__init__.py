"""Followers who respond by learning, in the game that a mechanism leaves to them: compiled play, counted and verified.

Floats and random numbers play; they hand over integer counts, and all that is said of these is exact.
"""
