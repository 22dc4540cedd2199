"""Slow, independent answers on plain fractions. Nothing here imports stackexact.

``linear`` enumerates the vertices of polytopes, ``commitments`` and ``benchmarks`` compute every concept from its
definition, ``programs`` decides linear programs with z3, ``expressions`` evaluates expressions its own way.
"""
