"""The play of followers under an announced incentive: best responses and gradients, beside what is exactly true of it.

Floats play; what they are compared with is exact, and so are the comparisons.
"""
