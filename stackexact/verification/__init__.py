"""Traces judged by exact targets: exact regret, its mean over runs, its growth, claims about it (docs/verify.md)."""
