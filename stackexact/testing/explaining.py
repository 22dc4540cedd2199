"""What a failed comparison of exact numbers means: the difference, exactly and as a decimal."""

from __future__ import annotations

from fractions import Fraction

from stackexact.errors import StackexactError
from stackexact.exact.numbers import exact
from stackexact.exact.rational_function import Exact
from stackexact.exact.records import shown
from stackexact.testing.wording import amount

__all__ = ["explained"]


def explained(operator: str, left: object, right: object) -> list[str] | None:
    """The lines for pytest about ``left operator right``, which is false; ``None`` where one of them is no number.

    >>> explained("==", Fraction(1, 3), Fraction(1, 2))
    ['1/3 == 1/2', 'left - right: -1/6 ≈ -0.166667']
    >>> explained("==", Fraction(1, 10), 0.1)[1:]
    ['the float 0.1 is exactly 3602879701896397/36028797018963968', 'left - right: -1/1801439850... ≈ -5.55112e-18']
    """
    one, two = _exact(left), _exact(right)
    if one is None or two is None:
        return None
    lines = [f"{_brief(left, one)} {operator} {_brief(right, two)}"]
    lines += [f"the float {side!r} is exactly {shown(value)}" for side, value in _floats((left, one), (right, two))]
    difference = one - two
    if difference == 0 and operator == "==":
        kinds = " and ".join(type(side).__name__ for side in (left, right))
        return [*lines, f"the same exact value, in types that Python does not compare: {kinds}"]
    return [*lines, f"left - right: {amount(difference)}"]


def _exact(value: object) -> Exact | None:
    """The exact value of a number; text and truth values are none."""
    if isinstance(value, str | bool):
        return None
    try:
        return exact(value, floats="binary")
    except (StackexactError, ArithmeticError, ValueError, TypeError):
        return None


def _brief(value: object, number: Exact) -> str:
    return repr(float(value)) if isinstance(value, float) else shown(number)


def _floats(*sides: tuple[object, Exact]) -> list[tuple[float, Fraction]]:
    return [(float(side), value) for side, value in sides if isinstance(side, float) and isinstance(value, Fraction)]
