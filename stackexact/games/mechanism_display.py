"""A mechanism for people: followers, what comes out of their actions by the rules, the designer's objective."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from html import escape
from typing import Final

from stackexact.exact.decimals import numerals_shortened
from stackexact.games.display import HINT
from stackexact.games.latex import escaped
from stackexact.games.mechanism import MechanismGame
from stackexact.games.mechanism_parts import Choice, Entry, Follower, Offers, Outcome, Rule, actions_of
from stackexact.games.response_display import head_html, head_on_page
from stackexact.games.screen import WIDTH, Page, painted, printable
from stackexact.games.table import brief

__all__ = ["game_html", "game_page", "html", "latex", "text", "title", "whole_latex"]

_ROWS: Final = 16
"""Profiles of actions that are shown of a rule, and rules that are shown."""


def title(game: MechanismGame) -> str:
    """Name and size."""
    return f"{game.name or 'unnamed game'}: {size(game)}"


def size(game: MechanismGame) -> str:
    """The numbers of followers, types, actions and rules."""
    types, actions = game.shape
    counts = ((len(game.followers), "follower"), (types, "type profile"), (actions, "action profile"))
    parts = [f"{number} {what}{'s' * (number != 1)}" for number, what in (*counts, (len(game.rules), "rule"))]
    return ", ".join(parts)


def _facts(game: MechanismGame) -> Iterator[tuple[str, str]]:
    if game.parameters:
        yield "parameters", ", ".join(game.parameters)
    if game.assumptions:
        yield "assumptions", numerals_shortened(", ".join(map(str, game.assumptions)))
    for one in game.followers:
        yield printable(one.name), _follower(one)
    if any(one.types for one in game.followers):
        yield "prior", _prior(game)
    if game.prices:
        yield "prices", ", ".join(f"{p.name} from {brief(p.lower)} to {brief(p.upper)}" for p in game.prices)
    if game.purchase is not None:
        yield "an offer is taken if", game.purchase
    yield "objective", brief(game.objective)


def _follower(one: Follower) -> str:
    actions = f"actions {_listed(one.actions)}"
    if not one.types:
        return actions
    values = one.values or (None,) * len(one.types)
    types = [label if v is None else f"{label} = {brief(v)}" for label, v in zip(one.types, values, strict=True)]
    return f"types {_listed(types)}; {actions}"


def _listed(labels: Sequence[str]) -> str:
    shown = ", ".join(printable(label) for label in labels[:_ROWS])
    return shown if len(labels) <= _ROWS else f"{shown}, … {len(labels) - _ROWS} more"


def _prior(game: MechanismGame) -> str:
    prior = game.prior
    if prior.marginals is None:
        pairs = [
            f"{brief(p)} ({', '.join(one.types[t] for one, t in zip(game.followers, types, strict=True) if one.types)})"
            for types, p in prior.joint
        ]
        return _listed(pairs)
    parts = [
        f"{printable(one.name)}: {_listed([brief(p) for p in chances])}"
        for one, chances in zip(game.followers, prior.marginals, strict=True)
        if one.types
    ]
    return "; ".join(parts)


def _rows(game: MechanismGame, rule: Rule) -> Iterator[tuple[str, str]]:
    """The first profiles of actions of a rule, and what comes out then."""
    for number, (profile, leaf) in enumerate(zip(actions_of(game.followers), rule.leaves, strict=True)):
        if number == _ROWS:
            yield "…", f"{len(rule.leaves) - _ROWS} more"
            return
        labels = ", ".join(printable(one.actions[a]) for one, a in zip(game.followers, profile, strict=True))
        yield labels, " | ".join(_choice(game, choice) for choice in leaf[:4]) + " | …" * (len(leaf) > 4)


def _choice(game: MechanismGame, choice: Choice) -> str:
    """What comes out, in a few words."""
    if isinstance(choice, str):
        return printable(choice)
    if isinstance(choice, Offers):
        told = [f"{printable(game.followers[o.follower].name)} for {brief(o.price)}" for o in choice.offers]
        return f"offer to {', then '.join(told)}" if told else "no offer"
    return _outcome(game, choice)


def _outcome(game: MechanismGame, outcome: Outcome) -> str:
    nought = Entry("all", (Fraction(0),))
    parts = []
    for one, entry, payment in zip(game.followers, outcome.valuations, outcome.payments, strict=True):
        if entry != nought or payment:
            paid = f" pays {brief(payment)}" if payment else ""
            parts.append(f"{printable(one.name)} {_entry(entry)}{paid}")
    if outcome.designer != nought:
        parts.append(f"designer {_entry(outcome.designer)}")
    return ", ".join(parts) or "nothing"


def _entry(entry: Entry) -> str:
    return "/".join(brief(value) for value in entry.values[:_ROWS]) + "/…" * (len(entry.values) > _ROWS)


def text(game: MechanismGame, *, colour: bool = False, width: int = WIDTH, full: bool = False, hint: str = HINT) -> str:
    """The game as text: facts, then what comes out by the rules."""
    page = Page(width, full)
    game_page(page, game)
    if page.shortened:
        page.paragraph(hint, "dim")
    return painted(page.lines, colour=colour)


def game_page(page: Page, game: MechanismGame, remark: str = "") -> None:
    """Put title, remark, description, facts and rules on a page."""
    head_on_page(page, title(game), game, tuple(_facts(game)), remark)
    for name, outcome in list(game.outcomes.items())[:_ROWS]:
        page.paragraph(f"{printable(name)}: {_choice(game, outcome)}", "dim")
    for rule in game.rules[:_ROWS]:
        page.add()
        page.paragraph(f"rule {printable(rule.name)}", "label")
        for labels, told in _rows(game, rule):
            page.paragraph(f"{labels}: {told}", indent=2)
    if len(game.rules) > _ROWS:
        page.add()
        page.paragraph(f"… {len(game.rules) - _ROWS} more rules", "warning")
    page.shortened |= any(len(one) > _ROWS for one in (game.rules, game.rules[0].leaves, game.outcomes))


def game_html(game: MechanismGame) -> str:
    """The game above what is told of it."""
    return html(game)


def html(game: MechanismGame) -> str:
    """Title, facts and rules as HTML."""
    parts = [head_html(title(game), game, tuple(_facts(game)))]
    for rule in game.rules[:_ROWS]:
        rows = "".join(
            f'<tr><th style="text-align: left">{escape(labels)}</th><td>{escape(told)}</td></tr>'
            for labels, told in _rows(game, rule)
        )
        parts.append(f"<p>rule {escape(printable(rule.name))}</p><table><tbody>{rows}</tbody></table>")
    if len(game.rules) > _ROWS:
        parts.append(f"<p>… {len(game.rules) - _ROWS} more rules</p>")
    return f"<div>{''.join(parts)}</div>"


def latex(game: MechanismGame) -> str:
    """The first rule as LaTeX, cropped where it is large."""
    return _tabular(game, game.rules[:1])


def whole_latex(game: MechanismGame) -> str:
    r"""The rules as ``tabular``: actions and what comes out, cropped where they are large.

    >>> game = MechanismGame({"A": {"actions": ["x"]}}, {"only": {"x": {"valuations": {"A": "1/2"}}}})
    >>> print(whole_latex(game), end="")
    \begin{tabular}{ll}
    A & only \\
    \hline
    x & A 1/2 \\
    \end{tabular}
    """
    return _tabular(game, game.rules[:_ROWS])


def _tabular(game: MechanismGame, rules: Sequence[Rule]) -> str:
    lines = []
    for rule in rules:
        heads = ", ".join(one.name for one in game.followers)
        lines += ["\\begin{tabular}{ll}", f"{escaped(heads)} & {escaped(rule.name)} \\\\", "\\hline"]
        lines += [f"{escaped(labels)} & {escaped(told)} \\\\" for labels, told in _rows(game, rule)]
        lines.append("\\end{tabular}")
    return "\n".join(lines) + "\n"
