"""What learners lose, for people: plain text, and HTML for notebooks."""

from __future__ import annotations

from html import escape
from io import StringIO

from stackexact.exact.decimals import rounded
from stackexact.exact.enclosures import Enclosure, Number, middle
from stackexact.exact.relation import text_of
from stackexact.games.screen import WIDTH
from stackexact.learning.robustness import Robustness, RobustnessPoint

__all__ = ["robustness_html", "robustness_text"]

_DIGITS = 6
_FEW = 4


def robustness_text(found: Robustness, *, width: int = WIDTH) -> str:
    """The table of beliefs and losses, with one line of what stays the same."""
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for name in _header(found):
        table.add_column(name, justify="right")
    for point in found.points:
        table.add_row(*_cells(found, point))
    made = StringIO()
    console = Console(file=made, no_color=True, width=width, legacy_windows=False)
    console.print(table)
    rows = [line.rstrip() for line in made.getvalue().splitlines()]
    return "\n".join([*_facts(found), "", *rows])


def robustness_html(found: Robustness) -> str:
    """The same as HTML."""
    head = "".join(f"<th>{escape(name)}</th>" for name in _header(found))
    rows = "".join(
        f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in _cells(found, point))}</tr>" for point in found.points
    )
    told = "<br>".join(map(escape, _facts(found)))
    return f"<div><p>{told}</p><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"


def _facts(found: Robustness) -> list[str]:
    made = [
        f"{found.game.name or 'unnamed game'}: what a wrong weight of recommendations costs",
        f"true weight {text_of(found.alpha)}, where she gets {_number(found.leader)}; slope {_number(found.slope)}",
    ]
    if found.samples is not None:
        made.append(f"measured: {found.runs} runs of {found.samples} responses; 99 % for all intervals together")
        if found.failed:
            made.append(f"{found.failed} runs have no estimate: what they lose may be anything")
    return made


def _header(found: Robustness) -> tuple[str, ...]:
    ends = ("per error",) if found.samples is None else ("measured", "interval")
    return "assumed", "loss", "bound", "violation", *ends


def _cells(found: Robustness, point: RobustnessPoint) -> tuple[str, ...]:
    digits = _DIGITS if found.samples is None else _FEW
    exact = text_of(point.assumed), *(_number(one, digits) for one in (point.loss, point.bound, point.violation))
    if point.measured is None or point.lower is None or point.upper is None:
        apart = point.assumed - found.alpha
        return *exact, "" if not apart else rounded(middle(point.loss) / apart, _FEW).text
    ends = rounded(point.lower, _FEW, "ROUND_FLOOR").text, rounded(point.upper, _FEW, "ROUND_CEILING").text
    return *exact, rounded(middle(point.measured), _FEW).text, f"[{ends[0]}, {ends[1]}]"


def _number(value: Number, digits: int = _DIGITS) -> str:
    if isinstance(value, Enclosure):
        return value.text(digits)
    made = rounded(value, digits)
    return made.text if made.exact else f"≈ {made.text}"
