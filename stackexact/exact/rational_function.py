"""Rational functions over Q in named parameters, in one normal form.

An :class:`Expression` is ``num/den`` with integer polynomials without a common factor, the contents of both coprime and
the leading coefficient of ``den`` positive. Names are sorted, so equal functions have equal representations and print
alike. A function that is constant is never an Expression but a :class:`fractions.Fraction`; :data:`Exact` is the union.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import comb, gcd, isqrt
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from stackexact.errors import ExpressionError
from stackexact.exact.digits import fraction_to_text, int_to_text

if TYPE_CHECKING:
    from flint import fmpz_mpoly, fmpz_mpoly_ctx
    from sympy import Expr as SympyExpr

__all__ = ["Exact", "Expression", "effort", "power_effort", "quotient", "symbol"]

MAX_TERMS = 4000
MAX_DEGREE = 1000
MAX_NAMES = 100
MAX_BITS = 400_000
MAX_SIZE = 20_000_000
"""Bounds on what input may expand to; beyond them an :class:`ExpressionError` is raised, quickly."""


def _ring(names: tuple[str, ...]) -> fmpz_mpoly_ctx:
    """The integer polynomials in these names. Flint is imported here, so that numbers alone never load it."""
    from flint import Ordering, fmpz_mpoly_ctx

    return fmpz_mpoly_ctx.get(names, Ordering.deglex)


def symbol(name: str) -> Expression:
    """The parameter ``name`` as an expression.

    >>> str(1 / symbol("delta") - 1)
    '(-delta + 1)/(delta)'
    """
    context = _ring((name,))
    return Expression._raw(context.gens()[0], context.constant(1))


def quotient(
    names: tuple[str, ...], top: Mapping[tuple[int, ...], int], bottom: Mapping[tuple[int, ...], int]
) -> Exact:
    """The normal form of a quotient of polynomials, given as exponents (in the order of ``names``) to coefficients.

    >>> str(quotient(("delta",), {(2,): 1, (0,): -1}, {(1,): 2, (0,): 2}))
    '1/2*delta - 1/2'
    """
    ring = _ring(names)
    return _quotient(ring.from_dict(dict(top)), ring.from_dict(dict(bottom)))


class Expression:
    """A non-constant rational function of named parameters; immutable, hashable, exact.

    Supports ``+ - * /`` with integers, fractions and expressions, ``**`` with non-negative integers, ``==``.
    ``str`` gives the normal form that :func:`stackexact.parse` reads back.

    >>> delta, gamma = symbol("delta"), symbol("gamma")
    >>> str((gamma - delta) / 2 + Fraction(1, 3))
    '-1/2*delta + 1/2*gamma + 1/3'
    >>> (delta * gamma) / gamma == delta
    True
    """

    __slots__ = ("_den", "_num")
    _num: fmpz_mpoly
    _den: fmpz_mpoly

    def __init__(self) -> None:
        raise TypeError("expected parse('delta + 1/2') or symbol('delta'); an Expression is not built directly")

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"an Expression is immutable; cannot set {name!r}")

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        from stackexact.exact.grammar import parse

        return parse, (str(self),)

    @classmethod
    def _raw(cls, num: fmpz_mpoly, den: fmpz_mpoly) -> Expression:
        made = object.__new__(cls)
        object.__setattr__(made, "_num", num)
        object.__setattr__(made, "_den", den)
        return made

    # -- reading ------------------------------------------------------------------------------------------------

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names that occur, sorted."""
        return tuple(self._num.context().names())

    @property
    def numerator(self) -> dict[tuple[int, ...], int]:
        """The numerator: exponents (in the order of :attr:`parameters`) to integer coefficients."""
        return {tuple(map(int, powers)): int(value) for powers, value in self._num.to_dict().items()}

    @property
    def denominator(self) -> dict[tuple[int, ...], int]:
        """The denominator, in the form of :attr:`numerator`."""
        return {tuple(map(int, powers)): int(value) for powers, value in self._den.to_dict().items()}

    @property
    def is_polynomial(self) -> bool:
        """Whether the denominator is a number."""
        return bool(self._den.is_constant())

    def at(self, values: Mapping[str, Exact]) -> Exact:
        """Substitute exact values for some or all parameters.

        Raises :class:`ExpressionError` where the denominator vanishes.

        >>> (1 / symbol("delta")).at({"delta": Fraction(1, 100)})
        Fraction(100, 1)
        """
        names = self.parameters
        if values.keys().isdisjoint(names):
            return self
        points: list[Exact] = [values[name] if name in values else symbol(name) for name in names]
        top, bottom = _evaluate(self.numerator, points), _evaluate(self.denominator, points)
        if bottom == 0:
            place = ", ".join(f"{name} = {values[name]}" for name in names if name in values)
            raise ExpressionError(f"{self} divides by zero at {place}; choose another value or state an assumption")
        return top / bottom

    def sympy(self) -> SympyExpr:
        """The same function as a SymPy expression (plain symbols of the same names)."""
        import sympy

        symbols = [sympy.Symbol(name) for name in self.parameters]

        def side(terms: dict[tuple[int, ...], int], divisor: int = 1) -> Any:
            parts = []
            for powers, value in terms.items():
                factors = [s**p for s, p in zip(symbols, powers, strict=True) if p]
                parts.append(sympy.Mul(sympy.Rational(value, divisor), *factors))
            return sympy.Add(*parts)

        if self.is_polynomial:
            polynomial: SympyExpr = side(self.numerator, next(iter(self.denominator.values())))
            return polynomial
        quotient: SympyExpr = side(self.numerator) / side(self.denominator)
        return quotient

    def _sympy_(self) -> SympyExpr:
        return self.sympy()

    def _repr_latex_(self) -> str:
        from stackexact.exact.latex import latex

        return f"${latex(self)}$"

    # -- arithmetic ---------------------------------------------------------------------------------------------

    def __add__(self, other: object) -> Exact:
        right = _operand(other)
        if right is None:
            return NotImplemented
        a, b, c, d = _aligned(self, right)
        return _quotient(a * d + c * b, b * d)

    __radd__ = __add__

    def __sub__(self, other: object) -> Exact:
        right = _operand(other)
        if right is None:
            return NotImplemented
        a, b, c, d = _aligned(self, right)
        return _quotient(a * d - c * b, b * d)

    def __rsub__(self, other: object) -> Exact:
        return -self + other

    def __neg__(self) -> Expression:
        return Expression._raw(-self._num, self._den)

    def __pos__(self) -> Expression:
        return self

    def __mul__(self, other: object) -> Exact:
        right = _operand(other)
        if right is None:
            return NotImplemented
        a, b, c, d = _aligned(self, right)
        return _quotient(a * c, b * d)

    __rmul__ = __mul__

    def __truediv__(self, other: object) -> Exact:
        right = _operand(other)
        if right is None:
            return NotImplemented
        a, b, c, d = _aligned(self, right)
        return _quotient(a * d, b * c)

    def __rtruediv__(self, other: object) -> Exact:
        right = _operand(other)
        if right is None:
            return NotImplemented
        a, b, c, d = _aligned(self, right)
        return _quotient(c * b, d * a)

    def __pow__(self, exponent: object) -> Exact:
        if isinstance(exponent, bool) or not isinstance(exponent, int) or exponent < 0:
            return NotImplemented
        if exponent == 0:
            return Fraction(1)
        for side in (self._num, self._den):
            if comb(len(side) + exponent - 1, exponent) > MAX_TERMS or side.total_degree() * exponent > MAX_DEGREE:
                raise ExpressionError(f"the power {exponent} expands beyond {MAX_TERMS} terms; write a smaller one")
            bits = exponent * max(int(c).bit_length() for c in side.coeffs())
            _bound_bits(bits)
            _bound_size(comb(len(side) + exponent - 1, exponent) * bits)
        return Expression._raw(self._num**exponent, self._den**exponent)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Expression):
            if self.parameters != other.parameters:
                return False
            return bool(self._num == other._num) and bool(self._den == other._den)
        if _is_sympy(other):
            return bool(self.sympy().equals(other))
        return False if isinstance(other, int | Fraction) else NotImplemented

    def __hash__(self) -> int:
        return hash(("stackexact.Expression", str(self)))

    def __str__(self) -> str:
        if self.is_polynomial:
            return _polynomial_text(self._num, int(self._den.coeffs()[0]))
        return f"({_polynomial_text(self._num, 1)})/({_polynomial_text(self._den, 1)})"

    def __repr__(self) -> str:
        return f"Expression({str(self)!r})"


Exact: TypeAlias = Fraction | Expression
"""An exact value: a Fraction when it is a number, an Expression when it depends on a parameter."""


def _is_sympy(value: object) -> bool:
    return type(value).__module__.startswith("sympy.")


def _operand(value: object) -> Fraction | Expression | None:
    if isinstance(value, Expression | Fraction):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return Fraction(value)
    return None


def _aligned(left: Expression, right: Exact) -> tuple[fmpz_mpoly, fmpz_mpoly, fmpz_mpoly, fmpz_mpoly]:
    """Numerators and denominators of both sides in one polynomial ring, after a look at the size of the result."""
    context = left._num.context()
    if isinstance(right, Fraction):
        _bound_bits(max(right.numerator.bit_length(), right.denominator.bit_length()))
        return left._num, left._den, context.constant(right.numerator), context.constant(right.denominator)
    sides = (left._num, left._den, right._num, right._den)
    if left.parameters != right.parameters:
        names = tuple(sorted({*left.parameters, *right.parameters}))
        if len(names) > MAX_NAMES:
            raise ExpressionError(f"the expression has more than {MAX_NAMES} parameters; write a smaller one")
        context = _ring(names)
        sides = (
            sides[0].project_to_context(context),
            sides[1].project_to_context(context),
            sides[2].project_to_context(context),
            sides[3].project_to_context(context),
        )
    if max(map(len, sides[:2])) * max(map(len, sides[2:])) > 40 * MAX_TERMS:
        raise ExpressionError(f"the expression expands beyond {MAX_TERMS} terms; write a smaller one")
    if sum(side.total_degree() for side in sides) > 2 * MAX_DEGREE:
        raise ExpressionError(f"the expression has a degree beyond {MAX_DEGREE}; write a smaller one")
    return sides


def _bound_bits(bits: int) -> None:
    if bits > MAX_BITS:
        raise ExpressionError(f"a coefficient is longer than {MAX_BITS * 3 // 10} digits; write a smaller number")


def _bound_size(bits: int) -> None:
    if bits > MAX_SIZE:
        raise ExpressionError(f"the expression expands beyond {MAX_SIZE * 3 // 10} digits; write a smaller one")


def effort(left: Exact, right: Exact) -> int:
    """About how long an operation on two values takes, in hundredths of a microsecond, found without carrying it out.

    Fitted to measurements: products of terms, the slower the longer their coefficients; the greatest common divisor
    of polynomials of such degrees; the one of all coefficients.
    """
    one, two = _measure(left), _measure(right)
    if isinstance(left, Fraction) and isinstance(right, Fraction):
        return 100 + one.words * two.words // 4
    words, products = one.words + two.words, one.terms * two.terms
    divides = one.divides or two.divides
    degree = one.degree + two.degree if divides else 0
    longer = words * (1 + isqrt(min(one.words, two.words))) // (2 if divides else 8)
    return 2000 + products * (longer + (10 if divides else 5)) + degree**2 + words**2 // 4


def power_effort(base: Exact, exponent: int) -> int:
    """What :func:`effort` is, for a power."""
    one = _measure(base)
    words = one.words * exponent
    if isinstance(base, Fraction):
        return 100 + words * one.words // 4
    terms = min(comb(one.terms + exponent, exponent), MAX_TERMS)  # a larger power is refused
    return 2000 + terms * one.terms * (5 + words // 8)


class _Measure(NamedTuple):
    """How large a value is: terms above and below the line, total degrees, words of the longest coefficient, and
    whether it is a quotient of polynomials."""

    terms: int
    degree: int
    words: int
    divides: bool


def _measure(value: Exact) -> _Measure:
    if isinstance(value, Fraction):
        return _Measure(1, 0, max(value.numerator.bit_length(), value.denominator.bit_length()) // 64, False)
    sides = value._num, value._den
    bits = max(coefficient.bit_length() for side in sides for coefficient in side.coeffs())
    divides = not value.is_polynomial
    terms = len(sides[0]) + (len(sides[1]) if divides else 0)
    return _Measure(terms, sum(side.total_degree() for side in sides), bits // 64, divides)


def _quotient(num: fmpz_mpoly, den: fmpz_mpoly) -> Exact:
    """The normal form of num/den: a Fraction when constant, else coprime, primitive, on the names that occur."""
    if den.is_zero():
        raise ZeroDivisionError("division by zero")
    if num.is_zero():
        return Fraction(0)
    if not den.is_constant():
        common = num.gcd(den)
        num, den = num // common, den // common
    if len(num) > MAX_TERMS or len(den) > MAX_TERMS:
        raise ExpressionError(f"the expression expands beyond {MAX_TERMS} terms; write a smaller one")
    content = gcd(*(int(side.content()) for side in (num, den)))  # type: ignore[attr-defined]  # python-flint's stubs leave content() out
    if int(den.leading_coefficient()) < 0:
        content = -content
    if content != 1:
        num, den = num // content, den // content
    if num.is_constant() and den.is_constant():
        return Fraction(int(num.coeffs()[0]), int(den.coeffs()[0]))
    context = num.context()
    names = context.names()
    used = {i for side in (num, den) for i, degree in enumerate(side.degrees()) if degree}
    if len(used) < len(names):
        smaller = _ring(tuple(names[i] for i in sorted(used)))
        num, den = num.project_to_context(smaller), den.project_to_context(smaller)
    return Expression._raw(num, den)


def _evaluate(terms: dict[tuple[int, ...], int], points: list[Exact]) -> Exact:
    total: Exact = Fraction(0)
    for powers, coefficient in terms.items():
        value: Exact = Fraction(coefficient)
        for point, power in zip(points, powers, strict=True):
            if power:
                if isinstance(point, Fraction):
                    _bound_bits(power * max(point.numerator.bit_length(), point.denominator.bit_length()))
                    value = value * Fraction(point**power)
                else:
                    value = value * point**power
        total = total + value
    return total


def _polynomial_text(polynomial: fmpz_mpoly, divisor: int) -> str:
    names = polynomial.context().names()
    parts: list[str] = []
    for powers, coefficient in polynomial.terms():
        value = Fraction(int(coefficient), divisor)
        factors = [n if p == 1 else f"{n}**{p}" for n, p in zip(names, powers, strict=True) if p]
        size = abs(value)
        if size != 1 or not factors:
            factors.insert(0, int_to_text(size.numerator) if size.denominator == 1 else fraction_to_text(size))
        sign = ("-" if value < 0 else "") if not parts else (" - " if value < 0 else " + ")
        parts.append(sign + "*".join(factors))
    return "".join(parts)
