"""Exact and symbolic analysis of leader–follower games.

>>> import stackexact as sx
>>> game = sx.Game(leader=[[2, 4], [1, 3]], follower=[[1, 0], [0, 1]])
>>> sx.solve(game)["mixed-strong"].leader
7/2

Names resolve lazily: importing the package loads nothing heavy.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from stackexact.version import VERSION

if TYPE_CHECKING:
    from stackexact import instances as instances
    from stackexact import lp as lp
    from stackexact.certificates.check import check as check
    from stackexact.dynamics.playing import play as play
    from stackexact.dynamics.verifying import verify_play as verify_play
    from stackexact.errors import StackexactError as StackexactError
    from stackexact.estimation.data import Observation as Observation
    from stackexact.estimation.estimate import Estimate as Estimate
    from stackexact.estimation.estimate import estimate as estimate
    from stackexact.exact.grammar import parse as parse
    from stackexact.exact.rational_function import Expression as Expression
    from stackexact.exact.relation import text_of as text_of
    from stackexact.games import mechanism_families as families
    from stackexact.games.adapters import from_game as from_game
    from stackexact.games.bimatrix import Game as Game
    from stackexact.games.files import read_csv_pair as read_csv_pair
    from stackexact.games.files import read_game as read
    from stackexact.games.files import write_game as write
    from stackexact.games.lq_incentive import IncentiveGame as IncentiveGame
    from stackexact.games.markov import MarkovGame as MarkovGame
    from stackexact.games.mechanism import MechanismGame as MechanismGame
    from stackexact.games.recommendation import RecommendationGame as RecommendationGame
    from stackexact.instances import instance as instance
    from stackexact.learning.files import read_learning as read_learning
    from stackexact.learning.files import write_learning as write_learning
    from stackexact.learning.learn import learn as learn
    from stackexact.learning.repeating import learn_runs as learn_runs
    from stackexact.learning.robustness import robustness as robustness
    from stackexact.learning.verifying import verify_learning as verify_learning
    from stackexact.no_regret.files import read_followers as read_followers
    from stackexact.no_regret.files import write_followers as write_followers
    from stackexact.no_regret.playing import play_followers as play_followers
    from stackexact.no_regret.verifying import verify_followers as verify_followers
    from stackexact.simulation.simulate import simulate as simulate
    from stackexact.solving.comparing import compare as compare
    from stackexact.solving.evaluation import evaluate as evaluate
    from stackexact.solving.plotting_incentives import plot_incentives as plot_incentives
    from stackexact.solving.plotting_mechanisms import plot_mechanism as plot_mechanism
    from stackexact.solving.plotting_quantal import plot_quantal as plot_quantal
    from stackexact.solving.plotting_quantal import plot_recommendation as plot_recommendation
    from stackexact.solving.solution import Solution as Solution
    from stackexact.solving.solve import solve as solve
    from stackexact.traces.reading import read_trace as read_trace
    from stackexact.traces.trace import Trace as Trace
    from stackexact.traces.writing import write_trace as write_trace
    from stackexact.verification.result import Verification as Verification
    from stackexact.verification.verify import verify as verify

__version__: Final = VERSION

_PLACES: Final = {
    "Estimate": "stackexact.estimation.estimate:Estimate",
    "Expression": "stackexact.exact.rational_function:Expression",
    "Game": "stackexact.games.bimatrix:Game",
    "IncentiveGame": "stackexact.games.lq_incentive:IncentiveGame",
    "MarkovGame": "stackexact.games.markov:MarkovGame",
    "MechanismGame": "stackexact.games.mechanism:MechanismGame",
    "Observation": "stackexact.estimation.data:Observation",
    "RecommendationGame": "stackexact.games.recommendation:RecommendationGame",
    "Solution": "stackexact.solving.solution:Solution",
    "StackexactError": "stackexact.errors:StackexactError",
    "Trace": "stackexact.traces.trace:Trace",
    "Verification": "stackexact.verification.result:Verification",
    "check": "stackexact.certificates.check:check",
    "compare": "stackexact.solving.comparing:compare",
    "families": "stackexact.games.mechanism_families:",
    "estimate": "stackexact.estimation.estimate:estimate",
    "evaluate": "stackexact.solving.evaluation:evaluate",
    "from_game": "stackexact.games.adapters:from_game",
    "instance": "stackexact.instances:instance",
    "instances": "stackexact.instances:",
    "learn": "stackexact.learning.learn:learn",
    "learn_runs": "stackexact.learning.repeating:learn_runs",
    "lp": "stackexact.lp:",
    "parse": "stackexact.exact.grammar:parse",
    "play": "stackexact.dynamics.playing:play",
    "play_followers": "stackexact.no_regret.playing:play_followers",
    "plot_incentives": "stackexact.solving.plotting_incentives:plot_incentives",
    "plot_mechanism": "stackexact.solving.plotting_mechanisms:plot_mechanism",
    "plot_quantal": "stackexact.solving.plotting_quantal:plot_quantal",
    "plot_recommendation": "stackexact.solving.plotting_quantal:plot_recommendation",
    "read": "stackexact.games.files:read_game",
    "read_csv_pair": "stackexact.games.files:read_csv_pair",
    "read_followers": "stackexact.no_regret.files:read_followers",
    "read_learning": "stackexact.learning.files:read_learning",
    "read_trace": "stackexact.traces.reading:read_trace",
    "robustness": "stackexact.learning.robustness:robustness",
    "simulate": "stackexact.simulation.simulate:simulate",
    "solve": "stackexact.solving.solve:solve",
    "text_of": "stackexact.exact.relation:text_of",
    "verify": "stackexact.verification.verify:verify",
    "verify_followers": "stackexact.no_regret.verifying:verify_followers",
    "verify_learning": "stackexact.learning.verifying:verify_learning",
    "verify_play": "stackexact.dynamics.verifying:verify_play",
    "write": "stackexact.games.files:write_game",
    "write_followers": "stackexact.no_regret.files:write_followers",
    "write_learning": "stackexact.learning.files:write_learning",
    "write_trace": "stackexact.traces.writing:write_trace",
}

__all__ = [
    "Estimate",
    "Expression",
    "Game",
    "IncentiveGame",
    "MarkovGame",
    "MechanismGame",
    "Observation",
    "RecommendationGame",
    "Solution",
    "StackexactError",
    "Trace",
    "Verification",
    "__version__",
    "check",
    "compare",
    "estimate",
    "evaluate",
    "families",
    "from_game",
    "instance",
    "instances",
    "learn",
    "learn_runs",
    "lp",
    "parse",
    "play",
    "play_followers",
    "plot_incentives",
    "plot_mechanism",
    "plot_quantal",
    "plot_recommendation",
    "read",
    "read_csv_pair",
    "read_followers",
    "read_learning",
    "read_trace",
    "robustness",
    "simulate",
    "solve",
    "text_of",
    "verify",
    "verify_followers",
    "verify_learning",
    "verify_play",
    "write",
    "write_followers",
    "write_learning",
    "write_trace",
]


def __getattr__(name: str) -> Any:
    place = _PLACES.get(name)
    if place is None:
        raise AttributeError(f"module 'stackexact' has no attribute {name!r}; see dir(stackexact)")
    module, _, attribute = place.partition(":")
    found = import_module(module)
    return getattr(found, attribute) if attribute else found


def __dir__() -> list[str]:
    return sorted(__all__)
