"""Solutions for people: values beside their decimals, in text, HTML and LaTeX, for every kind of cell."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

import stackexact as sx
from stackexact.exact.relation import text_of
from stackexact.solving.cells import AlignmentCell, EquilibriumCell, frozen_mapping
from stackexact.solving.concepts import concepts_of
from stackexact.solving.display import html, latex, text
from stackexact.solving.solution import Result, Solution
from stackexact.solving.values import blocks, marks_of

EVERY = [concept.name for concept in concepts_of("bimatrix") if not concept.needs_eta]


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
    assert r"2 \delta + \frac{1}{3} & \text{if } 1 < \delta < 2" in latex(solution)
    assert r"\text{undecided} & \text{if } \delta \ge 2" in latex(solution)
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


def many_cells(count: int) -> Solution:
    """A closed form with so many cells."""
    cells = tuple(
        AlignmentCell((f"delta >= {k}", f"delta < {k + 1}") if k else ("delta < 1",), Fraction(k), False)
        for k in range(count)
    )
    game = sx.Game([["delta"]], [[0]])
    return Solution(game, {"alignment": Result("alignment", cells, None, ((f"delta >= {count}",),), ("delta",))})


def test_many_cells_are_cropped_with_a_count():
    """A page shows the first cells and says how many are left out; a full one shows all, and nothing is cut short."""
    solution = many_cells(40)
    page = text(solution)
    assert page.count("\n  when ") == 16
    assert "… 25 more cells of 41, 1 of them undecided" in page
    assert "document() holds everything" in page
    assert "… 25 more cells of 41" in html(solution)
    whole = text(solution, full=True)
    assert whole.count("\n  when ") == 41
    assert "…" not in whole
    assert "more cells" not in text(many_cells(15))


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_closed_forms_fit_the_page(width):
    """No line is wider than the page; relations and formulas are broken, between relations where that is possible."""
    game = sx.Game(
        [["0", "1", "0"], ["1/2*delta", "1/4", "1"]],
        [["delta**2-2", "0", "2-delta**2"], ["1", "delta", "0"]],
        assumptions=["-3 < delta <= 3"],
    )
    solution = sx.solve(game, ["mixed-strong"])
    page = text(solution, width=width)
    assert all(len(line) <= width for line in page.splitlines())
    if width >= 60:
        assert "…" not in page
        assert not any(line.endswith((" and", " >", " <")) for line in page.splitlines())
        words = " ".join(page.split())
        for cell in solution["mixed-strong"].cells:
            assert f"when {' and '.join(cell.when)}:" in words
            assert f"leader {text_of(cell.leader)}" in words


def test_best_responses_on_the_whole_domain():
    """A response is marked where it is best for every value of the parameter, ties included, and the legend says so."""
    game = sx.Game(
        [[0, 0, 0]] * 4,
        [["delta", 0, "delta"], ["delta", 1, 0], ["delta**2 - 2", "-3", "delta - 4"], [0, "delta - 1/3", 0]],
        assumptions=["0 <= delta", "delta < 1"],
    )
    solution = sx.solve(game, ["pure-strong"])
    best = marks_of(solution).best
    assert best == {(0, 0), (0, 2), (1, 1), (2, 0)}
    for number in range(10):
        rows = game.at(delta=Fraction(number, 10)).payoffs.follower
        assert all(rows[i][j] == max(rows[i]) for i, j in best)
    assert "* best response on the whole domain" in text(solution)
    assert "* best response, in rows without parameters" in str(sx.Game([[1], [1]], [["delta"], [0]]))
    numbers = sx.solve(game.at(delta=0), ["pure-strong"])
    assert marks_of(numbers).best is None
    assert "* best response\n" in text(numbers)


def test_outcomes_of_parts_of_a_domain_are_not_marked():
    """A letter says where a commitment leads for every value of the parameter."""
    game = sx.instance("irrational-tie")
    part = sx.solve(game, ["pure-strong"], max_cells=1)
    assert len(part["pure-strong"].cells) == 1
    assert not part.complete
    assert marks_of(part).at == {}
    assert marks_of(sx.solve(sx.instance("misaligned-a"), ["pure-strong"])).at == {(0, 0): "s"}


def test_latex_statements():
    """One displayed formula for each value, the domain before it, and what is no number behind it."""
    page = latex(sx.solve(sx.instance("misaligned-a"), ["pure-strong", "tolerant", "alignment"]))
    assert r"For $0 < \delta < \frac{1}{20}$ and the tolerance $\frac{1}{20}$," in page
    assert "\\alpha_1 = \\delta + \\frac{1}{2}, \\qquad\n    \\alpha_2 = \\delta." in page
    assert r"L = \frac{2}{5 \delta}." in page
    assert "commitment: a1; response: b1." in page
    jump = sx.solve(sx.Game([[0, 1, 0]], [["x_1**2 - 2", 0, "2 - x_1**2"]]), ["pure-strong", "alignment"])
    page = latex(jump)
    assert "% closed forms need \\usepackage{amsmath}" in page
    assert "For all real $x_{1}$," in page
    assert r"0 & \text{if } x_{1}^{2} - 2 \ne 0,\\" in page
    assert r"1 & \text{if } x_{1}^{2} - 2 = 0" in page
    assert r"L = \infty" in page
    assert page.count(r"\begin{") == page.count(r"\end{")
    for result in jump.values():
        assert "\\[" in result._repr_latex_()
        assert result.cells[0]._repr_latex_().startswith(r"\begin{itemize}")


def test_latex_formulas_are_mathematics():
    """Every formula and every row of every cases is read by a parser of TeX's mathematics."""
    import re

    from matplotlib.mathtext import MathTextParser

    read = MathTextParser("path").parse
    poles = sx.Game([["1/delta_1", 1]], [["delta_1**2 - 2", 0]], assumptions=["delta_1 > 0"])
    for solution in (sx.solve(poles), sx.solve(sx.instance("irrational-tie"))):
        page = latex(solution)
        blocks = re.findall(r"\\begin\{cases\}(.*?)\\end\{cases\}", page, re.DOTALL)
        rows = [row for block in blocks for row in block.split(",\\\\\n")]
        parts = [part for row in rows for part in re.sub(r"\\text\{( ?\w+ ?)\}", "", row).split("&")]
        parts += re.findall(r"(?<!\\)\$(.*?)\$", page)
        assert len(parts) > 5
        for part in parts:
            known = re.sub(r"\\(le|ge|ne) ", r"\\\1q ", part).strip()  # the parser knows the long names only
            read(f"${known or '0'}$")


def test_best_responses_over_several_parameters():
    """What z3 proves best on the whole domain is marked as with one parameter; what is best in a part is not."""
    game = sx.Game(
        [[0, 0]] * 4,
        [["x", "y"], ["x**2", "x*y - 1"], [0, "x - y"], ["1/(x + 1)", 0]],
        assumptions=["0 < x < y", "y < 1"],
    )
    best = marks_of(sx.solve(game, ["pure-strong"])).best
    assert best == {(0, 1), (1, 0), (2, 0), (3, 0)}
    part = sx.Game([[0, 0]], [["x", "y"]], assumptions=["0 < x < 1", "0 < y < 1"])
    assert marks_of(sx.solve(part, ["pure-strong"])).best == frozenset()


def test_long_numbers_of_relations_are_shortened_for_people():
    """In assumptions and conditions, with a hint; in full where the page is."""
    number = "7" * 1999
    game = sx.Game([["d", 1]], [["d", f"1/{number}"]], assumptions=[f"0 < d < {number}"])
    solution = sx.solve(game, ["pure-strong"])
    page = text(solution)
    assert "0 < d < 777777…777777" in page
    assert "777777777777777777777777777777777777" not in page + solution._repr_html_()
    assert "document() holds everything" in page
    assert number in text(solution, full=True).replace("\n", "").replace(" ", "")
    assert number in str(solution.document())
    assert number not in latex(solution)


def test_latex_says_once_what_holds_in_all_cells():
    game = sx.Game([["d", 0, 1]], [[1, 0, "d"]], assumptions=["0 < d"])
    solution = sx.solve(game, ["alignment", "pure-strong"])
    assert len(solution["alignment"].cells) > 1
    page = latex(solution)
    assert page.count("same ranking") == len({cell.same_ranking for cell in solution["alignment"].cells})
    jump = sx.solve(sx.Game([[0, 1, 0]], [["x**2 - 2", 0, "2 - x**2"]]), ["pure-strong"])
    assert latex(jump).count("response: b1") == 1
