r"""LaTeX of exact values, without SymPy, whose printer refuses numbers of more than 4 300 digits.

Greek names become Greek letters, ``delta_1`` and ``x1`` get their subscripts, ``ubar`` its bar, other names stand in
italics as words.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Final

from stackexact.exact.digits import fraction_to_text, int_to_text
from stackexact.exact.rational_function import Exact

__all__ = ["latex", "name_latex"]

_GREEK: Final = re.compile(
    "alpha|beta|gamma|delta|(var)?epsilon|zeta|eta|(var)?theta|iota|kappa|lambda|mu|nu|xi|(var)?pi|(var)?rho|(var)?sigma"
    "|tau|upsilon|(var)?phi|chi|psi|omega|Gamma|Delta|Theta|Lambda|Xi|Pi|Sigma|Upsilon|Phi|Psi|Omega"
)
_BARRED: Final = re.compile(rf"({_GREEK.pattern}|[A-Za-z])bar")
_NAME: Final = re.compile(r"([A-Za-z]+)([0-9]*)")


def latex(value: Exact) -> str:
    r"""An exact value in math mode.

    >>> from stackexact.exact.grammar import parse
    >>> print(latex(Fraction(-3, 5)), latex(parse("2*delta_1**2 - gamma/3")), latex(parse("2/(5*delta)")))
    -\frac{3}{5} 2 \delta_{1}^{2} - \frac{1}{3} \gamma \frac{2}{5 \delta}
    """
    if isinstance(value, Fraction):
        return _number(value)
    names = value.parameters
    if value.is_polynomial:
        return _polynomial(value.numerator, names, next(iter(value.denominator.values())))
    return rf"\frac{{{_polynomial(value.numerator, names, 1)}}}{{{_polynomial(value.denominator, names, 1)}}}"


def _number(value: Fraction) -> str:
    if value.denominator == 1:
        return fraction_to_text(value)
    sign = "-" if value < 0 else ""
    return rf"{sign}\frac{{{int_to_text(abs(value.numerator))}}}{{{int_to_text(value.denominator)}}}"


def _polynomial(terms: dict[tuple[int, ...], int], names: tuple[str, ...], divisor: int) -> str:
    """Terms in graded lexicographic order, the order of the normal form."""
    parts: list[str] = []
    for powers in sorted(terms, key=lambda p: (sum(p), p), reverse=True):
        coefficient = Fraction(terms[powers], divisor)
        factors = [
            name_latex(name) + (f"^{{{power}}}" if power > 1 else "")
            for name, power in zip(names, powers, strict=True)
            if power
        ]
        if abs(coefficient) != 1 or not factors:
            factors.insert(0, _number(abs(coefficient)))
        sign = "-" if coefficient < 0 else "+" if parts else ""
        parts.append(f" {sign} " if parts else sign)
        parts.append(" ".join(factors))
    return "".join(parts)


def name_latex(name: str) -> str:
    r"""A name in math mode.

    >>> print(name_latex("delta_1"), name_latex("ubar"), name_latex("w_bar"), name_latex("cost"))
    \delta_{1} \bar{u} w_{\mathrm{bar}} \mathit{cost}
    """
    head, *rest = [part for part in name.split("_") if part]
    match = _NAME.fullmatch(head)
    base, index = (match[1], match[2]) if match else (head, "")
    subscripts = ",".join(_word(part, "mathrm") for part in ([index] if index else []) + rest)
    return _word(base, "mathit") + (f"_{{{subscripts}}}" if subscripts else "")


def _word(word: str, style: str) -> str:
    if _GREEK.fullmatch(word):
        return "\\" + word
    if match := _BARRED.fullmatch(word):
        return rf"\bar{{{_word(match[1], style)}}}"
    return word if len(word) == 1 or word.isdigit() else rf"\{style}{{{word}}}"
