"""Leaders against quantal followers: growth with actions and states, beside a float optimiser from many starts.

    python benchmarks/quantal.py
    python benchmarks/quantal.py --families commitments --sizes 2 3 4 --eta 20

``prescriptions``: one decision, so many actions of each player, a policy that may depend on what the follower does, to
30 digits. ``commitments``: one decision, so many actions of the leader and five of the follower, a policy that may
not, to 9 digits. ``markov``: so many states, 5 x 5 actions, 20 stages, three next states for each outcome,
prescriptions, to 9 digits. The leader's payoffs are twentieths from 0 to 1, the follower's from 0 to 3; eta is 5.

Time is counted from a game object to the answer: the enclosure and its proof. The contestant is SciPy's BFGS on the
logarithms of shares, with exact slopes, from so many random starts (``--starts``) and every pure policy's
neighbourhood; Markov games by backward induction. Its best value has no proof; it must not lie above the enclosure.
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
    "prescriptions": [2, 5, 10, 20, 40],
    "commitments": [2, 3, 4, 5, 6],
    "markov": [10, 30, 100],
}
DIGITS: Final = {"prescriptions": 30, "commitments": 9, "markov": 9}
ACTIONS: Final = 5
STAGES: Final = 20

Numbers = list[list[Fraction]]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A Markov game (of one state and stage, if it is a single decision): tables by state, and where outcomes lead."""

    leader: list[Numbers]
    follower: list[Numbers]
    moves: list[list[list[list[int]]]]
    stages: int


def drawn(family: str, size: int, seed: int) -> Drawn:
    """The game of a family."""
    random = Random(f"quantal {family} {size} {seed}")
    shape = {"prescriptions": (size, size), "commitments": (size, ACTIONS), "markov": (ACTIONS, ACTIONS)}[family]
    states = size if family == "markov" else 1

    def table(most: int) -> Numbers:
        return [[Fraction(random.randint(0, 20), 20) * most for _ in range(shape[1])] for _ in range(shape[0])]

    moves = [
        [[[random.randrange(states) for _ in range(3)] for _ in range(shape[1])] for _ in range(shape[0])]
        for _ in range(states)
    ]
    stages = STAGES if family == "markov" else 1
    return Drawn([table(1) for _ in range(states)], [table(3) for _ in range(states)], moves, stages)


def asked(family: str, game: Drawn, eta: int) -> tuple[Any, dict[str, Any]]:
    """The game for stackexact, and what it is asked."""
    import stackexact as sx

    if family != "markov":
        options = {"eta": eta, "prescription": family == "prescriptions", "digits": DIGITS[family]}
        return sx.Game(game.leader[0], game.follower[0]), options
    third = Fraction(1, 3)
    states = {}
    for s, moves in enumerate(game.moves):
        made = [[{f"s{t}": third * cell.count(t) for t in cell} for cell in row] for row in moves]
        payoffs = {"leader": game.leader[s], "follower": game.follower[s]}
        states[f"s{s}"] = {"payoffs": payoffs, "transitions": made}
    follower = {"response": "quantal", "eta": eta}
    return sx.MarkovGame(states, horizon=game.stages, follower=follower, initial={"s0": 1}), {"digits": 9}


class Floats:
    """The contestant."""

    def __init__(self, game: Drawn, eta: int, starts: int, *, prescription: bool) -> None:
        import numpy as np

        self.np, self.game, self.starts, self.prescription = np, game, starts, prescription
        self.draw = np.random.default_rng(0)
        self.logits = [eta * np.array(table, dtype=float) for table in game.follower]
        self.own = [np.array(table, dtype=float) for table in game.leader]
        self.moves = [np.array(table) for table in game.moves]

    def value(self) -> float:
        """The best value from the first state on."""
        after = self.np.zeros(len(self.own))
        for _ in range(self.game.stages):
            after = self.np.array([self._best(s, after) for s in range(len(self.own))])
        return float(after[0])

    def _best(self, s: int, after: Any) -> float:
        from scipy.optimize import minimize

        np, logits, values = self.np, self.logits[s], self.own[s] + after[self.moves[s]].mean(axis=2)
        rows, columns = values.shape
        shape = (rows, columns if self.prescription else 1)

        def loss(flat: Any) -> tuple[float, Any]:
            free = flat.reshape(shape)
            shares = np.exp(free - free.max(axis=0))
            shares /= shares.sum(axis=0)
            exponents, own = (shares * logits).sum(axis=0), (shares * values).sum(axis=0)
            mass = np.exp(exponents - exponents.max())
            mass /= mass.sum()
            got = mass @ own
            slope = mass * (values + (own - got) * logits)
            slope = slope if self.prescription else slope.sum(axis=1, keepdims=True)
            return -got, -(shares * (slope - (shares * slope).sum(axis=0))).ravel()

        pure = [np.zeros(shape) for _ in range(rows)]
        for a, start in enumerate(pure):
            start[a] = 3
        random = [self.draw.normal(scale=3, size=shape) for _ in range(self.starts)]
        found = [minimize(loss, start.ravel(), jac=True, method="L-BFGS-B") for start in (*pure, *random)]
        return max(-float(one.fun) for one in found)


def measure(request: dict[str, Any]) -> None:
    """Enclose the values of the games of one size, and let the contestant look for better ones."""
    import stackexact

    family, size, eta = request["family"], request["size"], request["eta"]
    for seed in range(request["runs"]):
        made = drawn(family, size, seed)
        game, options = asked(family, made, eta)
        if seed == 0:
            small, usual = asked("commitments", drawn("commitments", 2, 0), eta)
            stackexact.solve(small, ["quantal"], **usual)
        start = perf_counter()
        solution = stackexact.solve(game, ["quantal"], time_limit=request["limit"], **options)
        taken = perf_counter() - start
        if not solution["quantal"].cells:
            emit(undecided=1)
            continue
        leader: Any = solution["quantal"].cells[0].leader
        low, high = (leader, leader) if isinstance(leader, Fraction) else (leader.lower, leader.upper)
        line = {"seconds": taken, "width": float(high - low), "peak": peak_mib()}
        contestant = Floats(made, eta, request["starts"], prescription=family != "commitments")
        start = perf_counter()
        found = contestant.value()
        other = perf_counter() - start
        # A float of the size of the value, and the errors of so many stages, allow no finer comparison.
        slack = 1e-12 * made.stages * (1 + abs(found))
        missed = max(0.0, float(low - Fraction(found)))
        emit(**line, floats=other, above=int(Fraction(found) > high + Fraction(slack)), missed=missed)


@dataclass(frozen=True, slots=True)
class Runs(Cell):
    """The runs at one size of a family."""

    family: str


def run(family: str, size: int, options: argparse.Namespace) -> Runs:
    """Measure in a process of its own."""
    request = {
        "family": family,
        "size": size,
        "runs": options.runs,
        "eta": options.eta,
        "starts": options.starts,
        "limit": options.seconds * 0.6,
    }
    outcome = run_cell(__file__, request, options.seconds)
    done = tuple(line for line in outcome.lines if "seconds" in line)
    progress(f"{family} {size}: {len(done)} of {options.runs} runs")
    troubles = () if outcome.trouble is None else (f"{family} {size}: {outcome.trouble}",)
    left = len(outcome.lines) - len(done)
    troubles += (f"{family} {size}: {left} undecided within {request['limit']:g} s",) if left else ()
    return Runs(size, options.runs, done, troubles, family)


def row(cell: Runs) -> tuple[str, ...]:
    """A line of the table."""
    own, floats, width = cell.middle("seconds"), cell.middle("floats"), cell.middle("width")
    above = sum(int(sample.get("above", 0)) for sample in cell.samples)
    missed = max((float(sample.get("missed", 0)) for sample in cell.samples), default=None)
    return (
        cell.family,
        str(cell.size),
        f"{len(cell.samples)}/{cell.asked}",
        shown(own),
        "-" if width is None else f"{width:.0e}",
        shown(floats),
        shown(floats / own if own and floats else None),
        str(above),
        "-" if missed is None else f"{missed:.0e}",
    )


def growth(cells: list[Runs]) -> Table:
    """Fitted exponents of time in the size."""
    rows = []
    for family in dict.fromkeys(cell.family for cell in cells):
        mine = [cell for cell in cells if cell.family == family]
        points = [(float(cell.size), value) for cell in mine if (value := cell.middle("seconds"))]
        rows.append(
            (family, shown(exponent(points)), shown(max((cell.middle("peak") or 0 for cell in mine), default=0)))
        )
    return Table("growth of time with size; peak memory", ("family", "exponent", "peak MiB"), tuple(rows))


def main() -> None:
    """Run every cell and print the tables."""
    parser = option_parser(__doc__, 900)
    parser.add_argument("--families", nargs="+", choices=SIZES, default=list(SIZES), metavar="NAME")
    parser.add_argument("--sizes", nargs="+", type=int, metavar="N", help="instead of those of each family")
    parser.add_argument("--runs", type=int, default=3, help="games of each size")
    parser.add_argument("--eta", type=int, default=5, help="inverse temperature")
    parser.add_argument("--starts", type=int, default=5, help="random starts of the contestant")
    options = parser.parse_args()
    cells = [run(family, size, options) for family in options.families for size in options.sizes or SIZES[family]]
    headers = (
        "family",
        "size",
        "games",
        "seconds",
        "width",
        "SciPy s",
        "SciPy / stackexact",
        "above",
        "missed by SciPy",
    )
    table = Table("the leader's best value against a quantal follower", headers, tuple(map(row, cells)))
    notes = tuple(trouble for cell in cells for trouble in cell.troubles)
    Report("quantal", (table, growth(cells)), notes, [asdict(cell) for cell in cells]).publish(options.json)


if __name__ == "__main__" and not measured(measure):
    main()
