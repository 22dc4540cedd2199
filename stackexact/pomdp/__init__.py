"""The Stackelberg POMDP: a leader's policy is learnt with her followers' response algorithm inside, built exactly.

Brero et al., "Stackelberg POMDP: A Reinforcement Learning Approach for Economic Design", arXiv:2210.03852. Sub-games,
algorithms and both sides of the equality theorem are in fractions; the Gymnasium environment, whose rewards are floats
made of them, is loaded when it is asked for and needs ``stackexact[gym]``.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from stackexact.pomdp.algorithms import Algorithm as Algorithm
    from stackexact.pomdp.algorithms import BestReply as BestReply
    from stackexact.pomdp.algorithms import Play as Play
    from stackexact.pomdp.answering import Policy as Policy
    from stackexact.pomdp.answering import policies as policies
    from stackexact.pomdp.answering import policy as policy
    from stackexact.pomdp.building import normal_form as normal_form
    from stackexact.pomdp.building import sub_game as sub_game
    from stackexact.pomdp.designing import mechanism as mechanism
    from stackexact.pomdp.environment import StackelbergEnv as StackelbergEnv
    from stackexact.pomdp.fictitious_play import FictitiousPlay as FictitiousPlay
    from stackexact.pomdp.followers import FollowersAPI as FollowersAPI
    from stackexact.pomdp.followers import FollowersEnv as FollowersEnv
    from stackexact.pomdp.multiplicative_weights import MultiplicativeWeights as MultiplicativeWeights
    from stackexact.pomdp.process import StackelbergPOMDP as StackelbergPOMDP
    from stackexact.pomdp.recall import best_with_recall as best_with_recall
    from stackexact.pomdp.selling import sequential_prices as sequential_prices
    from stackexact.pomdp.stackelberg import responses_to as responses_to
    from stackexact.pomdp.stackelberg import stackelberg_optimum as stackelberg_optimum
    from stackexact.pomdp.stackelberg import stackelberg_value as stackelberg_value
    from stackexact.pomdp.sub_games import SubGame as SubGame

_PLACES: Final = {
    "Algorithm": "algorithms",
    "BestReply": "algorithms",
    "FictitiousPlay": "fictitious_play",
    "FollowersAPI": "followers",
    "FollowersEnv": "followers",
    "MultiplicativeWeights": "multiplicative_weights",
    "Play": "algorithms",
    "Policy": "answering",
    "StackelbergEnv": "environment",
    "StackelbergPOMDP": "process",
    "SubGame": "sub_games",
    "best_with_recall": "recall",
    "mechanism": "designing",
    "normal_form": "building",
    "policies": "answering",
    "policy": "answering",
    "responses_to": "stackelberg",
    "sequential_prices": "selling",
    "stackelberg_optimum": "stackelberg",
    "stackelberg_value": "stackelberg",
    "sub_game": "building",
}

__all__ = [
    "Algorithm",
    "BestReply",
    "FictitiousPlay",
    "FollowersAPI",
    "FollowersEnv",
    "MultiplicativeWeights",
    "Play",
    "Policy",
    "StackelbergEnv",
    "StackelbergPOMDP",
    "SubGame",
    "best_with_recall",
    "mechanism",
    "normal_form",
    "policies",
    "policy",
    "responses_to",
    "sequential_prices",
    "stackelberg_optimum",
    "stackelberg_value",
    "sub_game",
]


def __getattr__(name: str) -> Any:
    module = _PLACES.get(name)
    if module is None:
        raise AttributeError(f"module 'stackexact.pomdp' has no attribute {name!r}; see dir(stackexact.pomdp)")
    return getattr(import_module(f"stackexact.pomdp.{module}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
