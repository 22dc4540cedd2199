"""Numbers as claims write them: quotients of sums of ``c*exp(q)*sqrt(b)*b**(r)``, sums of ``c*log(q)``."""

from __future__ import annotations

import re
from fractions import Fraction

from stackexact.certificates.digits import integer
from stackexact.certificates.exponential_sums import Quotient, Sum, added, number, power
from stackexact.certificates.logarithms import Log, logarithm

__all__ = ["Malformed", "closed_form", "closed_logarithm"]


class Malformed(Exception):
    """No closed form; the message says what was expected."""


_TOKEN = re.compile(r"exp|sqrt|log|[0-9]+|\*\*|[-+*/()]")
_LONGEST = 1_000_000
_HALF = Fraction(1, 2)
_ZERO = Fraction(0)


def closed_form(text: str) -> Quotient:
    """Read a quotient of sums: ``(exp(2) + 3)/(2*exp(1/2) + 1)``, ``-1/2*exp(3)*sqrt(2)*3**(2/5)``."""
    reader = _reader(text, "a quotient of sums of multiples of exp(q) and powers")
    top, bottom = reader.top(), number(Fraction(1))
    if reader.take("/"):
        bottom = reader.divisor()
    reader.end()
    sign = bottom.sign()
    if not sign:
        raise Malformed("a closed form that does not divide by zero")
    return Quotient(top, bottom) if sign > 0 else Quotient(-top, -bottom)


def closed_logarithm(text: str) -> Log:
    """Read a sum of multiples of logarithms and numbers: ``2*log(3/2) - log(5) + 3/2``."""
    reader = _reader(text, "a sum of multiples of log(q)")
    made = reader.logarithm(-1 if reader.take("-") else 1)
    while reader.place < len(reader.tokens):
        sign = 1 if reader.take("+") else -1
        if sign < 0:
            reader.need("-")
        made = made + reader.logarithm(sign)
    return made


def _reader(text: str, expected: str) -> _Reader:
    tokens = _TOKEN.findall(text)
    if len(text) > _LONGEST or re.search(r"[0-9]\s+[0-9]|\*\s+\*", text) or "".join(tokens) != text.replace(" ", ""):
        raise Malformed(expected)
    return _Reader(tokens)


class _Reader:
    """Reads tokens from the left; sums stand in parentheses where they are divided or divide."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens, self.place = tokens, 0

    def take(self, token: str) -> bool:
        if self.is_at(token):
            self.place += 1
            return True
        return False

    def need(self, token: str) -> None:
        if not self.take(token):
            found = self.tokens[self.place] if self.place < len(self.tokens) else "the end"
            raise Malformed(f"'{token}' in place of {found}")

    def end(self) -> None:
        if self.place < len(self.tokens):
            raise Malformed(f"a quotient of two sums, which ends before '{self.tokens[self.place]}'")

    def top(self) -> Sum:
        """What is divided, or all: a sum without parentheses is not divided."""
        if self.take("("):
            return self.enclosed()
        terms = self.terms()
        if self.place < len(self.tokens) and len(terms) > 1:
            raise Malformed("parentheses around a sum that is divided")
        return added(terms)

    def divisor(self) -> Sum:
        """A sum in parentheses, a whole number, an exponential or a root."""
        if self.take("("):
            return self.enclosed()
        if self.take("exp"):
            return power(Log(self.argument()))
        if self.is_at("sqrt"):
            return power(self.power())
        return number(Fraction(self.digits()))

    def enclosed(self) -> Sum:
        terms = self.terms()
        self.need(")")
        return added(terms)

    def terms(self) -> list[Sum]:
        """Terms with signs between them."""
        terms = [self.term(-1 if self.take("-") else 1)]
        while True:
            if self.take("+"):
                terms.append(self.term(1))
            elif self.take("-"):
                terms.append(self.term(-1))
            else:
                return terms

    def term(self, sign: int) -> Sum:
        """``c``, ``exp(q)`` and powers ``sqrt(b)`` or ``b**(r)``, in this order, with ``*`` between them."""
        factor, exponent = Fraction(sign), Log(_ZERO)
        more = True
        if not (self.is_at("exp") or self.is_at("sqrt") or self.is_at("**", 1)):
            factor *= self.rational()
            more = self.take("*")
        if more and self.take("exp"):
            exponent = Log(self.argument())
            more = self.take("*")
        while more:
            exponent = exponent + self.power()
            more = self.take("*")
        return power(exponent, factor)

    def power(self) -> Log:
        """The logarithm of ``sqrt(b)`` or ``b**(r)``."""
        if self.take("sqrt"):
            self.need("(")
            base, times = self.positive(Fraction(self.digits())), _HALF
            self.need(")")
        else:
            base = self.positive(Fraction(self.digits()))
            self.need("**")
            times = self.argument()
        return logarithm(base).times(times)

    def logarithm(self, sign: int) -> Log:
        """``c``, ``c*log(q)`` or ``log(q)``."""
        factor = Fraction(sign)
        if not self.is_at("log"):
            factor *= self.rational()
            if not self.take("*"):
                return Log(factor)
        self.need("log")
        return logarithm(self.positive(self.argument())).times(factor)

    def argument(self) -> Fraction:
        """A number in parentheses."""
        self.need("(")
        value = (-1 if self.take("-") else 1) * self.rational()
        self.need(")")
        return value

    def positive(self, value: Fraction) -> Fraction:
        if value <= 0:
            raise Malformed("logarithms and powers of numbers above 0")
        return value

    def is_at(self, token: str, ahead: int = 0) -> bool:
        """Whether this token is next, or so many after that."""
        return self.tokens[self.place + ahead : self.place + ahead + 1] == [token]

    def rational(self) -> Fraction:
        """``p`` or ``p/q``; a divisor that is a number belongs to it."""
        top = self.digits()
        following = self.tokens[self.place : self.place + 2]
        if len(following) == 2 and following[0] == "/" and following[1].isdigit():
            self.place += 1
            bottom = self.digits()
            if not bottom:
                raise Malformed("a closed form that does not divide by zero")
            return Fraction(top, bottom)
        return Fraction(top)

    def digits(self) -> int:
        if self.place >= len(self.tokens) or not self.tokens[self.place].isdigit():
            found = self.tokens[self.place] if self.place < len(self.tokens) else "the end"
            raise Malformed(f"a number in place of '{found}'")
        self.place += 1
        return integer(self.tokens[self.place - 1])
