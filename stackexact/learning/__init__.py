"""Leaders who learn quantal followers: maximum likelihood, optimism and pessimism, on numbers.

Floats play and learn here; what they are compared with is exact, and so are the comparisons (elsewhere).
"""
