"""Answers about incentives for people: what the leader announces, in text, HTML and LaTeX."""

from __future__ import annotations

import json
import re
from fractions import Fraction
from typing import Any

import pytest
from incentive_games import gaussian, major, scalar, vector

import stackexact as sx
from stackexact.certificates.check import check
from stackexact.errors import UsageError
from stackexact.exact.relation import text_of
from stackexact.games import files
from stackexact.solving.announced import announced, sentences
from stackexact.solving.display import html, latex, text
from stackexact.solving.solution import Solution

SCALAR = scalar()
WEIGHTS = scalar(r="r", d="d", t="t", q="q").assuming("q > 0", "r > 0")
GAMES = {
    "scalar": SCALAR,
    "scalar, 4 followers": SCALAR.at(N=4),
    "no incentive": scalar(d=2),
    "aligned": scalar(d=3),
    "one weight": scalar(d="d").at(N=3),
    "weights": WEIGHTS,
    "vector": vector(),
    "gaussian": gaussian(),
    "gaussian, reacting": gaussian(reacts=True),
    "major": major(),
}
SOLUTIONS = {name: sx.solve(game) for name, game in GAMES.items()}
FOLLOWS = ("when", "second_order", "unique_alike", "unique_apart", "actions", "strategies", "team_actions")
EACH = pytest.mark.parametrize("solution", [pytest.param(found, id=name) for name, found in SOLUTIONS.items()])


def announcements(solution: Solution, concept: str) -> list[str]:
    return [one.text for cell in solution[concept].cells for one in sentences(cell)[0]]


def test_statements() -> None:
    """What a paper would print of the worked games."""
    assert set(announcements(SOLUTIONS["scalar"], "incentive")) == {"u0 = 1 - 1/2*sum_i (u_i - 1)"}
    assert announcements(SOLUTIONS["scalar, 4 followers"], "randomised") == ["u0 = 1 - 2*(u_i - 1), i drawn at random"]
    assert announcements(SOLUTIONS["major"], "major-follower") == ["u0 = 3/4 - 2*(w - 3/4)"]
    assert announcements(SOLUTIONS["no incentive"], "incentive") == []
    assert announcements(SOLUTIONS["aligned"], "incentive") == ["u0 = 1"]
    assert announcements(SOLUTIONS["gaussian"], "incentive") == [
        "u0 = (N + 1)/(5*N + 2)*x - (8*N - 1)/(2*N - 1)*sum_i (u_i - (3*N)/(5*N + 2)*y_i)"
    ]
    first, second = announcements(SOLUTIONS["vector"], "incentive")[:2]
    assert first == "a = 1/3 - 21/25*sum_i (u_i - 1/3) + 21/50*sum_i (z_i - 2/3)"
    assert second.startswith("b = 2/3 + 3/25*sum_i")


@pytest.mark.parametrize("deviations", [(0, 0, 0), (1, -2, 5), (Fraction(1, 3), 0, 7)])
def test_statements_mean_what_cells_say(deviations: tuple[Any, ...]) -> None:
    """Read as a formula and put in numbers, a statement gives the desired action plus the gain times all deviations."""
    for name in ("scalar", "vector"):
        cell: Any = SOLUTIONS[name]["incentive"].cells[0]
        count = len(deviations)
        for sentence, leader in zip(sentences(cell)[0], cell.gain, strict=True):
            total = cell.actions[leader]
            said = sentence.text.partition(" = ")[2]
            for action, gain in cell.gain[leader].items():
                total += gain * sum(deviations, Fraction(0))
                pattern = rf"sum_i \({action}_i - [^)]*\)"
                assert len(re.findall(pattern, said)) == 1
                values = [cell.actions[action] + one for one in deviations]
                target = re.search(rf"sum_i \({action}_i - ([^)]*)\)", said)
                assert target is not None
                found = sum(values, Fraction(0)) - count * Fraction(target[1])
                said = re.sub(pattern, f"({text_of(found)})", said)
            assert sx.parse(said) == total


def test_brackets() -> None:
    """Signs are told in front, sums in brackets, and what is zero is left out."""
    found = sx.solve(scalar(t="t", d=4).at(N=2))["incentive"]
    said = {one.text for cell in found.cells for one in sentences(cell)[0]}
    assert said
    for one in said:
        assert "+ -" not in one
        assert "--" not in one
        assert "- -" not in one
        assert one.count("(") == one.count(")")


def test_long_statements_use_names() -> None:
    """Where numbers take too much room the statement refers to the values beside it, by their names."""
    solution = SOLUTIONS["weights"]
    page = text(solution)
    assert "u0 = actions.u0 + gain*sum_i (u_i - actions.u)" in page
    cell = next(cell for cell in solution["incentive"].cells if not sentences(cell)[1])
    block = str(cell)
    assert re.search(r"^  actions  ", block, re.M)
    assert all(one.leader == "u0" for one in announced(cell))


@EACH
def test_pages(solution: Solution) -> None:
    """Labels never touch values, every concept is there, and nothing is wider than the page."""
    page = text(solution)
    lines = page.splitlines()
    assert max(map(len, lines)) <= 80
    for name, result in solution.items():
        assert f"{name}:" in page
        for cell in result.cells:
            shown = str(cell)
            for key in cell.document():
                label = key.replace("_", " ")
                told = re.search(rf"^  {label}  ", shown, re.M) is not None
                follows = (
                    "when",
                    "second_order",
                    "unique_alike",
                    "unique_apart",
                    "actions",
                    "strategies",
                    "team_actions",
                )
                assert told or key in follows
    markup = html(solution)
    assert markup.count("<tr>") == markup.count("</tr>")
    assert "Sentence" not in markup
    assert "Sentence" not in page


def test_what_follows_is_not_said_twice() -> None:
    """A unique response is unique among fewer; where it is not unique, both are told."""
    unique, several = (str(cell) for cell in SOLUTIONS["scalar"]["incentive"].cells)
    assert "unique alike" not in unique
    assert "second order" not in unique
    assert "unique alike" in several
    assert "unique apart" in several


def test_infinite_values() -> None:
    page = str(SOLUTIONS["scalar"]["mean-field"])
    assert re.search(r"mean gain +-oo\n", page)
    assert re.search(r"energy +oo\n", page)
    assert "team strategies  u0, x" in str(SOLUTIONS["gaussian"]["mean-field"])


def _balanced(page: str) -> None:
    plain = page.replace(r"\{", "").replace(r"\}", "")
    depth = 0
    for character in plain:
        depth += (character == "{") - (character == "}")
        assert depth >= 0
    assert depth == 0
    assert page.count(r"\left(") == page.count(r"\right)")
    assert page.count(r"\Bigl") == page.count(r"\Bigr")
    opened = re.findall(r"\\(begin|end)\{([a-z*]+)\}", page)
    stack: list[str] = []
    for way, name in opened:
        if way == "begin":
            stack.append(name)
        else:
            assert stack.pop() == name
    assert not stack
    outside = re.sub(r"\\\[.*?\\\]|\\begin\{align\*\}.*?\\end\{align\*\}", "", page, flags=re.S)
    assert outside.count("$") % 2 == 0
    mathless = re.sub(r"\$[^$]*\$", "", re.sub(r"\\text\{[^{}$]*(\$[^$]*\$[^{}$]*)*\}", "", outside))
    assert r"\frac" not in mathless
    assert r"\sum" not in mathless


@EACH
def test_latex(solution: Solution) -> None:
    """Well-formed, whole and part by part: braces, environments and mathematics are closed."""
    page = latex(solution)
    assert solution._repr_latex_() == page
    assert page.startswith("% ")
    _balanced(page)
    _balanced(solution.game._repr_latex_())
    for name, result in solution.items():
        assert rf"\textbf{{{name}}}" in page
        _balanced(result._repr_latex_())
        for cell in result.cells:
            _balanced(cell._repr_latex_())
            assert r"\textbf" not in cell._repr_latex_()


def test_latex_symbols() -> None:
    """Those of the literature, with the parameters on which they depend."""
    page = latex(SOLUTIONS["scalar"])
    for formula in (
        "J_0^{*} = 3",
        "u_{0}^{*} = 1",
        r"u_{0} = u_{0}^{*} + \kappa \sum_{i} \left(u_{i} - u^{*}\right)",
        r"u_{0} = 1 - \frac{1}{2} \sum_{i} \left(u_{i} - 1\right)",
        r"\kappa &= -\frac{1}{2}",
        r"Q(N) &= -\frac{1}{2} N",
        r"E(N) &= \frac{1}{4} N",
        r"Q_{\infty} &= -\infty",
        r"J_0^{\mathrm{St}} - J_0^{*} &= \frac{1}{2}",
    ):
        assert formula in page
    gaussian_ = latex(SOLUTIONS["gaussian"])
    assert r"u_{0} = A x + \kappa \sum_{i} \left(u_{i} - G y_{i}\right)" in gaussian_
    assert r"G(N) &= \frac{3 N}{5 N + 2}" in gaussian_
    assert r"\kappa(N) &= \frac{-8 N + 1}{2 N - 1}" in gaussian_


def test_matrices_and_cases() -> None:
    """Gains of several entries are matrices; closed forms of several pieces are cases; one piece says where it is."""
    found = latex(SOLUTIONS["vector"])
    assert (
        r"\kappa &= \begin{pmatrix} -\frac{21}{25} & \frac{21}{50} \\ \frac{3}{25} & -\frac{3}{50} \end{pmatrix}"
        in found
    )
    assert r"Q_{\infty} &= \begin{pmatrix} -\infty & \infty \\ \infty & -\infty \end{pmatrix}" in found
    weight = latex(SOLUTIONS["one weight"])
    assert r"\kappa(d) &= \frac{-d + 3}{d - 2} \quad \text{if } d \ne 2" in weight
    assert r"\begin{cases}" in weight


def test_costs() -> None:
    """The average over followers, each follower's cost, names with indices and bars; long ones are broken."""
    page = files.format_of("latex").write(SCALAR)  # type: ignore[misc]
    assert page.startswith(r"\begin{align*}" + "\n" + r"J_0 &= \frac{1}{N} \sum_{i=1}^{N} \Bigl( ")
    assert r"\bar{u}" in page
    assert "u_{i}^{2}" in page
    assert r"J_{\mathrm{M}} &=" in major()._repr_latex_()
    assert r"\mathrm{E}" in gaussian()._repr_latex_()
    long = WEIGHTS._repr_latex_()
    assert r"\\" + "\n" + r"&\quad " in long
    _balanced(long)


def test_only_latex_and_json_hold_such_games(tmp_path: Any) -> None:
    files.write_game(tmp_path / "game.tex", SCALAR)
    assert (tmp_path / "game.tex").read_text() == SCALAR._repr_latex_()
    with pytest.raises(UsageError, match=r"a \.nfg file holds .* bimatrix, found the kind lq-incentive"):
        files.write_game(tmp_path / "game.nfg", SCALAR)
    assert not (tmp_path / "game.nfg").exists()


def test_desired_points_keep_no_cells_apart() -> None:
    """They do not count where cells are compared, and are those of the team optimum."""
    solution = SOLUTIONS["scalar"]
    assert [cell.when for cell in solution["incentive"].cells] == [("N != 6",), ("N == 6",)]
    for name in ("scalar", "vector", "major"):
        found = SOLUTIONS[name]
        (team,) = found["team-optimum"].cells
        for cell in found.get("incentive", found["team-optimum"]).cells:
            assert cell.actions == team.actions
    (team,) = SOLUTIONS["gaussian"]["team-optimum"].cells
    assert all(cell.strategies == team.strategies for cell in SOLUTIONS["gaussian"]["incentive"].cells)
    assert all(cell.team_actions == {"u0": 1, "u": 1} for cell in solution["randomised"].cells)


def test_certificates_prove_them() -> None:
    """A desired point that is not the team optimum is found out."""
    for name, concept, key in (("scalar", "incentive", "actions"), ("scalar", "randomised", "team_actions")):
        certificate = SOLUTIONS[name].certificate()
        assert certificate.check().true
        document = certificate.document
        lie = json.loads(certificate.dumps())
        lie["claims"][concept]["cells"][0][key]["u"] = "2"
        assert document["claims"][concept]["cells"][0][key]["u"] == "1"
        assert not check(lie).true
