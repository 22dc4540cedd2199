"""A verification for people: plain or coloured text, and HTML for notebooks."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR
from fractions import Fraction
from html import escape
from io import StringIO
from typing import Final, Literal

from stackexact.exact.decimals import numerals_shortened, rounded
from stackexact.exact.enclosures import Enclosure, Number
from stackexact.exact.relation import text_of
from stackexact.games.screen import WIDTH, Line, Page, painted, printable
from stackexact.verification.claims import Rate, Size
from stackexact.verification.growth import Growth
from stackexact.verification.judging import Comparison, Finding, Judgement
from stackexact.verification.result import Form, Point, Series, Verification
from stackexact.verification.writing import decimal

__all__ = ["DIGITS", "html", "text"]

DIGITS: Final = 6
"""Significant digits of means; intervals and exponents, which are statistical, have fewer."""

_FEW: Final = 4
_SHOWN: Final = 3
"""So many numbers of rounds of a claim about sizes are listed."""
_FORMULA: Final = 240

_STYLE: Final = {"true": "best", "false": "warning", "undecided": "warning"}
_COLUMNS: Final[tuple[Literal["left", "right"], ...]] = ("right", "right", "right", "left", "left")


def text(found: Verification, digits: int = DIGITS, colour: bool = False, *, width: int = WIDTH) -> str:
    """What was measured and how, the regrets with their intervals, closed forms, and the verdicts with their numbers.

    ``≈`` says that a mean is rounded; ends of intervals are rounded outwards.
    """
    page = Page(width)
    for line, style in _facts(found):
        page.paragraph(line, style)
    parts = [painted(page.lines, colour=colour)]
    for series in found.series:
        page = Page(width)
        page.add()
        page.paragraph(_heading(found, series, digits), "title")
        parts += [painted(page.lines, colour=colour), _table(found, series, digits, colour, width)]
    page = Page(width)
    for form in found.forms:
        _form_lines(page, form)
    for one in found.claims:
        _judgement_lines(page, one, found.margin)
    if found.notes:
        page.add()
    for note in found.notes:
        page.paragraph(f"note: {note}", "warning")
    return "".join([*parts, painted(page.lines, colour=colour)])


def _facts(found: Verification) -> Iterator[tuple[str, str]]:
    yield f"{found.game.name or 'unnamed game'}: regret in {found.runs} run{'s' * (found.runs > 1)}", "title"
    values = [f"{name} = {numerals_shortened(text_of(value))}" for name, value in found.at.items()]
    if values:
        yield f"at {', '.join(values)}", "dim"
    if found.tolerance is not None:
        yield f"tolerance: {numerals_shortened(text_of(found.tolerance))}", "dim"
    if found.series:
        which = "horizons of the runs" if found.basis == "horizons" else "checkpoints that all runs share"
        yield f"growth: over the {which}; {found.fit.title}", "dim"
        several = f"for all {found.intervals} intervals together" if found.intervals > 1 else "for the interval"
        together = f"{_percent(found.confidence)} {several}"
        yield f"confidence: {together}; {found.method.name}: assumes {found.method.assumption}", "dim"


def _percent(value: Fraction) -> str:
    return f"{rounded(100 * value, 12).text} %"


def _number(value: Number, digits: int) -> str:
    if isinstance(value, Enclosure):
        return value.text(digits)
    made = rounded(value, digits)
    return made.text if made.exact else f"≈ {made.text}"


def _ends(lower: Fraction | float, upper: Fraction | float) -> str:
    return f"[{decimal(lower, ROUND_FLOOR, _FEW)}, {decimal(upper, ROUND_CEILING, _FEW)}]"


def _heading(found: Verification, series: Series, digits: int) -> str:
    every = "an episode" if found.unit == "episode" else "a round"
    against = "" if series.target is None else f", {_number(series.target, digits)} {every}"
    what = f", {series.title}" if series.title else f" against {series.benchmark}"
    return f"{series.agent}{what}{against}: {_exponent(series.growth)}"


def _header(found: Verification, series: Series) -> tuple[str, ...]:
    return f"{found.unit}s", "runs", "mean" if series.title else "mean regret", "interval", ""


def _cells(point: Point, digits: int) -> tuple[str, ...]:
    """The cells of one row."""
    ends = _ends(point.lower, point.upper) if point.lower < point.upper else "exact"
    last = "" if point.used else "transient"
    return str(point.rounds), str(len(point.values)), _number(point.mean, digits), ends, last


def _table(found: Verification, series: Series, digits: int, colour: bool, width: int) -> str:
    from rich.console import Console
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="cyan" if colour else "")
    for name, side in zip(_header(found, series), _COLUMNS, strict=True):
        table.add_column(name, justify=side)
    for point in series.points:
        table.add_row(*(Text(cell, style="" if point.used else "dim") for cell in _cells(point, digits)))
    made = StringIO()
    console = Console(file=made, force_terminal=colour, no_color=not colour, width=width, legacy_windows=False)
    console.print(Padding(table, (0, 0, 0, 2)))
    return "".join(f"{line.rstrip()}\n" for line in made.getvalue().splitlines())


def _exponent(growth: Growth) -> str:
    """The exponent in words; with the power of log(T) that was taken out."""
    after = f" after log(T)^({text_of(growth.logarithm)})" if growth.logarithm else ""
    if growth.upper == -math.inf:
        return f"exponent -oo ({growth.remark})"
    if growth.estimate is None:
        found = f"exponent in {_ends(growth.lower, growth.upper)}"
    else:
        found = f"exponent {decimal(growth.estimate, digits=_FEW)} in {_ends(growth.lower, growth.upper)}"
    return f"{found}{after}{f' ({growth.remark})' if growth.remark else ''}"


def _form_lines(page: Page, form: Form) -> None:
    page.add()
    page.paragraph(f"{form.agent} {form.benchmark}: mean regret of these counts, T = {form.rounds[-1]}", "title")
    for cell in form.cells:
        if cell.when:
            page.paragraph(f"when {numerals_shortened(' and '.join(cell.when))}:", "label", indent=2)
        page.paragraph(_shortened(text_of(cell.means[-1])), indent=2)
    for when in form.undecided:
        where = f"when {numerals_shortened(' and '.join(when))}: " if when else ""
        page.paragraph(f"{where}undecided", "warning", indent=2)


def _shortened(formula: str) -> str:
    formula = numerals_shortened(formula)
    return formula if len(formula) <= _FORMULA else f"{formula[: _FORMULA // 2]}…{formula[-_FORMULA // 2 :]}"


def _judgement_lines(page: Page, one: Judgement, margin: Fraction) -> None:
    page.add()
    verdict = str(one.verdict)
    page.paragraph(f"{verdict}: {one.claim}", _STYLE[verdict])
    for line in _reasons(one, margin):
        page.paragraph(line, indent=2)


def _reasons(one: Judgement, margin: Fraction) -> Iterator[str]:
    """What each verdict rests on, one line for each agent, or for each number of rounds that matters."""
    about = one.claim.about
    for finding in one.findings:
        verdict = f" ({finding.verdict})" if len(one.findings) > 1 or one.claim.negated else ""
        if finding.reason:
            yield f"{finding.agent}{verdict}: {finding.reason}"
        elif isinstance(about, Rate):
            assert finding.growth is not None
            growth = finding.growth
            over = f", over T = {growth.rounds[0]} to {growth.rounds[-1]}" if len(growth.rounds) > 1 else ""
            claimed = f"claimed {about.relation} {text_of(about.power)}, margin {text_of(margin)}{over}"
            yield f"{finding.agent}{verdict}: {_exponent(growth)}; {claimed}"
        else:
            yield from (f"{finding.agent}{verdict}: {line}" for line in _sizes(about, finding))


def _sizes(about: Size, finding: Finding) -> Iterator[str]:
    """The numbers of rounds that the verdict comes from, the largest first."""
    decisive = [one for one in finding.sizes if one.verdict == finding.verdict][::-1]
    for one in decisive[:_SHOWN]:
        yield f"T = {one.height.rounds}: {_compared(one, about.relation)}"
    if len(decisive) > _SHOWN:
        yield f"and likewise at {len(decisive) - _SHOWN} more"


def _compared(one: Comparison, relation: str) -> str:
    height, value = one.height, one.value
    shown = decimal((value.lower + value.upper) / 2, digits=DIGITS)
    ends = f" in {_ends(height.lower, height.upper)}" if height.lower < height.upper else ""
    return f"{_number(height.mean, DIGITS)}{ends}, claimed {relation} {shown}"


# -- HTML -------------------------------------------------------------------------------------------------------------


def html(found: Verification, digits: int = DIGITS) -> str:
    """The same as HTML."""
    facts = [printable(line) for line, _ in _facts(found)]
    parts = [f"<p><b>{escape(facts[0])}</b>{''.join(f'<br>{escape(line)}' for line in facts[1:])}</p>"]
    for series in found.series:
        parts.append(f"<p>{escape(_heading(found, series, digits))}</p>")
        parts.append(_html_table(_header(found, series), (_cells(point, digits) for point in series.points)))
    page = Page(10_000)
    for form in found.forms:
        _form_lines(page, form)
    parts += (f"<p>{escape(_plain(line))}</p>" for line in page.lines if line)
    for one in found.claims:
        reasons = "".join(f"<br>{escape(reason)}" for reason in _reasons(one, found.margin))
        parts.append(f"<p><b>{one.verdict}</b>: {escape(printable(str(one.claim)))}{reasons}</p>")
    parts += (f"<p><small>note: {escape(printable(note))}</small></p>" for note in found.notes)
    return f"<div>{''.join(parts)}</div>"


def _plain(line: Line) -> str:
    return "".join(text for text, _ in line).strip()


def _html_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f"<th>{escape(name)}</th>" for name in header)
    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
