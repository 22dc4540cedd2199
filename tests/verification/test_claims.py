"""The grammar of claims and formulas: what it reads, what it refuses and where, and how verdicts combine."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import product

import pytest
from guards import without_runaway_work
from hypothesis import given
from hypothesis import strategies as st

from stackexact.errors import StackexactError, UsageError
from stackexact.verification.claims import RELATIONS, Rate, Size, parse_claim
from stackexact.verification.evaluating import value_at
from stackexact.verification.formulas import names_of, parse_formula
from stackexact.verification.growth import Height
from stackexact.verification.judging import Judgement, Verdict, judge, together

HALF, THIRD = Fraction(1, 2), Fraction(1, 3)


@pytest.mark.parametrize(
    ("text", "power", "logarithm"),
    [
        ("T^(2/3)*log(T)^(1/3)", Fraction(2, 3), THIRD),
        ("T**0.5", HALF, 0),
        ("sqrt(T)", HALF, 0),
        ("sqrt(T*log(T))", HALF, HALF),
        ("T / log(T)", 1, -1),
        ("(T^2*log(T))^(1/2) / T", 0, HALF),
        ("1", 0, 0),
        ("T^(-1/2)", -HALF, 0),
        ("log(T)^2", 0, 2),
    ],
)
def test_rates(text: str, power: Fraction, logarithm: Fraction) -> None:
    """Products of powers of T and log(T), in any of the usual ways to write them."""
    for relation in RELATIONS:
        claim = parse_claim(f"  both self-tolerant\trate{relation}{text} ")
        assert claim.about == Rate(relation, power, logarithm)
        assert (claim.who, claim.benchmark, claim.agents) == ("both", "self-tolerant", ("leader", "follower"))
        assert parse_claim(str(claim)).about == claim.about


def test_words() -> None:
    """Linear is at least T, sublinear less; doubled negations cancel."""
    assert parse_claim("leader tolerant linear").about == Rate(">=", Fraction(1), Fraction(0))
    assert parse_claim("not not not either stackelberg sublinear").negated
    assert parse_claim("not not follower stackelberg sublinear").about == Rate("<", Fraction(1), Fraction(0))
    assert isinstance(parse_claim("leader tolerant regret<T").about, Size)


REFUSED = [
    ("", "expected one of leader, follower, both, either, found the end at character 1"),
    ("ledaer tolerant linear", "expected leader, found 'ledaer' at character 1"),
    ("leader toler linear", "expected tolerant, found 'toler' at character 8"),
    ("leader tolerant", "expected one of linear, sublinear, rate, regret, found the end at character 16"),
    ("leader tolerant linear now", "expected the end, found 'now' at character 24"),
    ("leader tolerant rate T", "expected one of <= >= == != < >, found 'T' at character 22"),
    ("leader tolerant rate = T", "expected one of <= >= == != < >, found '=' at character 22"),
    ("leader tolerant rate <= ", "found the end at character 25"),
    ("leader tolerant rate <= T^2/3", "found 'a constant' at character 29"),
    ("leader tolerant rate <= 2*T", "found 'a constant' at character 25"),
    ("leader tolerant rate <= T + 1", "found 'a sum' at character 25"),
    ("leader tolerant rate <= -T", "found 'a sum' at character 25"),
    ("leader tolerant rate <= delta", "found 'delta' at character 25"),
    ("leader tolerant rate <= T^", "expected a number as an exponent, as in ^2, ^0.5 or ^(2/3), found the end"),
    ("leader tolerant rate <= T^(2/0)", "found 'a division by zero' at character 28"),
    ("leader tolerant rate <= T^1e3", "expected an exponent of at most 64 with at most 3 decimals, found '1000'"),
    ("leader tolerant rate <= log(delta)", "expected 'T', found 'delta' at character 29"),
    ("leader tolerant rate <= (T", "expected ')', found the end at character 27"),
    ("leader tolerant rate <= T)", "expected an operator or the end, found ')' at character 26"),
    ("leader tolerant rate <= T T", "expected an operator or the end, found 'T' at character 27"),
    ("leader tolerant rate <= T^2^2", "expected an operator or the end, found '^' at character 28"),
    ("leader tolerant rate <= Ｔ", "found 'Ｔ' at character 25"),
    ("leader tolerant rate <= T; drop", "found ';' at character 26"),
    ("leader tolerant regret <= __import__('os')", "found '_' at character 27"),
    ("leader tolerant regret <= T.real", "found '.' at character 28"),
    ("leader tolerant regret <= 1e9999", "expected a decimal exponent up to 2000 in size"),
    ("leader tolerant regret <= " + "(" * 21 + "T", "expected at most 20 nested levels, found '('"),
    ("leader tolerant regret <= " + "+".join("T" * 600), "expected at most 1000 characters, found 1225"),
    ("l" * 2000, "expected at most 1000 characters, found 2000"),
    ("leader\x1b[31m tolerant linear", "expected leader, found 'leader\\x1b[31m' at character 1"),
]


@pytest.mark.parametrize(("text", "told"), REFUSED)
def test_refused(text: str, told: str) -> None:
    """One line, with what was expected and where."""
    with pytest.raises(UsageError) as caught:
        parse_claim(text)
    line = caught.value.line
    assert line.startswith("claim: expected ")
    assert told in line
    assert line.isprintable()
    assert len(line) < 500


def complaint(text: str) -> str:
    """What is said of a text that is no claim; nothing of one that is."""
    try:
        parse_claim(text)
    except StackexactError as error:
        return error.line
    return ""


def test_no_text() -> None:
    """Only text is a claim."""
    with pytest.raises(UsageError, match="claim: expected text, found int"):
        parse_claim(7)  # type: ignore[arg-type]


@given(st.text(max_size=60))
def test_any_text_ends_in_a_claim_or_one_line(text: str) -> None:
    """No traceback, no runaway, whatever follows."""
    for given_ in (text, f"leader tolerant {text}", f"leader tolerant regret <= {text}"):
        assert "\n" not in complaint(given_)


RUNAWAY = [
    "(((T^64)^64)^64)^64",
    "*".join(["9" * 60 + "^64"] * 14),
    "2^(-64)" + "*T^64" * 150,
    "((((log(T)^64)^64)^64)^64)^64",
    "1/(((((sqrt(T+1)^64)^64)^64)^64)^64)",
    "(((log(T)^64)^64)^64)^64",
    "(((1/(sqrt(T+1) - sqrt(T))^64)^64)^64)^64",
]
"""What would take gigabytes: exact numbers and enclosures, large and small."""


@pytest.mark.parametrize("text", RUNAWAY)
def test_runaway_values(text: str) -> None:
    """Numbers that outgrow the bound are refused when the claim is read, whichever kind they are."""
    with without_runaway_work(), pytest.raises(UsageError, match=r"at most 100000 bits, found one of .*lower its exp"):
        parse_claim(f"leader tolerant regret <= {text}")


def test_the_longest_values() -> None:
    """What is let through is computed and shown at once; a parameter counts as what it is."""
    with without_runaway_work():
        for text in ("((sqrt(T+1)^64)^6)^(1/3)", "1/((log(T)^64)^10)", "(T^64)^24", "-" * 900 + "T"):
            found = value_at(parse_formula(text), 2**62, {})
            assert found.lower <= found.upper
            assert max(found.upper.numerator.bit_length(), found.upper.denominator.bit_length()) < 2 * 10**5
        formula = parse_formula("(delta^64)^20")
        assert value_at(formula, 9, {"delta": Fraction(1, 2)}).upper == Fraction(1, 2**1280)
        with pytest.raises(UsageError, match="at most 100000 bits"):
            value_at(formula, 9, {"delta": Fraction(1, 3**500)})


FORMULAS = st.recursive(
    st.sampled_from(["T", "2", "0.5", "delta", "log(T)", "10"]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*/"), inner).map(lambda parts: f"({parts[0]} {parts[1]} {parts[2]})"),
        st.tuples(inner, st.sampled_from("+-*/"), inner).map(" ".join),
        inner.map(lambda part: f"-{part}"),
        inner.map(lambda part: f"({part})^2"),
    ),
    max_leaves=8,
)


@given(FORMULAS, st.integers(2, 10**6))
def test_values_are_those_of_python(text: str, rounds: int) -> None:
    """Precedence and signs are Python's; rational values are exact, others enclosed."""
    exact_names = {"T": Fraction(rounds), "delta": Fraction(1, 7), "log": lambda t: math.log(t), "F": Fraction}
    python = text.replace("^", "**").replace("0.5", "F(1,2)").replace("10", "F(10)")
    python = python if "log" not in text else python.replace("F(1,2)", "0.5").replace("F(10)", "10")
    names = exact_names if "log" not in text else exact_names | {"T": float(rounds), "delta": 1 / 7}
    try:
        expected = eval(python, {"__builtins__": {}}, names)
    except ZeroDivisionError:
        expected = None
    if expected is None and "log" not in text:
        with pytest.raises(UsageError, match="found one that has none"):
            value_at(parse_formula(text), rounds, {"delta": Fraction(1, 7)})
        return
    try:
        found = value_at(parse_formula(text), rounds, {"delta": Fraction(1, 7)})
    except UsageError:
        assert "log" in text  # a ball about a divisor that is close to zero
        return
    if "log" not in text:
        assert found.lower == found.upper == expected
    elif expected is not None and math.isfinite(expected):
        middle = float((found.lower + found.upper) / 2)
        assert middle == pytest.approx(expected, rel=1e-6, abs=1e-6 * (1 + rounds**2))


def test_roots_are_exact_where_they_are_rational() -> None:
    """1000^(2/3) is 100, and (4/9)^(-1/2) is 3/2; of 2 there is an enclosure; of -1 nothing."""
    for text, rounds, value in [("T^(2/3)", 1000, 100), ("(T/9)^(-1/2)", 4, Fraction(3, 2)), ("sqrt(T - T)", 5, 0)]:
        found = value_at(parse_formula(text), rounds, {})
        assert found.lower == found.upper == value
    root = value_at(parse_formula("sqrt(T)"), 2, {})
    assert root.lower**2 < 2 < root.upper**2
    for text in ("sqrt(1 - T)", "1/(T - 2)", "(T - 2)^(-1)", "(1 - T)^(1/3)", "1/(log(T)*0)"):
        with pytest.raises(UsageError, match="expected a formula with a value at T = 2, found one that has none"):
            value_at(parse_formula(text), 2, {})
    assert names_of(parse_formula("a*T + log(T)^2/(b - a)")) == {"a": 0, "b": 16}


# -- verdicts ---------------------------------------------------------------------------------------------------------

ENDS = st.floats(-3, 3).map(lambda one: round(one, 2))


@st.composite
def heights(draw: st.DrawFn) -> dict[str, list[Height]]:
    """Intervals of both agents at three numbers of rounds, of any sign."""

    def one(rounds: int) -> Height:
        lower, upper = sorted((Fraction(draw(ENDS)), Fraction(draw(ENDS))))
        return Height(rounds, (lower + upper) / 2, lower * rounds, upper * rounds)

    return {agent: [one(t) for t in (10, 100, 1000)] for agent in ("leader", "follower")}


NEGATIONS = {"<=": ">", ">": "<=", ">=": "<", "<": ">=", "==": "!=", "!=": "=="}


def verdict(text: str, given_: dict[str, list[Height]], margin: Fraction = Fraction(1, 20)) -> Judgement:
    return judge(parse_claim(text), given_, margin=margin, at={})


@given(heights(), st.sampled_from(RELATIONS), st.sampled_from(["T", "sqrt(T)", "T*log(T)", "T^0.9"]))
def test_negations(given_: dict[str, list[Height]], relation: str, bound: str) -> None:
    """``not`` turns a verdict round; so does the other relation of a rate; of sizes, which speak of all rounds, both
    may be false, but never are both true."""
    for who, opposite in [("leader", "leader"), ("both", "either"), ("either", "both")]:
        for about in ("rate", "regret"):
            claim = verdict(f"{who} tolerant {about} {relation} {bound}", given_).verdict
            assert verdict(f"not {who} tolerant {about} {relation} {bound}", given_).verdict is claim.negated
            other = verdict(f"{opposite} tolerant {about} {NEGATIONS[relation]} {bound}", given_).verdict
            if about == "rate":
                assert other is claim.negated
            assert (claim, other) != (Verdict.TRUE, Verdict.TRUE)


@given(heights(), st.sampled_from(["rate < T", "rate <= sqrt(T)", "regret >= T/2", "linear"]))
def test_both_and_either(given_: dict[str, list[Height]], about: str) -> None:
    """``both`` is true where both are and false where one is; ``either`` the other way round."""
    single = [verdict(f"{who} tolerant {about}", given_).verdict for who in ("leader", "follower")]
    both = verdict(f"both tolerant {about}", given_).verdict
    either = verdict(f"either tolerant {about}", given_).verdict
    assert (both is Verdict.TRUE) == (single == [Verdict.TRUE] * 2)
    assert (both is Verdict.FALSE) == (Verdict.FALSE in single)
    assert (either is Verdict.TRUE) == (Verdict.TRUE in single)
    assert (either is Verdict.FALSE) == (single == [Verdict.FALSE] * 2)


@given(heights(), st.sampled_from(RELATIONS), st.sampled_from(["rate", "regret"]))
def test_narrower_intervals_never_turn_a_verdict(given_: dict[str, list[Height]], relation: str, about: str) -> None:
    """What wide intervals decide, the means decide alike (unless their sign changes): verdicts are statements about all
    that the intervals hold."""
    text = f"leader tolerant {about} {relation} T"
    wide = verdict(text, given_).verdict
    points = {
        agent: [Height(h.rounds, h.mean, h.mean * h.rounds, h.mean * h.rounds) for h in row]
        for agent, row in given_.items()
    }
    narrow = verdict(text, points)
    growth = narrow.findings[0].growth
    if wide is not Verdict.UNDECIDED and not (growth and growth.remark):
        assert narrow.verdict is wide


def test_the_margin() -> None:
    """An exponent of exactly 1/2 is at most 0.48 with a margin of 0.05, and more with one of 0.01."""
    rows = {"leader": [Height(t, *(Fraction(r),) * 3) for t, r in ((10**4, 10**2), (10**6, 10**3))]}
    text = "leader tolerant rate <= T^0.48"
    assert verdict(text, rows, Fraction(1, 20)).verdict is Verdict.TRUE
    assert verdict(text, rows, Fraction(1, 100)).verdict is Verdict.FALSE
    assert verdict("leader tolerant rate == T^0.5", rows, Fraction(1, 10**6)).verdict is Verdict.TRUE
    # Logarithms are rounded, so that equality itself is beyond them.
    assert verdict("leader tolerant rate <= T^0.5", rows, Fraction(0)).verdict is Verdict.UNDECIDED


def test_sizes_are_exact() -> None:
    """Equality of points is decided, with irrational values as well; of intervals only inequality."""
    point = {"leader": [Height(1000, *(Fraction(100),) * 3)]}
    assert verdict("leader tolerant regret == T^(2/3)", point).verdict is Verdict.TRUE
    assert verdict("leader tolerant regret < T^(2/3)", point).verdict is Verdict.FALSE
    assert verdict("leader tolerant regret == T/10 + 1/10^50", point).verdict is Verdict.FALSE
    assert verdict("leader tolerant regret != 14*log(T)", point).verdict is Verdict.TRUE
    wide = {"leader": [Height(1000, Fraction(100), Fraction(99), Fraction(101))]}
    for relation in RELATIONS:
        assert verdict(f"leader tolerant regret {relation} T/10", wide).verdict is Verdict.UNDECIDED


def test_together() -> None:
    """Three values: and, or, not; nothing at all is true."""
    for one, two in product(Verdict, repeat=2):
        assert together([one, two]) is together([two, one])
        assert together([one, two]).negated is together([one.negated, two.negated], all_=False)
    assert together([]) is Verdict.TRUE
