"""Mechanisms: coarse correlated equilibria by profiles of strategies, beside one float program over all of them.

    python benchmarks/mechanisms.py
    python benchmarks/mechanisms.py --families equilibria --sizes 4 6

``equilibria``: two buyers with n values and two messages each, prices drawn from a seed (n = 50 stands for five values
and three messages, 59 049 profiles): the best and the worst equilibrium, exactly and proved, beside the same two
programs in HiGHS alone, in floats, over all profiles at once (writing the matrix down is not counted). ``silent``,
``one-sided`` and ``two-sided``: the best rules over all prices for n values without messages, with two messages of one
buyer, and of both (the optimist's).
"""

from __future__ import annotations

import argparse
from dataclasses import asdict, dataclass
from fractions import Fraction
from random import Random
from time import perf_counter
from typing import Any, Final

from cells import Cell, emit, measured, peak_mib, run_cell
from reporting import Report, Table, exponent, option_parser, progress, shown

SIZES: Final = {
    "equilibria": [4, 5, 6, 7, 8, 50],
    "silent": [10, 20, 40, 60],
    "one-sided": [4, 6, 8],
    "two-sided": [3, 4, 5, 6],
}
THREE: Final = 50
"""The size that stands for five values and three messages."""


def fixed_game(size: int, seed: int) -> Any:
    """Prices at random under which two buyers send messages."""
    import stackexact as sx

    rng = Random(f"mechanisms {size} {seed}")
    values, messages = (5, 3) if size == THREE else (size, 2)
    game = sx.families.message_space(values, messages=(messages, messages))
    prices = {one.name: Fraction(rng.randint(0, 40), 40) for one in game.prices}
    return game.with_choices("prices", [rng.randint(0, 1) for _ in range(messages**2)], prices)


def exactly(game: Any) -> dict[str, Any]:
    """Both ends by generated columns."""
    from stackexact.mechanisms.deviations import Family
    from stackexact.mechanisms.forms import fixed_form
    from stackexact.mechanisms.programs import Programs

    start = perf_counter()
    form = fixed_form(game)
    programs = Programs(form, Family.COARSE)
    ends = [float(Fraction(programs.best(sign).value) / form.scale) * sign for sign in (-1, 1)]
    return {"seconds": perf_counter() - start, "ends": ends, "columns": len(programs.pool)}


def in_floats(game: Any) -> dict[str, Any]:
    """Both ends by one program over all profiles."""
    import numpy as np
    from scipy.optimize import linprog

    from stackexact.mechanisms.deviations import Family, deviations_of, gains
    from stackexact.mechanisms.forms import fixed_form

    form = fixed_form(game)
    deviations = deviations_of(form, Family.COARSE)
    profiles = list(form.all_profiles())
    rows = np.array([gains(form, deviations, profile) for profile in profiles], dtype=float).T / form.chance_scale
    goal = np.array([form.value(profile) / form.scale for profile in profiles])
    start = perf_counter()  # what it takes to write the matrix down is Python's own cost and not counted
    ends = []
    for sign in (-1, 1):
        found = linprog(-sign * goal, A_ub=-rows, b_ub=np.zeros(len(rows)), A_eq=np.ones((1, len(goal))), b_eq=[1.0])
        ends.append(float(goal @ found.x))
    return {"seconds": perf_counter() - start, "ends": ends, "columns": len(profiles)}


def rules(family: str, size: int) -> dict[str, Any]:
    """The best rules over all prices."""
    import stackexact as sx
    from stackexact.mechanisms.optimal import best_rules

    messages = {"silent": (1, 1), "one-sided": (1, 2), "two-sided": (2, 2)}[family]
    game = sx.families.message_space(size, messages=messages)
    start = perf_counter()
    found = best_rules(game, sure=family != "two-sided")
    return {"seconds": perf_counter() - start, "ends": [float(found.value), float(found.bound)], "columns": 0}


def measure(request: dict[str, Any]) -> None:
    """Measure one cell."""
    family, size = request["family"], request["size"]
    for seed in range(request["runs"]):
        if family != "equilibria":
            made = rules(family, size)
        else:
            game = fixed_game(size, seed)
            made = in_floats(game) if request["peer"] else exactly(game)
        emit(**made, peak=peak_mib())


@dataclass(frozen=True, slots=True)
class Runs(Cell):
    """The runs of one size of a family."""

    family: str


def run(family: str, size: int, options: argparse.Namespace, *, peer: bool) -> Runs:
    """Measure in a process of its own."""
    request = {"family": family, "size": size, "runs": options.runs, "peer": peer}
    outcome = run_cell(__file__, request, options.seconds)
    who = "HiGHS in floats" if peer else "stackexact"
    progress(f"{family} {size}: {len(outcome.lines)} of {options.runs} runs of {who}")
    troubles = () if outcome.trouble is None else (f"{family} {size}, {who}: {outcome.trouble}",)
    return Runs(size, options.runs, outcome.lines, troubles, family)


def row(cell: Runs, rival: Runs | None) -> tuple[str, ...]:
    """A line of the table."""
    own, theirs = cell.middle("seconds"), None if rival is None else rival.middle("seconds")
    ratio = theirs / own if own and theirs else None
    apart = None
    if rival is not None and rival.samples and cell.samples:
        pairs = zip(cell.samples, rival.samples, strict=False)
        apart = max(abs(a - b) for one, two in pairs for a, b in zip(one["ends"], two["ends"], strict=True))
    columns = "-" if cell.middle("columns") is None else str(int(cell.middle("columns") or 0))
    profiles = "-" if rival is None or rival.middle("columns") is None else str(int(rival.middle("columns") or 0))
    times = (
        shown(own),
        shown(cell.middle("peak")),
        shown(theirs),
        shown(None if rival is None else rival.middle("peak")),
    )
    told = "-" if apart is None else f"{apart:.0e}"
    return (
        cell.family,
        str(cell.size),
        f"{len(cell.samples)}/{cell.asked}",
        profiles,
        columns,
        *times,
        shown(ratio),
        told,
    )


def main() -> None:
    """Measure all cells and print the tables."""
    parser = option_parser(__doc__, 300)
    parser.add_argument("--families", nargs="+", choices=SIZES, default=list(SIZES), metavar="NAME")
    parser.add_argument("--sizes", type=int, nargs="+", metavar="N", help="instead of those of each family")
    parser.add_argument("--runs", type=int, default=3, help="games of each size (default: %(default)s)")
    options = parser.parse_args()
    asked = [(f, n) for f in options.families for n in options.sizes or SIZES[f]]
    cells = {one: run(*one, options, peer=False) for one in asked}
    rivals = {one: run(*one, options, peer=True) for one in asked if one[0] == "equilibria"}
    headers = ("family", "n", "runs", "profiles", "columns", "s", "MiB", "floats s", "floats MiB", "ratio", "apart")
    rows = tuple(row(cells[one], rivals.get(one)) for one in asked)
    table = Table("Medians: columns that were generated, seconds, peak memory; HiGHS in floats over all", headers, rows)
    fits = []
    for family in options.families:
        points = [
            (float(n), v) for (f, n), c in cells.items() if f == family and n != THREE and (v := c.middle("seconds"))
        ]
        fits.append((family, shown(exponent(points))))
    growth = Table("Growth: ~ n ** exponent, fitted to the medians", ("family", "time"), tuple(fits))
    measured_cells = (*cells.values(), *rivals.values())
    notes = tuple(trouble for cell in measured_cells for trouble in cell.troubles)
    Report("mechanisms", (table, growth), notes, [asdict(cell) for cell in measured_cells]).publish(options.json)


if __name__ == "__main__" and not measured(measure):
    main()
