"""Exact numbers: the expression grammar, rational functions, relations, conversions."""
