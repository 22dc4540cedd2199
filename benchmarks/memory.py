"""Peak memory of ``mixed-strong`` by family and size.

    python benchmarks/memory.py
    python benchmarks/memory.py --sizes 160 --families uniform

Every game is solved in a process of its own. The peak is what the system says of that process, so it includes Python,
the libraries and the game; ``loaded`` is the peak just before the solve, when all of them are there.
"""

from __future__ import annotations

import argparse
from dataclasses import asdict, dataclass
from time import perf_counter
from typing import Any

from cells import Cell, emit, measured, peak_mib, run_cell
from families import FAMILIES, tables
from reporting import Report, Table, milliseconds, option_parser, progress, shown


def measure(request: dict[str, Any]) -> None:
    """Solve one game, in a process of its own."""
    import highspy  # noqa: F401  # loaded before the solve, so that only the work is counted
    import numpy  # noqa: F401

    import stackexact

    stackexact.solve(stackexact.Game([[1]], [[1]]), ["mixed-strong"])
    size = request["size"]
    drawn = tables(request["family"], size, size, request["seed"])
    game = stackexact.Game(drawn.leader, drawn.follower)
    loaded = peak_mib()
    start = perf_counter()
    solution = stackexact.solve(game, ["mixed-strong"])
    seconds = perf_counter() - start
    solved = peak_mib()
    text = solution.certificate().dumps()
    emit(loaded=loaded, solved=solved, certified=peak_mib(), seconds=seconds, certificate=len(text))


@dataclass(frozen=True, slots=True)
class Games(Cell):
    """The games of one family and size."""

    family: str

    def row(self) -> tuple[str, ...]:
        """The cell as a line of the table."""
        numbers = [shown(self.middle(what), 4) for what in ("loaded", "solved", "certified")]
        text = None if (length := self.middle("certificate")) is None else length / 1024
        spent = milliseconds(self.middle("seconds"))
        return self.family, str(self.size), f"{len(self.samples)}/{self.asked}", *numbers, shown(text), spent


def run(family: str, size: int, options: argparse.Namespace) -> Games:
    """Measure one family at one size, a child process for each game."""
    samples: list[dict[str, Any]] = []
    troubles = []
    for seed in range(options.games):
        outcome = run_cell(__file__, {"family": family, "size": size, "seed": seed}, options.seconds / options.games)
        samples += outcome.lines
        if outcome.trouble is not None:
            troubles.append(f"{family} {size}, game {seed}: {outcome.trouble}")
    progress(f"{family} {size}: {len(samples)} of {options.games} games")
    return Games(size, options.games, tuple(samples), tuple(troubles), family)


def main() -> None:
    """Measure all cells and print the table."""
    parser = option_parser(__doc__, 180)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10, 20, 40, 80, 160], metavar="N")
    parser.add_argument("--families", nargs="+", default=list(FAMILIES), choices=list(FAMILIES), metavar="NAME")
    parser.add_argument("--games", type=int, default=3, help="games of each family and size (default: %(default)s)")
    options = parser.parse_args()
    cells = [run(family, size, options) for family in options.families for size in options.sizes]
    headers = ("family", "n", "games", "loaded", "after solve", "after certificate", "certificate KiB", "solve ms")
    table = Table("Median peak memory in MiB", headers, tuple(cell.row() for cell in cells))
    troubles = tuple(trouble for cell in cells for trouble in cell.troubles)
    Report("memory", (table,), troubles, [asdict(cell) for cell in cells]).publish(options.json)


if __name__ == "__main__" and not measured(measure):
    main()
