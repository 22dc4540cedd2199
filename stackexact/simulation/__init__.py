"""The companion simulator: learners play a game, and how often they played each pair of actions is counted.

Learners and their settings are pure Python and NumPy; the loop over rounds is compiled (numba, extra ``[sim]``).
"""
