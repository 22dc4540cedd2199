"""Traces: how often learners played each pair of actions, run by run (contract 7)."""
