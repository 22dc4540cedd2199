"""A verification of play for people: plain text, and HTML for notebooks."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN
from fractions import Fraction
from html import escape
from io import StringIO
from typing import Final

from stackexact.exact.decimals import numerals_shortened, rounded
from stackexact.exact.relation import text_of
from stackexact.games.screen import WIDTH, Page, painted, printable
from stackexact.no_regret.result import Bounded, FollowerVerification, Level
from stackexact.verification.writing import decimal

__all__ = ["html", "text"]

_DIGITS: Final = 4
_FEW: Final = 3


def text(found: FollowerVerification, *, width: int = WIDTH) -> str:
    """What was played, what equilibria are worth, whether regrets are under their bounds, how the gap falls; a table by
    rounds, and one by types. Numbers in tables are rounded, bounds up, and ends of intervals outwards."""
    page = Page(width)
    for line in _facts(found):
        page.paragraph(line)
    parts = [painted(page.lines)]
    for header, rows in _tables(found):
        parts += ["\n", _table(header, rows, width)]
    page = Page(width)
    if found.notes:
        page.add()
    for note in found.notes:
        page.paragraph(f"note: {note}")
    return "".join([*parts, painted(page.lines)]).rstrip("\n")


def html(found: FollowerVerification) -> str:
    """The same as HTML."""
    facts = [escape(printable(line)) for line in _facts(found)]
    parts = [f"<p><b>{facts[0]}</b>{''.join(f'<br>{line}' for line in facts[1:])}</p>"]
    for header, rows in _tables(found):
        head = "".join(f"<th>{escape(name)}</th>" for name in header)
        body = "".join(f"<tr>{''.join(f'<td>{escape(printable(cell))}</td>' for cell in row)}</tr>" for row in rows)
        parts.append(f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>")
    parts += (f"<p><small>note: {escape(printable(note))}</small></p>" for note in found.notes)
    return f"<div>{''.join(parts)}</div>"


def _facts(found: FollowerVerification) -> Iterator[str]:
    play, count = found.play, len(found.runs)
    settings = ", ".join(f"{name} {value}" for name, value in play.settings.items())
    runs = f"{count} run{'s' * (count > 1)} of {play.rounds} rounds"
    yield f"{found.game.name or 'unnamed game'}: {play.algorithm}{f' ({settings})' if settings else ''}, {runs}"
    if found.worst is not None and found.best is not None:
        ends = [numerals_shortened(text_of(one)) for one in (found.worst, found.best)]
        worth = f"worth {ends[0]}" if ends[0] == ends[1] else f"worth from {ends[0]} to {ends[1]}"
        yield f"coarse correlated equilibria: {worth} to the designer"
    percent = f"{rounded(100 * found.confidence, 12).text} %"
    if found.error is None:
        yield "regrets: no bound is known for this algorithm"
    else:
        under = sum(str(run.verdict) == "true" for run in found.runs)
        delta = rounded(found.error, _FEW).text
        yield f"regrets: under their bounds in {under} of {count} runs: {found.verdict}"
        yield f"bounds ({percent} for all of them together): {found.formula}, δ ≈ {delta}"
    yield f"gap: {_exponent(found)}"
    used = sum(level.used for level in found.levels)
    told = f"intervals ({percent} for all {used} used together)"
    yield f"{told}: {found.method.name}, assumes {found.method.assumption}"
    chosen = ", ".join(f"{name} in {number}" for name, number in found.chosen().items())
    yield f"responses (the first with a gap of at most {text_of(found.tolerance)}): {chosen} of {count} runs"


def _exponent(found: FollowerVerification) -> str:
    growth = found.growth
    if growth.upper == -math.inf:
        return f"exponent -oo ({growth.remark})"
    ends = _ends(growth.lower, growth.upper)
    middle = "" if growth.estimate is None else f"{decimal(growth.estimate, digits=_FEW)} "
    rounds = f", T = {growth.rounds[0]} to {growth.rounds[-1]}" if len(growth.rounds) > 1 else ""
    return f"exponent {middle}in {ends}{rounds}{f' ({growth.remark})' if growth.remark else ''}"


def _ends(lower: Fraction | float, upper: Fraction | float) -> str:
    return f"[{decimal(lower, ROUND_FLOOR, _FEW)}, {decimal(upper, ROUND_CEILING, _FEW)}]"


def _number(value: Fraction | None, rounding: str = ROUND_HALF_EVEN) -> str:
    return "" if value is None else rounded(value, _DIGITS, rounding).text


def _tables(found: FollowerVerification) -> Iterator[tuple[Sequence[str], list[Sequence[str]]]]:
    """Tables that have rows, without columns that have nothing."""
    by_rounds = ("rounds", "mean gap", "interval", "regret", "at most", "value", "distance")
    yield from _kept(by_rounds, [_cells(level) for level in found.levels])
    by_types = ("follower", "type", "largest regret", "at most", "in run", "rounds")
    yield from _kept(by_types, list(_regrets(found)))


def _kept(header: Sequence[str], rows: list[tuple[str, ...]]) -> Iterator[tuple[Sequence[str], list[Sequence[str]]]]:
    used = [c for c in range(len(header)) if any(row[c] for row in rows)]
    if used:
        yield [header[c] for c in used], [[row[c] for c in used] for row in rows]


def _cells(level: Level) -> tuple[str, ...]:
    ends = _ends(level.lower, level.upper) if level.lower < level.upper else "exact"
    rest = _number(level.average_regret), _number(level.bound, ROUND_CEILING)
    worth = _number(level.value), _number(level.distance)
    return str(level.rounds), _number(level.mean), ends, *rest, *worth


def _regrets(found: FollowerVerification) -> Iterator[tuple[str, ...]]:
    """By type the run with the regret at the end that is largest, beside its bound."""
    ends = [run.points[-1].regrets for run in found.runs]
    for place in range(len(ends[0])):
        number, one = max(enumerate(ends, 1), key=lambda pair: _share(pair[1][place]))
        regret = one[place].regret
        name, label = found.names(regret.follower, regret.type)
        bound = _number(one[place].bound, ROUND_CEILING)
        yield name, label, _number(regret.total), bound, str(number), str(regret.rounds)


def _share(one: Bounded) -> Fraction:
    return one.regret.total / one.bound if one.bound else one.regret.total


def _table(header: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> str:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    for name in header:
        table.add_column(name, justify="left" if name in ("interval", "follower", "type") else "right")
    for row in rows:
        table.add_row(*(Text(printable(cell)) for cell in row))
    made = StringIO()
    Console(file=made, no_color=True, width=width, legacy_windows=False).print(table)
    return "".join(f"{line.rstrip()}\n" for line in made.getvalue().splitlines())
