"""LaTeX of games and exact values, against text written by hand."""

from fractions import Fraction

import pytest

from stackexact.exact.grammar import parse
from stackexact.exact.latex import latex
from stackexact.games.bimatrix import Game
from stackexact.games.latex import escaped, game_table


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", "0"),
        ("-7", "-7"),
        ("-3/5", r"-\frac{3}{5}"),
        ("delta", r"\delta"),
        ("-delta", r"-\delta"),
        ("3/2*delta**2*gamma - delta - 1/2", r"\frac{3}{2} \delta^{2} \gamma - \delta - \frac{1}{2}"),
        ("2/(5*delta)", r"\frac{2}{5 \delta}"),
        ("(1 - delta)/(delta + gamma)", r"\frac{-\delta + 1}{\delta + \gamma}"),
        ("x1**10", "x_{1}^{10}"),
        ("u_max + varepsilon_0 + Gamma", r"\Gamma + u_{\mathrm{max}} + \varepsilon_{0}"),
        ("cost_a1_delta + E", r"E + \mathit{cost}_{\mathrm{a1},\delta}"),
        ("a1b2", r"\mathit{a1b2}"),
        ("lambda * Alpha", r"\mathit{Alpha} \lambda"),
    ],
)
def test_values(text: str, expected: str) -> None:
    assert latex(parse(text)) == expected


def test_long_numbers_are_written_in_full() -> None:
    assert latex(Fraction(1, 10**6000)) == r"\frac{1}{1" + "0" * 6000 + "}"


def test_escapes() -> None:
    assert escaped("a_b & 50% {x}^2~\\") == r"a\_b \& 50\% \{x\}\textasciicircum{}2\textasciitilde{}\textbackslash{}"
    assert escaped("[*] <é>") == "{[}{*}{]} \\textless{}é\\textgreater{}"


def test_a_table_to_paste() -> None:
    game = Game(
        [["1/2", 0], ["delta", 1]],
        [[3, "-1"], [0, "2*delta"]],
        actions={"leader": ["T_1", "[B]"], "follower": ["L", "R&D"]},
    )
    assert game_table(game) == (
        "\\begin{tabular}{c|cc}\n"
        " & L & R\\&D \\\\\n"
        "\\hline\n"
        "T\\_1 & $\\frac{1}{2},\\, 3$ & $0,\\, -1$ \\\\\n"
        "{[}B{]} & $\\delta,\\, 0$ & $1,\\, 2 \\delta$ \\\\\n"
        "\\end{tabular}\n"
    )
