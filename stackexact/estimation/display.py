"""An estimate for people: plain text for a terminal, HTML for notebooks."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING, Final

from stackexact.estimation.model import Vector
from stackexact.exact.decimals import numerals_shortened, shortened
from stackexact.exact.digits import int_to_text
from stackexact.exact.enclosures import Enclosure
from stackexact.games.screen import WIDTH, Page, clip, painted, wide

if TYPE_CHECKING:
    from stackexact.estimation.estimate import Estimate

__all__ = ["DIGITS", "html", "text"]

DIGITS: Final = 10
"""Significant digits shown; all that were asked for stand in the record and its JSON."""

_ROWS: Final = 20
_CELL: Final = 32

Table = tuple[tuple[str, ...], list[tuple[str, ...]], int]
"""Headings, rows, and how many rows were left out."""


def text(found: Estimate, *, colour: bool = False, width: int = WIDTH) -> str:
    """Parameters with standard errors, then counts beside fitted probabilities; ``…`` ends digits that go on."""
    page = Page(width)
    page.paragraph(_title(found), "title")
    for line, style in _facts(found):
        page.paragraph(line, style)
    for table in (_parameters(found), _fitted(found)):
        _grid(page, table)
    return painted(page.lines, colour=colour)


def _title(found: Estimate) -> str:
    many = _whole(found.model.observations)
    plural = "" if found.model.observations == 1 else "s"
    return f"quantal response, maximum likelihood from {many} observation{plural}"


def _whole(value: int) -> str:
    return numerals_shortened(int_to_text(value))


def _facts(found: Estimate) -> Iterator[tuple[str, str]]:
    model = found.model
    if model.constraints:
        shown = "; ".join(f"{_sum(found.names, one.vector)} = {shortened(one.value)}" for one in model.constraints[:5])
        yield f"eta {shortened(model.eta)}; constraints: {shown}{'; ...' if model.constraints[5:] else ''}", "dim"
    else:
        yield f"eta {shortened(model.eta)}; no constraints", "dim"
    if not found.exists:
        split = found.separation
        kind = "separated" if split.complete else "quasi-separated"
        yield f"the estimate does not exist: the data are {kind} along {_sum(found.names, split.direction)}", "warning"
        many = len(split.vanishing)
        tend = "1 probability tends" if many == 1 else f"{many} probabilities tend"
        yield f"{tend} to 0 there; fitted values are limits", "warning"
    if found.free:
        shown = "; ".join(_sum(found.names, one) for one in found.free[:3])
        more = "; ..." if found.free[3:] else ""
        yield f"not identified: the data do not tell {shown}{more}; add constraints", "warning"
    word = "log-likelihood" if found.exists else "supremum of the log-likelihood"
    yield f"{word} {_number(found.log_likelihood)}{_closed(found.log_likelihood, ' = ')}", ""


def _sum(names: tuple[str, ...], vector: Vector) -> str:
    parts = [(value, name) for value, name in zip(vector, names, strict=True) if value]
    made = ""
    for value, name in parts[:6]:
        size = abs(value)
        term = name if size == 1 else f"{shortened(size)}*{name}"
        made += (" - " if value < 0 else " + ") + term if made else ("-" if value < 0 else "") + term
    return (made or "0") + (" + ..." if parts[6:] else "")


def _number(value: Enclosure | None) -> str:
    if value is None:
        return "-"
    return shortened(value.lower) if value.lower == value.upper else value.text(DIGITS)


def _closed(value: Enclosure | None, before: str = "") -> str:
    return f"{before}{value.closed_form}" if value and value.closed_form and len(value.closed_form) <= _CELL else ""


def _parameters(found: Estimate) -> Table:
    rows: list[tuple[str, ...]] = [
        (name, _number(one), _closed(one), _number(error))
        for name, one, error in zip(found.names, found.theta, found.standard_errors, strict=True)
    ]
    return ("parameter", "estimate", "closed form", "standard error"), rows[:_ROWS], len(rows) - _ROWS


def _fitted(found: Estimate) -> Table:
    rows: list[tuple[str, ...]] = [
        (str(c + 1), label, _whole(count), _number(one))
        for c, (choice, fitted) in enumerate(zip(found.model.choices[:_ROWS], found.fitted, strict=False))
        for label, count, one in zip(choice.labels, choice.counts, fitted, strict=True)
    ]
    total = sum(len(choice.labels) for choice in found.model.choices)
    return ("choice", "action", "count", "fitted"), rows[:_ROWS], total - _ROWS


def _grid(page: Page, table: Table) -> None:
    heads, rows, more = table
    cells = [tuple(clip(cell, _CELL) for cell in row) for row in (heads, *rows)]
    sizes = [max(wide(row[k]) for row in cells) for k in range(len(heads))]
    page.add()
    for place, row in enumerate(cells):
        line = "  ".join(cell + " " * (size - wide(cell)) for cell, size in zip(row, sizes, strict=True))
        page.add(("  ", ""), (line, "label" if not place else ""))
    if more > 0:
        page.paragraph(f"{more} more rows in .document()", "dim", indent=2)


def html(found: Estimate) -> str:
    """The same as HTML."""
    facts = "".join(f"<br><small>{escape(line)}</small>" for line, _ in _facts(found))
    tables = "".join(_html_table(table) for table in (_parameters(found), _fitted(found)))
    return f"<div><p><b>{escape(_title(found))}</b>{facts}</p>{tables}</div>"


def _html_table(table: Table) -> str:
    heads, rows, more = table
    head = "".join(f"<th>{escape(cell)}</th>" for cell in heads)
    body = "".join(f"<tr>{''.join(f'<td>{escape(clip(cell, 80))}</td>' for cell in row)}</tr>" for row in rows)
    rest = f"<p><small>{more} more rows in .document()</small></p>" if more > 0 else ""
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{rest}"
