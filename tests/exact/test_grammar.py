"""The grammar of exact expressions: what is read, what is refused, and that reading and printing agree."""

from fractions import Fraction

import pytest
import sympy
from guards import without_runaway_work
from hypothesis import assume, given
from hypothesis import strategies as st
from oracles.expressions import evaluate, normal_form
from strategies import NAMES, expressions, points, share

from stackexact.errors import ExpressionError
from stackexact.exact.grammar import INPUT, RESULT, Limits, parse, read_numeral
from stackexact.exact.rational_function import Exact, Expression
from stackexact.exact.relation import text_of

ACCEPTED = {
    "3/5": "3/5",
    "0.6": "3/5",
    ".80": "4/5",
    "1e-3": "1/1000",
    "1E3": "1000",
    "5.": "5",
    "007": "7",
    "1.50e+1": "15",
    "\t1 +\r\n 2 ": "3",
    "-2**2": "-4",
    "(-2)**2": "4",
    "2**-0": "1",
    "2**3**2": "512",
    "-1 - -1": "0",
    "+ + -3": "-3",
    "2*-3": "-6",
    "6/3/2": "1",
    "6/3*2": "4",
    "8-4-2": "2",
    "2+3*4**2": "50",
    "0**0": "1",
    "1/3 + 1/6": "1/2",
    "2*delta + 1/3": "2*delta + 1/3",
    "(gamma - delta)/2": "-1/2*delta + 1/2*gamma",
    "delta**2": "delta**2",
    "delta**0": "1",
    "delta - delta": "0",
    "delta/delta": "1",
    "1/delta": "(1)/(delta)",
    "2/(5*delta)": "(2)/(5*delta)",
    "1/(2*delta) + 1/2": "(delta + 1)/(2*delta)",
    "(delta**2 - 1)/(1 - delta)": "-delta - 1",
    "1/(1 - delta)": "(-1)/(delta - 1)",
    "b + a*b + a**2 + 3": "a**2 + a*b + b + 3",
    "lambda + E + N + import + None": "E + N + None + import + lambda",
    "sqrt + nan + inf + True": "True + inf + nan + sqrt",
    "x_1*X": "X*x_1",
    "e5 + 1e5": "e5 + 100000",
}

REFUSED = {
    "": "found the end",
    "  ": "found the end",
    "1 +": "found the end",
    "(1": "expected ')'",
    "1)": "without its '('",
    "()": "found ')'",
    "1 2": "expected an operator, found '2' at character 3",
    "2x": "expected an operator, found 'x'",
    "2 (3)": "expected an operator, found '('",
    "f(x)": "expected an operator, found '('",
    "* 1": "found '*'",
    "1 */ 2": "found '/'",
    "1 ** ": "found the end",
    "2**-1": "an integer exponent from 0 to 64",
    "2**(1/2)": "an integer exponent from 0 to 64",
    "2**65": "an integer exponent from 0 to 64",
    "2**delta": "an integer exponent from 0 to 64",
    "1/0": "divides by zero",
    "0/0": "divides by zero",
    "1/(delta - delta)": "divides by zero",
    "1/(a*b - b*a)": "divides by zero",
    "1_000": "found '_'",
    "0x10": "expected an operator, found 'x10'",
    "1 # one": "found '#'",
    "1e": "expected an operator, found 'e'",
    "1.2.3": "expected an operator, found '.3'",
    ".": "found '.'",
    "_a": "found '_'",
    "a.b": "found '.'",
    "a[0]": "found '['",
    "a; b": "found ';'",
    "a == b": "found '='",
    "a, b": "found ','",
    "'a'": "found",
    "1\u20442": "found",
    "\u0661": "found",
    "\uff11": "found",
    "\u03b4": "found",
    "a\x00b": "found",
    "1 + \x1b[31m": "found",
    "__import__('os')": "found '_'",
    "7" * 2001: "at most 2000 digits",
    "0." + "7" * 2000: "at most 2000 digits",
    "1e2001": "decimal exponent up to 2000",
    "1e-2001": "decimal exponent up to 2000",
    "1e" + "9" * 5000: "decimal exponent up to 2000",
    "1e" + "0" * 5000 + "2001": "decimal exponent up to 2000",
    "1" * 20_001: "at most 20000 characters",
    "(" * 101 + "1" + ")" * 101: "at most 100 nested levels",
}

HOSTILE = {
    "tower": "9**9**9**9",
    "powers of powers": "((((9**64)**64)**64)**64)**64",
    "powers multiplied": "*".join(["(9**64)**64"] * 1600),
    "long product": "*".join(["9" * 1990] * 10) + "/0",
    "open": "(" * 19_999,
    "closed": "1" + ")" * 19_998,
    "signs": "-" * 19_999 + "1",
    "powers open": "2**" * 6000 + "2",
    "expanding power": "(a + b + c + d + e + f)**64",
    "expanding product": "*".join(f"(a{i} + 1)" for i in range(300)),
    "expanding quotient": " + ".join(f"1/(a{i} + 1)" for i in range(300)),
    "many parameters": "+".join(f"a{i}" for i in range(3000)),
    "many factors": "*".join(f"a{i}" for i in range(3000)),
    "high degree": "*".join(["a**64"] * 2000),
    "long coefficients": "((9**64)**30*a + (7**64)**30)**60",
    "long coefficients, many names": "((9**64)**64*a + (7**64)**64*b + (5**64)**64*c + d)**24",
    "nested quotients": "1/(b*c + d + " * 90 + "a" + ")" * 90,
    "NULs": "\0" * 20_000,
    "digits": "9" * 3_000_000,
    "point": "." * 20_000,
}


def read(text: str) -> Exact:
    """The value of a text; examples that divide by zero or grow too large are dropped."""
    try:
        return parse(text)
    except ExpressionError:
        assume(False)
        raise


@pytest.mark.parametrize(("text", "printed"), ACCEPTED.items())
def test_what_is_read_has_one_normal_form(text: str, printed: str) -> None:
    """Each text prints as its normal form, which reads back as the same value."""
    value = parse(text, limits=INPUT)
    assert text_of(value) == printed
    assert parse(printed, limits=INPUT) == value
    assert isinstance(value, Fraction) == (not set(printed) & set("abcdefghijklmnopqrstuvwxyzENX"))


@pytest.mark.parametrize(("text", "said"), REFUSED.items(), ids=lambda text: ascii(text)[:30])
def test_what_is_refused_says_what_was_expected(text: str, said: str) -> None:
    """Text outside the grammar is an ExpressionError: one printable line that names the trouble."""
    with pytest.raises(ExpressionError) as caught:
        parse(text, limits=INPUT)
    message = str(caught.value)
    assert said in message
    assert message.isprintable()
    assert len(message) < 300


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_is_refused_before_it_costs_anything(text: str) -> None:
    """Bounds are checked before the work that they bound."""
    with without_runaway_work(), pytest.raises(ExpressionError) as caught:
        parse(text, limits=INPUT)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 300


def test_the_bounds_themselves_are_allowed() -> None:
    """What stands exactly at a bound is read."""
    assert parse("7" * 2000, limits=INPUT) == 7 * (10**2000 - 1) // 9
    assert parse("1e2000", limits=INPUT) == 10**2000
    assert parse("1e-2000", limits=INPUT) == Fraction(1, 10**2000)
    assert parse("1e" + "0" * 5000 + "3", limits=INPUT) == 1000
    assert parse("2**64", limits=INPUT) == 2**64
    assert parse("(" * 100 + "1" + ")" * 100, limits=INPUT) == 1
    assert parse("1" + " " * 19_999, limits=INPUT) == 1
    assert parse("+".join(f"a{i}" for i in range(100)), limits=INPUT) != 0


def test_bounds_are_the_callers_choice() -> None:
    """A caller with tighter limits gets them; results are read with far wider ones than input."""
    tight = Limits(characters=310, digits=300, exponent=2, nesting=1, power=2, bits=20)
    assert parse("(1+2)**2", limits=tight) == 9
    for text in ("7" * 301, "1e3", "((1))", "2**3", "999*999*9", "+".join("1" * 160)):
        with pytest.raises(ExpressionError):
            parse(text, limits=tight)
    long = "7" * 2001
    assert parse(long) == parse(long, limits=RESULT) == 7 * (10**2001 - 1) // 9


@pytest.mark.parametrize("value", [1, 1.5, None, b"1", ["1"], Fraction(1)])
def test_only_text_is_parsed(value: object) -> None:
    """A value of another type is refused by name, not converted."""
    with pytest.raises(ExpressionError, match=type(value).__name__):
        parse(value)  # type: ignore[arg-type]


def test_numerals_are_read_from_their_digits() -> None:
    """One tenth is one tenth; a numeral alone has no sign and no operator."""
    assert read_numeral("0.1") == Fraction(1, 10)
    assert read_numeral("0.30000000000000004") == Fraction(30000000000000004, 10**17)
    for text in ("-1", "1/2", "", "a", "1 ", "1e", "."):
        with pytest.raises(ExpressionError):
            read_numeral(text)


@given(expressions(), points)
def test_reading_agrees_with_an_independent_evaluation(text: str, point: dict[str, Fraction]) -> None:
    """A text is worth at a point what Python's own parser makes of it there."""
    try:
        expected = evaluate(text, point)
    except ZeroDivisionError:
        assume(False)
    value = parse(text, limits=INPUT)
    assert (value.at(point) if isinstance(value, Expression) else value) == expected


@given(expressions())
def test_printing_is_undone_by_reading(text: str) -> None:
    """The printed form reads back as an equal value with an equal print and an equal hash."""
    value = read(text)
    again = parse(text_of(value))
    assert again == value
    assert hash(again) == hash(value)
    assert text_of(again) == text_of(value)


@given(expressions(2), expressions(1))
def test_equal_functions_print_alike(text: str, other: str) -> None:
    """Detours that change nothing as a function change nothing in print."""
    value, detour = read(text), read(other)
    printed = text_of(value)
    assert text_of(read(f"({other}) + ({text}) - ({other})")) == printed
    assert text_of(read(f"-(-({text}))")) == printed
    assert text_of(read(f"(({text})*({text}) - 1) - ({text})**2 + ({text}) + 1")) == printed
    if detour != 0:
        assert text_of(read(f"({other})*({text})/({other})")) == printed
        assert text_of(read(f"({text})/(3*({other}))*({other})*3")) == printed


@share(50)
@given(expressions(2))
def test_the_normal_form_is_the_contracts(text: str) -> None:
    """SymPy's terms, printed by an independent printer of the contract's form, give the same text."""
    value = read(text)
    if isinstance(value, Expression):
        assert str(value) == normal_form(value.sympy())


@share(50)
@given(expressions(2))
def test_sympy_reads_the_output_back(text: str) -> None:
    """``sympify(text, locals)`` is the same function."""
    value = read(text)
    names = {name: sympy.Symbol(name) for name in NAMES}
    theirs = sympy.sympify(text_of(value), locals=names)
    own = value.sympy() if isinstance(value, Expression) else sympy.Rational(value.numerator, value.denominator)
    assert sympy.cancel(theirs - own) == 0


@pytest.mark.parametrize("digits", [4301, 10_000, 50_000])
def test_long_numbers_print_and_read_back(digits: int) -> None:
    """Numbers beyond the interpreter's guard pass as numerators, denominators and coefficients."""
    top, bottom = 10**digits + 7, 3**digits
    value = Fraction(top, bottom)
    assert parse(text_of(value)) == value
    expression = parse(f"({text_of(Fraction(top))}*delta + 1)/(delta - {text_of(Fraction(bottom))})")
    assert parse(str(expression)) == expression
    assert expression.at({"delta": Fraction(bottom + 1)}) == top * (bottom + 1) + 1


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    """Whatever the text, the only exception is ExpressionError, with one printable line."""
    _read_or_refused(text)


@given(st.text("0123456789.eE+-*/() ab_", max_size=30))
def test_any_text_of_the_grammars_letters_is_read_or_refused(text: str) -> None:
    """The same for text that comes close to the grammar; what is read agrees with Python where Python reads it."""
    value = _read_or_refused(text)
    if isinstance(value, Fraction):
        try:
            expected = evaluate(text, {})
        except (SyntaxError, KeyError, AssertionError, ZeroDivisionError):
            return
        assert value == expected


def _read_or_refused(text: str) -> object:
    message = ""
    try:
        return parse(text, limits=INPUT)
    except ExpressionError as error:
        message = str(error)
    assert message.isprintable()
    assert 0 < len(message) < 300
    return None


def test_messages_quote_what_is_around_the_place() -> None:
    """In a long text the place is shown, and not only the ends of the text."""
    text = "+".join(f"x{n}" for n in range(100)) + "+$y+" + "+".join(f"z{n}" for n in range(100))
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    said = str(caught.value)
    assert f"at character {text.index('$') + 1} of '..." in said
    assert "x99+$y+z0" in said
    assert len(said) < 250
