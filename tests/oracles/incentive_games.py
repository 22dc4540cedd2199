"""Random games of incentives, as the texts of their costs and the values of their weights."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from random import Random

from oracles.incentives import Direct, Quadratic, column, fraction, written
from stackexact.games.lq_incentive import IncentiveGame

__all__ = ["FOLLOWER", "LEADER", "WORKED", "Drawn", "aligned", "scalars", "some", "vectors", "worked"]

LEADER = (
    "q*u0**2 + p*(u - s)**2 + m*(u0 + ubar - t)**2",
    "(q + m)*u0**2 + p*u*u - 2*p*s*u + p*s**2 + m*ubar**2 + m*t**2 + 2*m*u0*ubar - 2*m*t*(u0 + ubar)",
    "q*u0*u0 - p*(s - u)*(u - s) + m*(t - u0)**2 + m*ubar*(ubar + 2*(u0 - t))",
)
FOLLOWER = (
    "r*u**2 + k*(u + e*ubar + f*u0 - d)**2",
    "r*u**2 + k*u**2 + k*(e*ubar + f*u0 - d)*(2*u + e*ubar + f*u0 - d)",
    "((r*u)**2 + k*r*(u + e*ubar + f*u0 - d)**2)/r",
)
"""One cost each, written in three ways."""

WORKED = {name: Fraction(value) for name, value in zip("qpmrkfestd", (1, 1, 1, 1, 1, 1, 0, 0, 3, 4), strict=True)}
"""Weights of the worked game."""


@dataclass(frozen=True)
class Drawn:
    """Costs, the values of all names in them but actions, and the names of actions."""

    costs: tuple[str, str]
    given: dict[str, Fraction]
    names: dict[str, list[str]] = field(
        default_factory=lambda: {"leader": ["u0"], "follower": ["u"], "mean": ["ubar"]},
    )

    @property
    def everything(self) -> list[str]:
        """All actions in a cost."""
        return [*self.names["leader"], *self.names["follower"], *self.names["mean"]]

    def forms(self) -> tuple[Quadratic, Quadratic]:
        """What leader and follower pay."""
        leader, follower = (written(text, self.everything, self.given) for text in self.costs)
        return leader, follower

    def direct(self, count: int) -> Direct:
        """All followers by name."""
        leader, follower = self.forms()
        return Direct(leader, follower, count, sizes=(len(self.names["leader"]), 0, len(self.names["follower"])))

    def game(self, **more: object) -> IncentiveGame:
        """The game in N, or of another number of followers."""
        count = more.pop("followers", "N")
        chains = ["N >= 1"] if count == "N" else []
        made = IncentiveGame(*self.costs, followers=count, variables=self.names, assumptions=chains)
        return made.at({name: value for name, value in self.given.items() if name in made.parameters}, **more)


def some(rng: Random, *, nought: bool = True) -> Fraction:
    """A small number of either sign."""
    while not (value := Fraction(rng.randint(-6, 6), rng.randint(1, 4))) and not nought:
        pass
    return value


def worked(**weights: int) -> Drawn:
    """The worked game, or one with other weights."""
    return Drawn((LEADER[0], FOLLOWER[0]), WORKED | {name: Fraction(value) for name, value in weights.items()})


def scalars(seed: int) -> Drawn:
    """The game of scalars: weights that are positive where they must be, of any sign else; some influence always."""
    rng = Random(seed)
    given = {name: Fraction(rng.randint(1, 9), rng.randint(1, 4)) for name in "qpmrk"}
    given |= {name: some(rng) for name in "estd"} | {"f": some(rng, nought=False)}
    return Drawn((rng.choice(LEADER), rng.choice(FOLLOWER)), given)


def vectors(seed: int) -> Drawn:
    """Costs in actions of one to three dimensions, as sums of squares; some do not move with the leader."""
    rng = Random(seed)
    sizes = rng.randint(1, 3), rng.randint(1, 3)
    names = {
        "leader": [f"u0_{c}" for c in range(sizes[0])],
        "follower": [f"u_{c}" for c in range(sizes[1])],
        "mean": [f"ubar_{c}" for c in range(sizes[1])],
    }
    everything = [*names["leader"], *names["follower"], *names["mean"]]
    given = {f"weight{i}": Fraction(rng.randint(1, 5), rng.randint(1, 3)) for i in range(4)}

    def squares(of: list[str], count: int) -> str:
        made = []
        for _ in range(count):
            linear = " + ".join(f"{rng.randint(-3, 3)}*{name}" for name in of)
            made.append(f"{rng.choice(list(given))}*({linear} - {rng.randint(-4, 4)})**2")
        return " + ".join(made)

    strictly = " + ".join(f"weight0*{name}**2" for name in (*names["leader"], *names["follower"]))
    leader = f"{strictly} + {squares(everything, 2)}"
    follower = squares(everything, rng.randint(1, 2 * sizes[1]))
    if seed % 7 == 0:  # nobody is moved
        follower = squares([*names["follower"], *names["mean"]], sizes[1])
    return Drawn((leader, follower), given, names)


def aligned(drawn: Drawn) -> Drawn:
    """The game, but for a tax that makes the team optimum stationary for whoever does not move the mean."""
    u0, v, _ = drawn.direct(1).team()
    slopes = drawn.forms()[1].slopes(column([*u0, *v, *v]))
    taxes = {f"tax{c}": fraction(slopes[len(u0) + c, 0]) for c in range(len(v))}
    paid = " - ".join([drawn.costs[1], *(f"tax{c}*{name}" for c, name in enumerate(drawn.names["follower"]))])
    return Drawn((drawn.costs[0], paid), drawn.given | taxes, drawn.names)


def gaussian(seed: int, *, signs: bool = False) -> Drawn:
    """Costs in scalar actions and a state x without linear terms: those of the scalar game, or (``signs``) sums of
    squares of whatever; the variances are X and W."""
    rng = Random(seed)
    given = {name: Fraction(rng.randint(1, 9), rng.randint(1, 4)) for name in "qpmrkXW"} | {
        "f": some(rng, nought=False)
    }
    if not signs:
        costs = "q*u0**2 + p*(u - x)**2 + m*(u0 + ubar - x)**2", "r*u**2 + k*(u + f*u0 - x)**2"
        return Drawn(costs, given)
    names = ("u0", "u", "ubar", "x")

    def square() -> str:
        return "(" + " + ".join(f"{rng.randint(-3, 3)}*{name}" for name in names) + ")**2"

    leader = f"q*u0**2 + p*u**2 + m*{square()} + {square()} + {rng.randint(-3, 3)}"
    return Drawn((leader, f"r*(u + f*x)**2 + k*{square()} + {rng.randint(-3, 3)}*x**2"), given)
