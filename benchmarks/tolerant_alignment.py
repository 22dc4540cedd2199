"""The concepts without linear programs, ``tolerant`` and ``alignment``, on large games from arrays in memory.

    python benchmarks/tolerant_alignment.py
    python benchmarks/tolerant_alignment.py --sizes 1000 --below 1000 --runs 5

Payoffs are integers in NumPy arrays: ``independent`` ones are random, in a game of ``common`` interest both players
have the same random table, and a ``staircase`` needs almost as many guarantees as it has outcomes. Time is counted from
there: ``game`` reads the arrays, ``solve`` searches and verifies. Every run is a process of its own, whose peak memory
is printed.
"""

from __future__ import annotations

import argparse
from dataclasses import asdict, dataclass
from time import perf_counter
from typing import Any, Final

from cells import Cell, emit, measured, peak_mib, run_cell
from reporting import Report, Table, exponent, option_parser, progress, shown

CONCEPTS: Final = ("tolerant", "alignment")
FAMILIES: Final = ("independent", "common", "staircase")


def arrays(family: str, size: int, below: int, seed: int) -> tuple[Any, Any, int]:
    """Payoff arrays of leader and follower, and a tolerance."""
    import numpy

    if family == "staircase":
        steps = -numpy.arange(size * size).reshape(size, size).T
        # The follower's gaps lag behind the leader's losses: an action's guarantee ends where the next one's begins.
        return steps, numpy.where(numpy.arange(size) > 0, steps + size - 1, 0), size * size
    leader, follower = numpy.random.default_rng([size, seed]).integers(0, below, (2, size, size))
    return leader, leader if family == "common" else follower, below // 20


def measure(request: dict[str, Any]) -> None:
    """Answer one concept for one game, in a process of its own."""
    import stackexact

    concept = request["concept"]
    stackexact.solve(stackexact.Game([[1]], [[1]], tolerance=1), [concept])
    leader, follower, tolerance = arrays(request["family"], request["size"], request["below"], request["seed"])
    loaded = peak_mib()
    start = perf_counter()
    game = stackexact.Game(leader, follower, tolerance=tolerance)
    built = perf_counter()
    stackexact.solve(game, [concept])
    end = perf_counter()
    emit(game=built - start, solve=end - built, total=end - start, loaded=loaded, peak=peak_mib())


@dataclass(frozen=True, slots=True)
class Runs(Cell):
    """The runs of one concept on one family at one size."""

    concept: str
    family: str

    def row(self) -> tuple[str, ...]:
        """The cell as a line of the table."""
        numbers = [shown(self.middle(what)) for what in ("game", "solve", "total")]
        memory = [shown(self.middle(what), 4) for what in ("loaded", "peak")]
        return self.concept, self.family, str(self.size), f"{len(self.samples)}/{self.asked}", *numbers, *memory


def run(concept: str, family: str, size: int, options: argparse.Namespace) -> Runs:
    """Measure one concept on one family at one size, a child process for each run."""
    samples: list[dict[str, Any]] = []
    troubles = []
    for seed in range(options.runs):
        request = {"concept": concept, "family": family, "size": size, "below": options.below, "seed": seed}
        outcome = run_cell(__file__, request, options.seconds / options.runs)
        samples += outcome.lines
        if outcome.trouble is not None:
            troubles.append(f"{concept} {family} {size}, run {seed}: {outcome.trouble}")
    progress(f"{concept} {family} {size}: {len(samples)} of {options.runs} runs")
    return Runs(size, options.runs, tuple(samples), tuple(troubles), concept, family)


def growth(cells: list[Runs]) -> Table:
    """Fitted exponents of the median times in the size."""
    rows = []
    for concept, family in dict.fromkeys((cell.concept, cell.family) for cell in cells):
        mine = [cell for cell in cells if (cell.concept, cell.family) == (concept, family)]
        fitted = [
            [(float(cell.size), value) for cell in mine if (value := cell.middle(what))]
            for what in ("game", "solve", "total")
        ]
        rows.append((concept, family, *(shown(exponent(points)) for points in fitted)))
    title = "Growth: time ~ n ** exponent, fitted to the medians"
    return Table(title, ("concept", "family", "game", "solve", "total"), tuple(rows))


def main() -> None:
    """Measure all cells and print the tables."""
    parser = option_parser(__doc__, 300)
    parser.add_argument("--sizes", type=int, nargs="+", default=[100, 300, 1000], metavar="N")
    parser.add_argument("--families", nargs="+", choices=FAMILIES, default=list(FAMILIES), metavar="NAME")
    parser.add_argument("--below", type=int, default=10**6, help="payoffs are 0 to one less (default: %(default)s)")
    parser.add_argument("--runs", type=int, default=3, help="games, each in its process (default: %(default)s)")
    options = parser.parse_args()
    cells = [
        run(concept, family, size, options)
        for concept in CONCEPTS
        for family in options.families
        for size in options.sizes
    ]
    headers = ("concept", "family", "n", "runs", "game s", "solve s", "total s", "loaded MiB", "peak MiB")
    table = Table("Medians: seconds, and peak memory of the process", headers, tuple(cell.row() for cell in cells))
    troubles = tuple(trouble for cell in cells for trouble in cell.troubles)
    data = [asdict(cell) for cell in cells]
    Report("tolerant_alignment", (table, growth(cells)), troubles, data).publish(options.json)


if __name__ == "__main__" and not measured(measure):
    main()
