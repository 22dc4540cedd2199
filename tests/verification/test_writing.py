"""A verification as JSON, as text and as HTML."""

from __future__ import annotations

import json
from fractions import Fraction

import numpy as np
import pytest
from forms import form
from made_traces import grown

import stackexact as sx
from stackexact.exact.grammar import parse
from stackexact.traces.trace import Run, Trace
from stackexact.verification.result import Verification

VERIFICATION = form("verification")
MISALIGNED = sx.instance("misaligned-a")
CLAIMS = [
    "leader tolerant rate <= T^(2/3)*log(T)^(1/3)",
    "not both stackelberg linear",
    "either self-tolerant regret <= T/3 + delta*sqrt(T)",
    "follower tolerant regret >= T",
]


def made(**options: object) -> Verification:
    trace = grown(MISALIGNED, lambda t: t**0.6, horizons=(10, 100, 1000, 10**4), runs=20, seed=3)
    return sx.verify(MISALIGNED, trace, CLAIMS, **{"at": {"delta": "1/100"}, **options})


def variants() -> dict[str, Verification]:
    """Verifications of every shape."""
    huge = sx.Game([[10**400, 0], [0, 0]], [[10**400, 0], [0, 0]], name="<script>alert(1)</script>\x1b[31m")
    short = grown(MISALIGNED, float, horizons=(99, 100), runs=3, seed=0)
    jump, tie = sx.instance("boundary-jump"), sx.instance("irrational-tie")
    return {
        "usual": made(),
        "other fit": made(fit="least-squares", decades=4, confidence="1 - 1e-9"),
        "closed forms alone": sx.verify(MISALIGNED, grown(MISALIGNED, float, horizons=(9,), runs=1, seed=0)),
        "cells": sx.verify(jump, grown(jump, float, horizons=(9, 99), runs=2, seed=0), at={"t": "-1/3"}),
        "irrational cells": sx.verify(tie, grown(tie, float, horizons=(9,), runs=1, seed=0), time_limit=60),
        "beyond floats": sx.verify(huge, grown(huge, lambda t: t / 2, horizons=(9, 99), runs=2, seed=0)),
        "no time": made(time_limit=1e-9),
        "bootstrap": made(method="bootstrap"),
        "nearly one horizon": sx.verify(MISALIGNED, short, CLAIMS, at={"delta": "1/100"}),
        "one round": sx.verify(huge, Trace(huge.actions, (Run(1, (1,), np.array([[[0, 1], [0, 0]]])),))),
    }


@pytest.fixture(scope="module")
def shapes() -> dict[str, Verification]:
    return variants()


def test_the_schema_describes_what_is_written(shapes: dict[str, Verification]) -> None:
    """Every shape, also after a round trip through JSON; a key that is not in it is refused."""
    for name, found in shapes.items():
        document = json.loads(json.dumps(found.document()))
        assert list(VERIFICATION.iter_errors(document)) == [], name
        assert list(VERIFICATION.iter_errors({**document, "extra": 1}))
    assert shapes["irrational cells"].document()["forms"][0]["cells"][0]["when"]


def test_numbers_are_exact_and_intervals_hold_what_they_held(shapes: dict[str, Verification]) -> None:
    """Means are read back exactly; ends of intervals, rounded outwards, hold the ends that they stand for."""
    for found in shapes.values():
        for series, told in zip(found.series, found.document()["regret"], strict=True):
            assert parse(told["target"]) == series.target
            for point, written in zip(series.points, told["points"], strict=True):
                assert parse(written["mean"]) == point.mean
                assert parse(written["lower"]) <= point.lower
                assert point.upper <= parse(written["upper"])
                close = abs(point.upper) * Fraction(1, 10**8)
                assert parse(written["upper"]) - point.upper <= close


def test_the_text_tells_the_numbers() -> None:
    """Method, assumption, confidence, rounds used, exponents, verdicts with their reasons."""
    page = str(made(method="student"))
    flat = " ".join(page.split())
    for part in (
        "misaligned-a: regret in 80 runs",
        "at delta = 1/100",
        "growth: over the horizons of the runs; slope from the first to the last number of rounds used",
        "confidence: 99 % for all 6 intervals together; student: assumes the mean of the runs is normally distributed",
        "leader against stackelberg, 0.6 a round: exponent 0.",
        "transient",
        "true: leader tolerant rate <= T^(2/3)*log(T)^(1/3)",
        "leader: exponent -oo (the regret is not positive); claimed <= 2/3, margin 1/20, over T = 100 to 10000",
        "false: follower tolerant regret >= T",
        "follower: T = 10000: ",
        "follower (true): T = 10000: ",
        "leader tolerant: mean regret of these counts, T = 10000",
    ):
        assert part in flat, part
    assert all(len(line) <= 80 for line in page.splitlines())
    assert "\x1b" not in page


def test_colours_and_widths() -> None:
    """Styles on request only; a narrow page is kept to, and says the same."""
    from stackexact.verification.display import text

    found = made(method="student")
    assert "\x1b[" in text(found, colour=True)
    narrow = text(found, width=44)
    assert all(len(line) <= 44 for line in narrow.splitlines())
    assert "".join(narrow.split()).count("tolerant") == "".join(str(found).split()).count("tolerant")


def test_names_of_games_are_harmless(shapes: dict[str, Verification]) -> None:
    """What a file calls its game neither moves the cursor nor enters the page as markup."""
    found = shapes["beyond floats"]
    assert "\x1b" not in str(found)
    html = found._repr_html_()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    for other in shapes.values():
        assert other._repr_html_().count("<table>") == len(other.series)
