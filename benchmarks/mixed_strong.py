"""Strong mixed Stackelberg values: stackexact, OpenSpiel's float solver, and the same LPs in HiGHS alone.

    python benchmarks/mixed_strong.py
    python benchmarks/mixed_strong.py --sizes 20 40 --families ties --games 9 --json ties.json

Every cell (a family and a size) is a process of its own. In it the contestants take turns, game by game, in several
rounds over the games, so that whatever else the machine does hits all alike. Ratios are taken within a turn.
"""

from __future__ import annotations

import argparse
import gc
import warnings
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from fractions import Fraction
from math import isfinite
from time import perf_counter
from typing import Any, Final

from cells import emit, measured, run_cell
from contestants import CONTESTANTS, FRESH, OPENSPIEL, REUSED, STACKEXACT, Contestant, Stackexact, contestant, installed
from families import FAMILIES, Tables, tables
from reporting import Report, Table, exponent, median, milliseconds, option_parser, progress, shown

WRONG: Final = 1e-6
"""A value that misses the exact one by more than this share of the range of the leader's payoffs is wrong."""

WARM_UP: Final = ("uniform", 14, 14, 0)
"""A game that everybody solves once before anything is timed: large enough for stackexact to use HiGHS."""


def measure(request: dict[str, Any]) -> None:
    """Measure one cell, in a process of its own: a line for each solve."""
    warnings.simplefilter("ignore")
    solvers = {name: contestant(name) for name in request["contestants"]}
    for name, solver in solvers.items():
        emit(begin=name, game="the warm-up")
        solver.solve(solver.load(tables(*WARM_UP)))
    gc.freeze()  # else every contestant pays, at random, for collecting what all the others have imported
    drawn = [tables(request["family"], request["size"], request["size"], game) for game in range(request["games"])]
    loaded = [{name: solver.load(one) for name, solver in solvers.items()} for one in drawn]
    for turn in range(request["rounds"]):
        for game, forms in enumerate(loaded):
            exact: Fraction | None = None
            for name, solver in solvers.items():
                emit(begin=name, game=game)
                value, sample = timed(solver, forms[name])
                if name == STACKEXACT and isinstance(value, Fraction):
                    exact = value
                emit(name=name, game=game, turn=turn, error=error(value, exact, drawn[game]), **sample)


def timed(solver: Contestant, loaded: Any) -> tuple[Fraction | float | None, dict[str, Any]]:
    """A solver's value (``None`` if it fails) and what there is to say about the solve."""
    gc.collect()
    with solver.listening() if isinstance(solver, Stackexact) else nullcontext():
        start = perf_counter()
        try:
            value = solver.solve(loaded)
        except Exception as failure:  # a contestant may fail in any way; which one is reported
            return None, {"seconds": perf_counter() - start, "failure": f"{type(failure).__name__}: {failure}"[:200]}
        seconds = perf_counter() - start
    return value, {"seconds": seconds, "failure": None if isfinite(value) else "no finite value"} | solver.details()


def error(value: Fraction | float | None, exact: Fraction | None, drawn: Tables) -> float | None:
    """By how much a value misses the exact one, as a share of the range of the leader's payoffs."""
    if value is None or exact is None or not isfinite(value):
        return None
    span = max(map(max, drawn.leader)) - min(map(min, drawn.leader))
    return float(abs(Fraction(value) - exact) / (span or 1))


Sample = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Cell:
    """The samples of one family and size; ``trouble`` says what is missing and why."""

    family: str
    size: int
    asked: int
    contestants: tuple[str, ...]
    samples: tuple[Sample, ...]
    trouble: str | None

    @property
    def label(self) -> tuple[str, str]:
        return self.family, str(self.size)

    def done(self) -> int:
        """Games that every contestant finished at least once."""
        finished = [{s["game"] for s in self.samples if s["name"] == name} for name in self.contestants]
        return len(set.intersection(*finished)) if finished else 0

    def over_games(self, name: str, what: Callable[[Sample], float | None]) -> float | None:
        """The median over games of the median over rounds of some number of a contestant's solves."""
        return median(self._by_game(name, what).values())

    def _by_game(self, name: str, what: Callable[[Sample], float | None]) -> dict[int, float | None]:
        games: dict[int, list[float | None]] = {}
        for sample in self.samples:
            if sample["name"] == name and sample["failure"] is None:
                games.setdefault(sample["game"], []).append(what(sample))
        return {game: median(values) for game, values in games.items()}

    def seconds(self, name: str) -> float | None:
        """Median time of a contestant."""
        return self.over_games(name, lambda sample: float(sample["seconds"]))

    def ratio(self, above: str, below: str) -> float | None:
        """Median over games of the median over rounds of the ratio of two times in one turn."""
        partner = {(s["game"], s["turn"]): s for s in self.samples if s["name"] == below and s["failure"] is None}

        def one(sample: Sample) -> float | None:
            other = partner.get((sample["game"], sample["turn"]))
            return None if other is None else float(sample["seconds"] / other["seconds"])

        return self.over_games(above, one)

    def surplus(self, inside: str) -> float | None:
        """Median of (time of stackexact - time inside HiGHS) / time inside HiGHS, where it used HiGHS."""
        return self.over_games(
            STACKEXACT, lambda s: (s["seconds"] - s[inside]) / s[inside] if s[inside] > 0.0 else None
        )

    def misses(self, name: str) -> Iterator[str]:
        """Largest error, games with a wrong value, games that failed: of a float contestant."""
        if not any(sample["name"] == name for sample in self.samples):
            yield from ("-", "-", "-")
            return
        mine = [sample for sample in self.samples if sample["name"] == name]
        errors = [sample["error"] for sample in mine if sample["error"] is not None]
        games = len({sample["game"] for sample in mine})
        wrong = len({s["game"] for s in mine if s["error"] is not None and s["error"] > WRONG})
        failed = len({s["game"] for s in mine if s["failure"] is not None})
        yield f"{max(errors):.0e}" if errors else "-"
        yield f"{wrong}/{games}"
        yield f"{failed}/{games}"


def run(family: str, size: int, names: tuple[str, ...], options: argparse.Namespace) -> Cell:
    """Measure a cell in a child process."""
    request = {
        "family": family,
        "size": size,
        "games": options.games,
        "rounds": options.rounds,
        "contestants": names,
    }
    outcome = run_cell(__file__, request, options.seconds)
    samples = tuple(line for line in outcome.lines if "name" in line)
    trouble = outcome.trouble
    if trouble is not None and outcome.lines:
        last = outcome.lines[-1]
        trouble += f", in game {last['game']}, {last.get('begin') or last['name']}"
    cell = Cell(family, size, options.games, names, samples, trouble)
    progress(f"{family} {size}: {cell.done()} of {options.games} games in {outcome.seconds:.1f} s")
    return cell


def times(cells: list[Cell]) -> Table:
    """Medians, in milliseconds."""
    headers = ("family", "n", "games", "LPs", *CONTESTANTS, "of it in HiGHS")
    rows = []
    for cell in cells:
        lps = cell.over_games(STACKEXACT, lambda sample: float(sample["lps"]))
        columns = [milliseconds(cell.seconds(name)) for name in CONTESTANTS]
        inside = milliseconds(cell.over_games(STACKEXACT, lambda sample: float(sample["running"])))
        rows.append((*cell.label, f"{cell.done()}/{cell.asked}", shown(lps), *columns, inside))
    title = "Median times in ms (LPs: how many stackexact gives to HiGHS; in HiGHS: its run())"
    return Table(title, headers, tuple(rows))


def ratios(cells: list[Cell]) -> Table:
    """Ratios of times, each the median over games of ratios in one turn."""
    headers = (
        "family",
        "n",
        "OpenSpiel / stackexact",
        "stackexact / HiGHS fresh",
        "stackexact / HiGHS reused",
        "exactness over run()",
        "over all HiGHS calls",
    )
    rows = tuple(
        (
            *cell.label,
            shown(cell.ratio(OPENSPIEL, STACKEXACT)),
            shown(cell.ratio(STACKEXACT, FRESH)),
            shown(cell.ratio(STACKEXACT, REUSED)),
            shown(cell.surplus("running")),
            shown(cell.surplus("calls")),
        )
        for cell in cells
    )
    return Table("Ratios (medians; exactness: the rest of stackexact's time over its time in HiGHS)", headers, rows)


def correctness(cells: list[Cell]) -> Table:
    """How far the float contestants are from the exact value."""
    floats = [name for name in CONTESTANTS if name != STACKEXACT]
    headers = ("family", "n", *(text for name in floats for text in (f"{name}: error", "wrong", "failed")))
    rows = tuple((*cell.label, *(text for name in floats for text in cell.misses(name))) for cell in cells)
    title = f"Largest error over the range of u1, games wrong beyond {WRONG:g}, games without an answer"
    return Table(title, headers, rows)


def growth(cells: list[Cell]) -> Table:
    """Fitted exponents of the median times in the size."""
    rows = []
    for family in dict.fromkeys(cell.family for cell in cells):
        mine = [cell for cell in cells if cell.family == family]
        slopes = []
        for name in CONTESTANTS:
            points = [(float(cell.size), seconds) for cell in mine if (seconds := cell.seconds(name)) is not None]
            slopes.append(shown(exponent(points)))
        rows.append((family, *slopes))
    return Table("Growth: time ~ n ** exponent, fitted to the medians", ("family", *CONTESTANTS), tuple(rows))


def summary(cells: list[Cell]) -> Iterator[str]:
    """OpenSpiel / stackexact by size, over the families."""
    for size in dict.fromkeys(cell.size for cell in cells):
        found = [ratio for cell in cells if cell.size == size and (ratio := cell.ratio(OPENSPIEL, STACKEXACT))]
        if found:
            low, middle = shown(min(found)), shown(median(found))
            yield f"{size} x {size}: OpenSpiel / stackexact is {low} in the lowest, {middle} in the median family"


def notes(cells: list[Cell], options: argparse.Namespace) -> Iterator[str]:
    """What is missing, and why."""
    for name in CONTESTANTS:
        if not installed(name):
            yield f"{name}: not installed; its columns stay empty (see benchmarks/README.md)"
    if installed(OPENSPIEL) and any(cell.size > options.peer_limit for cell in cells):
        yield f"OpenSpiel: not run beyond {options.peer_limit} (--peer-limit)"
    for cell in cells:
        if cell.trouble is not None:
            yield f"{cell.family} {cell.size}: {cell.trouble}; {cell.done()} of {cell.asked} games measured"
        for failure in dict.fromkeys(s["failure"] for s in cell.samples if s["name"] == STACKEXACT and s["failure"]):
            yield f"{cell.family} {cell.size}: stackexact failed: {failure}"


def chosen_contestants(size: int, options: argparse.Namespace) -> tuple[str, ...]:
    """Who takes part at a size."""
    names = tuple(name for name in CONTESTANTS if installed(name))
    return tuple(name for name in names if name != OPENSPIEL or size <= options.peer_limit)


def parsed() -> argparse.Namespace:
    """The command line."""
    parser = option_parser(__doc__, 120)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10, 20, 40, 80, 160], metavar="N")
    parser.add_argument("--families", nargs="+", default=list(FAMILIES), choices=list(FAMILIES), metavar="NAME")
    parser.add_argument("--games", type=int, default=5, help="games of each family and size (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds over the games (default: %(default)s)")
    parser.add_argument("--peer-limit", type=int, default=40, metavar="N", help="largest size for OpenSpiel")
    return parser.parse_args()


def main() -> None:
    """Measure all cells and print the tables."""
    options = parsed()
    cells = []
    for family in options.families:
        for size in options.sizes:
            cells.append(run(family, size, chosen_contestants(size, options), options))
    printed = (times(cells), ratios(cells), correctness(cells), growth(cells))
    remarks = (*summary(cells), *notes(cells, options))
    Report("mixed_strong", printed, remarks, [asdict(cell) for cell in cells]).publish(options.json)


if __name__ == "__main__" and not measured(measure):
    main()
