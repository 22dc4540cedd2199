"""Games of incentives: growth with dimension and with symbolic weights, beside SymPy on the same first-order systems.

    python benchmarks/incentives.py
    python benchmarks/incentives.py --families weights --sizes 0 4 8 --concepts incentive

``weights``: the scalar game with N followers, N and so many of its weights symbols. ``numbers``: actions of so many
dimensions, ten followers, integer weights; ``many``: the same for N followers. Time is counted from a game object to
the answer: every cell of the domain, proved. SymPy solves the same systems for the generic point alone: the team
optimum and the gain (``incentive``), or the open-loop optimum, the gap and the limit of the gain (``mean-field``), each
by LU decomposition and brought to lowest terms, without a proof and without a word on where they fail.
"""

from __future__ import annotations

import argparse
from dataclasses import asdict, dataclass
from random import Random
from time import perf_counter
from typing import Any, Final

from cells import Cell, emit, measured, peak_mib, run_cell
from reporting import Report, Table, exponent, option_parser, progress, shown

SIZES: Final = {"weights": [0, 2, 4, 6, 8], "numbers": [1, 2, 3, 4, 5, 6], "many": [1, 2, 3, 4, 5, 6]}
CONCEPTS: Final = ("team-optimum", "incentive", "mean-field", "randomised")
PEER: Final = {"incentive", "mean-field"}
SYMBOLS: Final = "qpmrktdf"
"""Weights of the scalar game in the order in which they become symbols; the others are numbers."""
NUMBERS: Final = dict(zip("qpmrktdf", (1, 1, 1, 1, 1, 3, 4, 1), strict=True))


def scalar(count: int) -> tuple[str, str, dict[str, list[str]], list[str]]:
    """The scalar game with so many symbolic weights: costs, names, assumptions."""
    leader, follower = "q*u0**2 + p*u**2 + m*(u0 + ubar - t)**2", "r*u**2 + k*(u + f*u0 - d)**2"
    for name in SYMBOLS[count:]:
        leader, follower = (cost.replace(name, str(NUMBERS[name])) for cost in (leader, follower))
    assumptions = [f"{name} > 0" for name in SYMBOLS[:count] if name not in "tdf"]
    assumptions += ["f != 0"] if "f" in SYMBOLS[:count] else []
    return leader, follower, {"leader": ["u0"], "follower": ["u"], "mean": ["ubar"]}, assumptions


def vector(size: int, seed: int) -> tuple[str, str, dict[str, list[str]], list[str]]:
    """Actions of so many dimensions: sums of squares of integer forms."""
    rng = Random(f"incentives {size} {seed}")
    names = {
        key: [f"{letter}{c}" for c in range(size)]
        for key, letter in zip(("leader", "follower", "mean"), "xyz", strict=True)
    }
    everything = [*names["leader"], *names["follower"], *names["mean"]]

    def squares(count: int) -> str:
        forms = (" + ".join(f"{rng.randint(-5, 5)}*{name}" for name in everything) for _ in range(count))
        return " + ".join(f"{rng.randint(1, 5)}*({form} - {rng.randint(1, 9)})**2" for form in forms)

    convex = " + ".join(f"{name}**2" for name in (*names["leader"], *names["follower"]))
    return f"{convex} + {squares(2)}", squares(2 * size), names, []


def drawn(family: str, size: int, seed: int) -> tuple[str, str, dict[str, list[str]], list[str]]:
    """The game of a family."""
    return scalar(size) if family == "weights" else vector(size, seed)


def exact_game(family: str, size: int, seed: int) -> Any:
    """The game for stackexact."""
    from stackexact.games.lq_incentive import IncentiveGame

    leader, follower, names, assumptions = drawn(family, size, seed)
    count = 10 if family == "numbers" else "N"
    return IncentiveGame(leader, follower, followers=count, variables=names, assumptions=assumptions)


class Peer:
    """The same systems in SymPy."""

    def __init__(self, family: str, size: int, seed: int) -> None:
        import sympy

        leader, follower, names, _ = drawn(family, size, seed)
        letters = {name: sympy.Symbol(name) for name in (*SYMBOLS, *(x for group in names.values() for x in group))}
        self.sympy = sympy
        self.count = sympy.Integer(10) if family == "numbers" else sympy.Symbol("N", positive=True)
        self.leader, self.follower = (sympy.sympify(text, locals=letters) for text in (leader, follower))
        self.u0, self.u, self.mean = ([letters[name] for name in names[key]] for key in names)
        self.alike = dict(zip(self.mean, self.u, strict=True))

    def _solved(self, slopes: Any, unknowns: list[Any]) -> dict[Any, Any]:
        slopes = self.sympy.Matrix(slopes)
        matrix = slopes.jacobian(unknowns)
        found = matrix.LUsolve(-slopes.subs(dict.fromkeys(unknowns, 0)))
        return {x: self.sympy.cancel(value) for x, value in zip(unknowns, found, strict=True)}

    def incentive(self) -> tuple[Any, Any]:
        """The least cost, and the gain."""
        together = self.leader.subs(self.alike)
        best = self._solved([together.diff(x) for x in (*self.u0, *self.u)], [*self.u0, *self.u])

        def slope(x: Any) -> Any:
            return self.follower.diff(x).subs(self.alike).subs(best)

        by_leader = self.sympy.Matrix([slope(x) for x in self.u0])
        own = self.sympy.Matrix([slope(u) + slope(z) / self.count for u, z in zip(self.u, self.mean, strict=True)])
        gain = -by_leader * own.T / sum(value**2 for value in by_leader)
        return self.sympy.cancel(together.subs(best)), gain.applyfunc(self.sympy.cancel)

    def mean_field(self) -> tuple[Any, Any, Any]:
        """The open-loop cost, the gap, and the limit of the gain."""
        cost, gain = self.incentive()
        response = self._solved([self.follower.diff(x).subs(self.alike) for x in self.u], self.u)
        paid = self.leader.subs(self.alike).subs(response)
        best = self._solved([paid.diff(x) for x in self.u0], self.u0)
        least = self.sympy.cancel(paid.subs(best))
        far = (lambda value: self.sympy.limit(value, self.count, self.sympy.oo)) if self.count.is_Symbol else None
        return least, self.sympy.cancel(least - cost), gain.applyfunc(far) if far else gain


def measure(request: dict[str, Any]) -> None:
    """Answer one concept for the games of one size, or solve its systems with SymPy."""
    import stackexact

    family, concept, size = request["family"], request["concept"], request["size"]
    for seed in range(request["runs"]):
        if request["peer"]:
            peer = Peer(family, size, seed)
            start = perf_counter()
            peer.incentive() if concept == "incentive" else peer.mean_field()
            emit(seconds=perf_counter() - start)
            continue
        game = exact_game(family, size, seed)
        if seed == 0:
            stackexact.solve(exact_game("weights", 1, 0), [concept])
        start = perf_counter()
        result = stackexact.solve(game, [concept], time_limit=request["limit"])[concept]
        taken = perf_counter() - start
        emit(seconds=taken, cells=len(result.cells), undecided=len(result.undecided), peak=peak_mib())


@dataclass(frozen=True, slots=True)
class Runs(Cell):
    """The runs of one concept at one size of a family."""

    family: str
    concept: str


def run(family: str, concept: str, size: int, options: argparse.Namespace, *, peer: bool) -> Runs:
    """Measure in a process of its own."""
    limit = options.seconds * 0.8
    request = {"family": family, "concept": concept, "size": size, "runs": options.runs, "peer": peer, "limit": limit}
    outcome = run_cell(__file__, request, options.seconds)
    who = "SymPy" if peer else "stackexact"
    progress(f"{family} {concept} {size}: {len(outcome.lines)} of {options.runs} runs of {who}")
    troubles = () if outcome.trouble is None else (f"{family} {concept} {size}, {who}: {outcome.trouble}",)
    return Runs(size, options.runs, outcome.lines, troubles, family, concept)


def row(cell: Runs, rival: Runs | None) -> tuple[str, ...]:
    """A line of the table."""
    own, theirs = cell.middle("seconds"), None if rival is None else rival.middle("seconds")
    ratio = theirs / own if own and theirs else None
    done = f"{len(cell.samples)}/{cell.asked}"
    found = shown(cell.middle("cells")), shown(cell.middle("undecided"))
    return cell.family, cell.concept, str(cell.size), done, *found, shown(own), shown(theirs), shown(ratio)


def growth(cells: list[Runs]) -> Table:
    """Fitted exponents of time in the size (that of ``weights`` counts N as well)."""
    rows = []
    for family, concept in dict.fromkeys((cell.family, cell.concept) for cell in cells):
        mine = [cell for cell in cells if (cell.family, cell.concept) == (family, concept)]
        extra = family == "weights"
        points = [(float(cell.size + extra), value) for cell in mine if (value := cell.middle("seconds"))]
        rows.append((family, concept, shown(exponent(points))))
    return Table("Growth: ~ n ** exponent, fitted to the medians", ("family", "concept", "time"), tuple(rows))


def main() -> None:
    """Measure all cells and print the tables."""
    parser = option_parser(__doc__, 120)
    parser.add_argument("--families", nargs="+", choices=SIZES, default=list(SIZES), metavar="NAME")
    parser.add_argument("--sizes", type=int, nargs="+", metavar="N", help="instead of those of each family")
    parser.add_argument("--concepts", nargs="+", choices=CONCEPTS, default=list(CONCEPTS), metavar="NAME")
    parser.add_argument("--runs", type=int, default=3, help="games of each size (default: %(default)s)")
    options = parser.parse_args()
    asked = [(f, c, n) for f in options.families for c in options.concepts for n in options.sizes or SIZES[f]]
    cells = [run(*one, options, peer=False) for one in asked]
    rivals = {one: run(*one, options, peer=True) for one in asked if one[1] in PEER}
    headers = ("family", "concept", "n", "runs", "cells", "undecided", "seconds", "SymPy s", "ratio")
    rows = tuple(row(cell, rivals.get(one)) for one, cell in zip(asked, cells, strict=True))
    table = Table("Medians: cells of the answer, seconds, and SymPy's seconds over ours", headers, rows)
    notes = tuple(trouble for cell in (*cells, *rivals.values()) for trouble in cell.troubles)
    data = [asdict(cell) for cell in (*cells, *rivals.values())]
    Report("incentives", (table, growth(cells)), notes, data).publish(options.json)


if __name__ == "__main__" and not measured(measure):
    main()
