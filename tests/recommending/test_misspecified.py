"""What comes of a wrong belief, from the definitions of estimates."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

from oracles import recommendations as oracle
from recommended import drawn, holds

import stackexact as sx
from stackexact.recommending.misspecified import misspecified
from stackexact.recommending.models import model_of

MP = oracle.MP


def with_assumed(game: sx.RecommendationGame, assumed: dict[str, Any]) -> sx.RecommendationGame:
    weights = {"weights": game.weights} if game.follower is None else {"follower": game.follower}
    return sx.RecommendationGame(
        game.leader, behaviour=game.behaviour, policy=game.policy, assumed=assumed, actions=game.actions, **weights
    )


def test_random_games() -> None:
    """Estimates from what is seen, the advice that follows, what is expected of it and what happens."""
    draw = random.Random(31)
    for _ in range(300):
        game = drawn(draw)
        wrong = Fraction(draw.randint(0, 6), 7)
        tau = None if game.behaviour.tau is None else Fraction(draw.randint(1, 3), 2)
        game = with_assumed(game, {"alpha": wrong} if tau is None else {"alpha": wrong, "tau": tau})
        cell: Any = sx.solve(game, ["misspecification"])["misspecification"].cell
        x, y, alpha = game.policy.commitment, game.policy.recommendation, game.behaviour.alpha
        labels, logits = game.actions.follower, oracle.mixed(oracle.logits_of(game), x)
        seen = oracle.response(logits, y, alpha)
        kept = [b for b, share in enumerate(y) if share]
        last, hat = kept[-1], oracle.number(wrong)
        assert cell.reference == labels[last]
        assert cell.factor == (alpha - wrong) / (1 - wrong)
        estimates = {last: MP.mpf(0)}
        for b in kept[:-1]:
            odds, told = MP.log(seen[b] / seen[last]), MP.log(oracle.number(y[b] / y[last]))
            estimates[b] = (odds - hat * told) / (1 - hat)
            true = logits[b] - logits[last]
            assert holds(cell.log_odds[labels[b]], true)
            assert holds(cell.estimated[labels[b]], estimates[b])
            assert holds(cell.errors[labels[b]], estimates[b] - true)
            if tau is not None:
                error = oracle.number(tau) * estimates[b] - oracle.number(game.behaviour.tau) * true
                assert holds(cell.reward_errors[labels[b]], error)
        assert (cell.reward_errors is None) == (tau is None)
        advised = oracle.quantal([estimates.get(b, MP.mpf(0)) for b in range(len(labels))], kept)
        played = oracle.response_of_numbers(logits, advised, alpha)
        rewards = oracle.mixed([[*map(oracle.number, row)] for row in game.leader], x)
        assert all(holds(cell.recommendation[labels[b]], advised[b]) for b in kept)
        assert all(holds(share, played[labels.index(label)]) for label, share in cell.response.items())
        assert holds(cell.expected, oracle.value(rewards, advised))
        assert holds(cell.leader, oracle.value(rewards, played))
        assert holds(cell.violation, oracle.variation(advised, played))
        assert cell.expected_violation == 0
        if alpha:
            errors = [estimates[b] - logits[b] + logits[last] for b in kept]
            bound = MP.tanh((1 - oracle.number(alpha)) * (max(errors) - min(errors)) / 4)
            assert holds(cell.bound, bound)


def test_errors_are_linear_over_what_is_left() -> None:
    """(1 - α̂) times an error is the true step times α - α̂, exactly; without one nothing is violated."""
    draw = random.Random(32)
    for _ in range(100):
        game = drawn(draw, Fraction(2, 5))
        model, policy = model_of(game), game.policy
        found = {
            wrong: misspecified(model, wrong, policy.commitment, policy.recommendation)
            for wrong in (Fraction(0), Fraction(1, 5), Fraction(2, 5), Fraction(4, 5))
        }
        assert found[Fraction(2, 5)].violation.size.rational == 0
        assert not any(error.sign() for error in found[Fraction(2, 5)].errors)
        base = found[Fraction(0)].errors
        for wrong, one in found.items():
            for error, first in zip(one.errors, base, strict=True):
                assert error * (1 - wrong) == first * ((Fraction(2, 5) - wrong) / Fraction(2, 5))


def test_the_row_of_the_specification() -> None:
    cell: Any = sx.solve(sx.instance("wrong-weight"))["misspecification"].cell
    assert cell.errors["b1"].closed_form == "-3/4*log(2)"
