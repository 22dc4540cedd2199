"""Closed forms over a domain: sample, answer, subtract where the answer is proved, until nothing is left."""
