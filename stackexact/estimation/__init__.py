"""Quantal response models estimated from what followers did: existence decided exactly, the estimate proved.

>>> from stackexact.estimation import estimate
>>> print(estimate({"b1": 3, "b2": 1})["b2"].closed_form)
-log(3)
"""

from stackexact.estimation.confidence import ConfidenceSet, Interval
from stackexact.estimation.data import Observation
from stackexact.estimation.estimate import Estimate, estimate
from stackexact.estimation.recommendation import LogOdds, Misspecification, misspecification, recover
from stackexact.exact.logarithms import LogNumber

__all__ = [
    "ConfidenceSet",
    "Estimate",
    "Interval",
    "LogNumber",
    "LogOdds",
    "Misspecification",
    "Observation",
    "estimate",
    "misspecification",
    "recover",
]
