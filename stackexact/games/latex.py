"""LaTeX of two-player games."""

from __future__ import annotations

from typing import Final

from stackexact.exact.latex import latex
from stackexact.games.bimatrix import Game

__all__ = ["escaped", "game_table"]

_SPECIAL: Final = {
    **{character: "\\" + character for character in "&%$#_{}"},
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    "→": r"$\to$",
    # Behind a line break, [ and * would be read as its options.
    "[": "{[}",
    "]": "{]}",
    "*": "{*}",
}


def escaped(text: str) -> str:
    r"""Text with the characters that mean something to LaTeX written as themselves.

    >>> print(escaped("50% of a_1"))
    50\% of a\_1
    """
    return "".join(_SPECIAL.get(character, character) for character in text)


def game_table(game: Game) -> str:
    r"""The game as a ``tabular`` to paste: rows are leader actions, entries the leader's and the follower's payoff.

    >>> print(game_table(Game([["1/2", "delta"]], [[0, 1]])), end="")
    \begin{tabular}{c|cc}
     & b1 & b2 \\
    \hline
    a1 & $\frac{1}{2},\, 0$ & $\delta,\, 1$ \\
    \end{tabular}
    """
    lines = [rf"\begin{{tabular}}{{c|{'c' * len(game.actions.follower)}}}"]
    lines.append(" & ".join(["", *map(escaped, game.actions.follower)]) + r" \\")
    lines.append(r"\hline")
    for label, ones, twos in zip(game.actions.leader, game.payoffs.leader, game.payoffs.follower, strict=True):
        pairs = [rf"${latex(one)},\, {latex(two)}$" for one, two in zip(ones, twos, strict=True)]
        lines.append(" & ".join([escaped(label), *pairs]) + r" \\")
    return "\n".join([*lines, r"\end{tabular}", ""])
