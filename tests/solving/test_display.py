"""Solutions for people: values beside their decimals, in text, HTML and LaTeX, for every kind of cell."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

import stackexact as sx
from stackexact.solving.cells import AlignmentCell, EquilibriumCell, frozen_mapping
from stackexact.solving.concepts import CONCEPTS
from stackexact.solving.display import html, latex, text
from stackexact.solving.solution import Result, Solution
from stackexact.solving.values import blocks, marks_of

EVERY = [concept.name for concept in CONCEPTS]


@pytest.fixture(scope="module")
def solution():
    """Every concept of one game."""
    return sx.solve(sx.instance("misaligned-b").at(delta="1/33"), EVERY)


def test_every_value_is_shown(solution):
    """Text, HTML and LaTeX name every concept, every label and every number of the document."""
    pages = text(solution), html(solution), latex(solution)
    for name, result in solution.claims.items():
        (cell,) = result["cells"]
        for page in pages:
            assert name in page
        for key in ("leader", "follower", "constant"):
            if key in cell:
                assert f"  {key:13} {cell[key]}" in pages[0]
                assert f">{key}</th>" in pages[1]
                assert f"{key}: $" in pages[2]
    for page in pages:
        assert page.count("0.586842") == 3  # mixed-strong, mixed-weak and correlated


def test_weights(solution):
    """A mixture is listed action by action, a certain action is named, an outcome by its two actions."""
    shown = {block.name: dict(block.cells[0][1]) for block in blocks(solution)}
    assert shown["mixed-strong"]["commitment"] == (("a1", Fraction(33, 38)), ("a2", Fraction(5, 38)))
    assert shown["pure-strong"]["commitment"] == (("a2", None),)
    assert shown["correlated"]["distribution"][0] == ("a1, b1", Fraction(33, 38))
    assert shown["tolerant"]["epsilon"] == (("leader", Fraction(0)), ("follower", Fraction(1, 33)))
    assert shown["mixed-weak"]["classes"] == (("{b1}", None),)
    assert "witness" not in shown["mixed-weak"]
    assert "tied" not in shown["mixed-strong"]


def test_ties_are_listed():
    """The actions that tie are listed where there is more than the response itself."""
    page = text(sx.solve(sx.instance("duplicate-responses"), ["mixed-strong", "mixed-weak"]))
    assert "  tied          b1, b2\n" in page
    assert "  classes       {b1, b2}\n" in page
    attained = text(sx.solve(sx.instance("escape"), ["mixed-weak"]))
    assert "  attained      yes\n" in attained
    assert "  witness       a3\n" in attained


def test_marks(solution):
    """Each concept with a commitment marks the outcomes it leads to."""
    marks = marks_of(solution)
    assert marks.at == {(1, 0): "swm", (0, 0): "m"}
    assert dict(marks.legend) == {"s": "pure-strong", "w": "pure-weak", "m": "mixed-strong"}
    assert "a2  1/2, 3/5* swm  2/5, 2/5\n" in text(solution)


def test_infinite_constant():
    """There is a word for it in each form."""
    solution = sx.solve(sx.instance("maintain"), ["alignment"])
    assert "constant      oo (no finite constant)" in text(solution)
    assert "oo (no finite constant)" in html(solution)
    assert r"constant: $\infty$" in latex(solution)


def test_long_numbers():
    """Shortened with the number of digits on a screen, whole in the full page; powers of ten need no shortening."""
    solution = sx.solve(sx.instance("beyond-float"), ["mixed-strong", "pure-strong"])
    value = solution["mixed-strong"].cells[0].document()["leader"]
    page, whole = text(solution), text(solution, full=True)
    assert "(1 201 and 801 digits) ≈ 1.00000e400" in page
    assert "follower      1e400\n" in page
    assert value in whole
    assert value not in page
    assert ("document()" in page, "document()" in whole) == (True, False)
    assert max(map(len, page.splitlines())) <= 80
    assert "(1 201 and 801 digits)" in html(solution)
    assert r"\ldots{}" in latex(solution)


def test_wide_support():
    """A mixture over many actions is cut on a screen, not in the full page."""
    size = 24
    equal = [[int(i == j) for j in range(size)] for i in range(size)]
    game = sx.Game(equal, [[-v for v in row] for row in equal])
    solution = sx.solve(game, ["mixed-strong"])
    count = len(solution["mixed-strong"].cells[0].commitment)
    assert count > 16
    assert f"… {count - 16} more" in text(solution)
    assert f"… {count - 16} more" in html(solution)
    assert all(f" a{i + 1} " in text(solution, full=True) for i in range(size))


def parametric() -> Solution:
    """A solution with several cells, as closed forms have them."""
    delta = sx.parse("delta")
    game = sx.Game([["delta", 1]], [[1, 0]], assumptions=["0 < delta"])
    one = EquilibriumCell(("delta < 1",), delta, Fraction(1), frozen_mapping({"a1": Fraction(1)}), "b1", ("b1",))
    cells = (one, replace(one, when=("delta > 1", "delta < 2"), leader=2 * delta + Fraction(1, 3)))
    alignment = Result("alignment", (AlignmentCell((), 1 / delta, True),))
    return Solution(
        game, {"pure-strong": Result("pure-strong", cells, None, (("delta >= 2",),)), "alignment": alignment}
    )


def test_cells():
    """Each cell says where it holds, and what is undecided where; a single cell on the whole domain says nothing."""
    solution = parametric()
    assert not solution.complete
    page = text(solution)
    block = page.partition("pure-strong: ")[2].split("\n\n")[0].splitlines()[1:]
    assert [line.strip() for line in block if line.startswith("  when")] == [
        "when delta < 1:",
        "when delta > 1 and delta < 2:",
        "when delta >= 2:",
    ]
    assert "  leader        2*delta + 1/3" in block
    assert block[-1].startswith("  undecided ")
    assert "when" not in page.partition("alignment: ")[2]
    assert "constant      (1)/(delta)\n" in page
    assert marks_of(solution).at == {}
    assert r"when delta \textgreater{} 1 and delta \textless{} 2: leader: $2 \delta + \frac{1}{3}$" in latex(solution)
    assert "when delta &gt; 1 and delta &lt; 2" in html(solution)


def test_solution_methods(solution):
    """What print and notebooks call."""
    assert str(solution) == text(solution)
    assert solution._repr_html_() == html(solution)
    assert solution._repr_latex_() == latex(solution)


def test_a_solution_is_a_mapping(solution):
    """``in`` and ``get`` work; an unknown concept is a clear error, and a missing key."""
    assert "alignment" in solution
    assert "nash" not in solution
    assert solution.get("nash") is None
    with pytest.raises(sx.StackexactError, match="expected one of pure-strong"):
        solution["nash"]
    with pytest.raises(KeyError, match="found 'nash'"):
        solution["nash"]


def test_display_loads_nothing_heavy():
    """Printing needs neither SymPy nor NumPy."""
    import subprocess
    import sys

    program = (
        "import sys, stackexact as sx; s = sx.solve(sx.instance('bagwell')); "
        "str(s), s._repr_html_(), s._repr_latex_(), str(s.game); "
        "print([name for name in ('sympy', 'numpy', 'rich') if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"
