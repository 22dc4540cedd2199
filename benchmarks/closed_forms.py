"""Closed forms over one parameter: growth with size, beside a naive derivation with SymPy's Max, Min and Piecewise.

    python benchmarks/closed_forms.py
    python benchmarks/closed_forms.py --sizes 4 8 16 --concepts tolerant --naive 600

Every entry is affine in delta, with coefficients from -999 to 999, on 0 < delta < 1; the tolerance is 100. Time is
counted from a game object to the proved closed form. The naive derivation is of the leader's tolerant benchmark alone:
its definition written with Max, Min and Piecewise over all gaps (``SymPy s``), which can be put in numbers and no more;
then folded into one Piecewise, whose branches are cells (``folded s``). Neither proves anything. The runs of one size
share a process, and SymPy's its budget.
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

CONCEPTS: Final = ("tolerant", "pure-strong", "mixed-strong", "alignment")
NAIVE: Final = "SymPy"
TOLERANCE: Final = 100

Entries = list[list[tuple[int, int]]]


def entries(size: int, seed: int) -> tuple[Entries, Entries]:
    """Slope and constant of every payoff, of leader and follower."""
    rng = Random(f"affine {size} {seed}")

    def table() -> list[list[tuple[int, int]]]:
        return [[(rng.randint(-999, 999), rng.randint(-999, 999)) for _ in range(size)] for _ in range(size)]

    return table(), table()


def exact_game(size: int, seed: int) -> Any:
    """The game for stackexact."""
    import stackexact

    leader, follower = ([[f"{a}*delta + {b}" for a, b in row] for row in table] for table in entries(size, seed))
    return stackexact.Game(leader, follower, assumptions=["0 < delta < 1"], tolerance=TOLERANCE)


def naive(size: int, seed: int) -> Any:
    """The leader's tolerant benchmark by its definition, as SymPy takes it.

    The infimum over the tolerated error is reached at 0 or at one of the follower's gaps, so these are all tried.
    """
    import sympy

    delta = sympy.Symbol("delta", positive=True)
    leader, follower = ([[a * delta + b for a, b in row] for row in table] for table in entries(size, seed))
    gaps = [[sympy.Max(*row) - value for value in row] for row in follower]

    def guaranteed(error: Any) -> Any:
        rows = []
        for values, distances in zip(leader, gaps, strict=True):
            tolerated = [
                sympy.Piecewise((value, gap <= error), (sympy.oo, True))
                for value, gap in zip(values, distances, strict=True)
            ]
            rows.append(sympy.Min(*tolerated))
        return sympy.Max(*rows) + error

    errors = [sympy.Integer(0), *(gap for row in gaps for gap in row)]
    tried = [sympy.Piecewise((guaranteed(error), error <= TOLERANCE), (sympy.oo, True)) for error in errors]
    return sympy.Min(*tried)


def measure(request: dict[str, Any]) -> None:
    """Answer one concept for the games of one size, or derive the benchmark naively."""
    import stackexact

    concept, size = request["concept"], request["size"]
    for seed in range(request["runs"]):
        if concept == NAIVE:
            derive(size, seed)
            continue
        game = exact_game(size, seed)
        if seed == 0:
            stackexact.solve(exact_game(2, 0), [concept])
        start = perf_counter()
        result = stackexact.solve(game, [concept])[concept]
        emit(seconds=perf_counter() - start, cells=len(result.cells), peak=peak_mib())


def derive(size: int, seed: int) -> None:
    """Write the benchmark down, see at how many of some points it is right, and fold it into one Piecewise."""
    import sympy

    import stackexact

    start = perf_counter()
    form = naive(size, seed)
    written = perf_counter() - start
    result = stackexact.solve(exact_game(size, seed), ["tolerant"])["tolerant"]
    points = [Fraction(k, 7) for k in (1, 3, 6)]
    delta = sympy.Symbol("delta", positive=True)
    wrong = sum(
        form.subs(delta, sympy.Rational(str(x))) != sympy.Rational(str(result.at(delta=x).leader)) for x in points
    )
    emit(written=written, wrong=wrong)
    start = perf_counter()
    sympy.piecewise_fold(form.rewrite(sympy.Piecewise))
    emit(folded=written + perf_counter() - start)


@dataclass(frozen=True, slots=True)
class Runs(Cell):
    """The runs of one concept at one size."""

    concept: str

    def reached(self, what: str) -> int:
        """So many runs came to this number."""
        return sum(what in sample for sample in self.samples)


def run(concept: str, size: int, options: argparse.Namespace) -> Runs:
    """Measure one concept at one size in a process of its own."""
    request = {"concept": concept, "size": size, "runs": options.runs}
    outcome = run_cell(__file__, request, options.naive if concept == NAIVE else options.seconds)
    progress(f"{concept} {size}: {len(outcome.lines)} of {options.runs} runs")
    troubles = () if outcome.trouble is None else (f"{concept} {size}: {outcome.trouble}",)
    return Runs(size, options.runs, outcome.lines, troubles, concept)


def row(cell: Runs, rival: Runs | None) -> tuple[str, ...]:
    """A line of the table."""
    own = cell.middle("seconds")
    head = cell.concept, str(cell.size), f"{cell.reached('seconds')}/{cell.asked}", shown(cell.middle("cells"))
    beside: list[str] = []
    for what in ("written", "folded"):
        theirs = None if rival is None else rival.middle(what)
        beside += [shown(theirs), shown(theirs / own if own and theirs else None)]
    return *head, shown(own), shown(cell.middle("peak"), 4), *beside


def growth(cells: list[Runs]) -> Table:
    """Fitted exponents of time and of the number of cells in the size."""
    rows = []
    for concept in dict.fromkeys(cell.concept for cell in cells):
        mine = [cell for cell in cells if cell.concept == concept]
        fitted = [
            exponent([(float(cell.size), value) for cell in mine if (value := cell.middle(what))])
            for what in ("seconds", "cells")
        ]
        rows.append((concept, *map(shown, fitted)))
    return Table("Growth: ~ n ** exponent, fitted to the medians", ("concept", "time", "cells"), tuple(rows))


def main() -> None:
    """Measure all cells and print the tables."""
    parser = option_parser(__doc__, 300)
    parser.add_argument("--sizes", type=int, nargs="+", default=[2, 3, 4, 6, 8], metavar="N")
    parser.add_argument("--concepts", nargs="+", choices=CONCEPTS, default=list(CONCEPTS), metavar="NAME")
    parser.add_argument("--runs", type=int, default=3, help="games of each size (default: %(default)s)")
    parser.add_argument(
        "--naive",
        type=float,
        default=60,
        metavar="SECONDS",
        help="budget of SymPy for each size (default: %(default)g)",
    )
    options = parser.parse_args()
    cells = [run(concept, size, options) for concept in options.concepts for size in options.sizes]
    rivals = {size: run(NAIVE, size, options) for size in options.sizes if "tolerant" in options.concepts}
    headers = ("concept", "n", "runs", "cells", "seconds", "peak MiB", "SymPy s", "ratio", "folded s", "ratio")
    rows = tuple(row(cell, rivals.get(cell.size) if cell.concept == "tolerant" else None) for cell in cells)
    table = Table("Medians: cells of the closed form, seconds, peak memory of the process", headers, rows)
    notes = [trouble for cell in (*cells, *rivals.values()) for trouble in cell.troubles]
    for rival in rivals.values():
        wrong = sum(sample.get("wrong", 0) for sample in rival.samples)
        if wrong:
            notes.append(f"{NAIVE} {rival.size}: {wrong} values differ from those of the exact closed form")
    everything = [*cells, *rivals.values()]
    Report("closed_forms", (table, growth(cells)), tuple(notes), [asdict(cell) for cell in everything]).publish(
        options.json
    )


if __name__ == "__main__" and not measured(measure):
    main()
