"""Incentives of a leader for many followers, and their mean-field limit (Sanjari, Bose and Başar 2025).

Costs are quadratic. What is computed from them is written once against :class:`~stackexact.exact.prover.Prover`: on
numbers it proves the answer, on polynomials in the weights and in the number of followers it finds the closed form.
"""
