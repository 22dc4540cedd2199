"""What a wrong belief costs: exact losses by the definition, their slope as a limit, the bound, what is measured."""

from __future__ import annotations

import random
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from announced import exactly, holds
from forms import form
from oracles import recommendations as oracle
from recommended import drawn

import stackexact as sx
from stackexact.errors import UsageError
from stackexact.exact.enclosures import Enclosure, limits
from stackexact.learning.robustness import Robustness

SCHEMA = form("robustness")
MP = oracle.MP
NUDGE = sx.RecommendationGame(
    [[1, 0]], weights=[[4, 1]], behaviour={"alpha": "1/2"},
    policy={"commitment": {"a1": 1}, "recommendation": {"b1": "1/3", "b2": "2/3"}},
)  # fmt: skip


def inside(draw: random.Random) -> sx.RecommendationGame:
    """A random game whose policy recommends every action."""
    while True:
        game = drawn(draw)
        if all(game.policy.recommendation):
            return game


def lost(game: sx.RecommendationGame, belief: Any) -> tuple[Any, Any]:
    """By the definition, for a belief that may be a number of mpmath: V(x) - u(x, z(x, ŷ)), and TV(ŷ, z)."""
    x, y, alpha = game.policy.commitment, game.policy.recommendation, game.behaviour.alpha
    logits = oracle.mixed(oracle.logits_of(game), x)
    rewards = oracle.mixed([[oracle.number(one) for one in row] for row in game.leader], x)
    seen = oracle.response(logits, y, alpha)
    estimates = [
        (MP.log(z) - belief * MP.log(oracle.number(share))) / (1 - belief) for z, share in zip(seen, y, strict=True)
    ]
    advised = oracle.quantal(estimates)
    played = oracle.response_of_numbers(logits, advised, alpha)
    loss = oracle.value(rewards, oracle.quantal(logits)) - oracle.value(rewards, played)
    return loss, oracle.variation(advised, played)


def test_losses_are_the_definition() -> None:
    """Of random games; at most the bound in size, and exactly 0 at the truth."""
    draw = random.Random(4)
    signs = set()
    for _ in range(30):
        game = inside(draw)
        alpha = game.behaviour.alpha
        beliefs = sorted({Fraction(draw.randint(0, 9), 10), Fraction(draw.randint(0, 6), 7), alpha})
        found = sx.robustness(game, beliefs, digits=20)
        assert [point.assumed for point in found.points] == beliefs
        assert found.alpha == alpha
        logits = oracle.mixed(oracle.logits_of(game), game.policy.commitment)
        rewards = oracle.mixed([[oracle.number(one) for one in row] for row in game.leader], game.policy.commitment)
        assert holds(found.leader, exactly(oracle.value(rewards, oracle.quantal(logits))))
        for point in found.points:
            loss, violation = lost(game, oracle.number(point.assumed))
            assert holds(point.loss, exactly(loss))
            assert holds(point.violation, exactly(violation))
            (low, high), bound = limits(point.loss), limits(point.bound)
            assert max(abs(exactly(loss)), 0) <= bound[1] + Fraction(1, 10**45)
            assert high - low <= (max(map(exactly, rewards)) - min(map(exactly, rewards)) or 1) / 10**20
            signs.add((loss > 0) - (loss < 0))
            if point.assumed == alpha:
                assert (point.loss, point.bound, point.violation) == (0, 0, 0)
    assert signs == {-1, 0, 1}


def test_the_bound_is_its_formula() -> None:
    """osc u · tanh(α |α - α̂|/(1 - α̂) · d(y, q)/4), d Hilbert's distance."""
    draw = random.Random(8)
    for _ in range(40):
        game = inside(draw)
        alpha, belief = game.behaviour.alpha, Fraction(draw.randint(0, 9), 11)
        (point,) = sx.robustness(game, [belief]).points
        x, y = game.policy.commitment, [oracle.number(one) for one in game.policy.recommendation]
        rewards = oracle.mixed([[oracle.number(one) for one in row] for row in game.leader], x)
        away = oracle.hilbert(y, oracle.quantal(oracle.mixed(oracle.logits_of(game), x)))
        part = oracle.number(alpha * abs(alpha - belief) / (1 - belief))
        assert holds(point.bound, exactly((max(rewards) - min(rewards)) * MP.tanh(part * away / 4)))


def test_the_slope_is_the_limit_of_loss_over_error() -> None:
    """Central differences at 10^-15 and Richardson's step leave an error of their fourth power."""
    draw = random.Random(12)
    flat = 0
    for _ in range(40):
        game = inside(draw)
        alpha = oracle.number(game.behaviour.alpha)
        slope = sx.robustness(game, [game.behaviour.alpha], digits=25).slope
        step = MP.mpf(10) ** -12
        coarse, fine = (
            (lost(game, alpha + one)[0] - lost(game, alpha - one)[0]) / (2 * one) for one in (step, step / 2)
        )
        assert holds(slope, exactly((4 * fine - coarse) / 3), Fraction(1, 10**30))
        flat += slope == 0
    assert 0 < flat < 40


def test_losses_over_shrinking_errors_come_near_the_slope() -> None:
    """In the exact table itself: the distance from the slope shrinks in proportion to the error."""
    errors = [Fraction(1, 10**k) for k in range(2, 9)]
    found = sx.robustness(NUDGE, [Fraction(1, 2) - one for one in errors])
    slope = limits(found.slope)[0]
    assert -Fraction(3328, 10**4) < slope < -Fraction(3327, 10**4)  # (1/2)/(1/2)·(4/5)(1/5)(log(1/2) - log 4)
    away = [abs(limits(point.loss)[0] / (point.assumed - found.alpha) - slope) for point in found.points]
    for far, near in zip(away, away[1:], strict=False):
        assert Fraction(9, 100) < near / far < Fraction(11, 100)


def test_beliefs_without_a_word() -> None:
    """α ± 2^-k (1 - α)/2 for k = 2 to 7, as far as they are weights; the truth in the middle."""
    found = sx.robustness(NUDGE)
    steps = [Fraction(1, 2 ** (k + 2)) for k in range(2, 8)]
    half = Fraction(1, 2)
    assert [point.assumed for point in found.points] == sorted(
        [half, *(half - s for s in steps), *(half + s for s in steps)]
    )
    deaf = sx.robustness(sx.RecommendationGame([[1, 0]], weights=[[4, 1]], behaviour={"alpha": 0}))
    assert [point.assumed for point in deaf.points] == sorted(
        [Fraction(0), *(Fraction(1, 2 ** (k + 1)) for k in range(2, 8))]
    )
    assert all((point.loss, point.bound) == (0, 0) for point in deaf.points)
    assert deaf.slope == 0


def test_without_a_policy_the_best_commitment_is_taken() -> None:
    """And all of the follower's actions are recommended alike."""
    game = sx.instance("recommended-mixture")
    commitment = sx.solve(game, ["incentive-compatible"])["incentive-compatible"].cell.commitment
    policy = {"commitment": commitment, "recommendation": {"b1": "1/2", "b2": "1/2"}}
    told = sx.RecommendationGame(game.leader, weights=game.weights, behaviour=game.behaviour, policy=policy)
    one, two = sx.robustness(game, ["1/3"]), sx.robustness(told, ["1/3"])
    assert (one.points, one.slope, one.leader) == (two.points, two.slope, two.leader)
    value = sx.solve(game, ["incentive-compatible"])["incentive-compatible"].cell.leader
    assert abs(limits(one.leader)[0] - limits(value)[0]) < Fraction(1, 10**20)


@pytest.mark.parametrize("seed", [1, 2])
def test_what_is_measured_holds_the_exact_loss(seed: int) -> None:
    """With many responses the estimate is that of exact frequencies: the mean of many leaders comes near the exact
    loss of the belief, and their interval holds it up to an error of the order of 1/samples."""
    draw = random.Random(seed)
    for game in (NUDGE, inside(draw)):
        found = sx.robustness(game, ["1/3", "1/2", "2/3"], samples=10**6, runs=25, seed=seed)
        assert (found.samples, found.runs, found.failed) == (10**6, 25, 0)
        for point in found.points:
            assert point.measured is not None
            low, high = limits(point.measured)
            assert point.lower <= low <= high <= point.upper
            slack = Fraction(1, 10**4)
            assert point.lower - slack <= limits(point.loss)[0] <= point.upper + slack
            assert point.upper - point.lower < Fraction(1, 20)
            assert abs(low - limits(point.loss)[0]) < Fraction(1, 50)
        exact = sx.robustness(game, ["1/3", "1/2", "2/3"])
        assert [replace(point, measured=None, lower=None, upper=None) for point in found.points] == [*exact.points]


def test_more_responses_measure_better() -> None:
    widths = []
    for samples in (10**2, 10**4, 10**6):
        (point,) = sx.robustness(NUDGE, ["1/3"], samples=samples, runs=30).points
        widths.append(point.upper - point.lower)
    assert widths[0] > 5 * widths[1] > 25 * widths[2] > 0


def test_seeds() -> None:
    one, two, other = (sx.robustness(NUDGE, ["1/3"], samples=100, runs=5, seed=seed).points for seed in (3, 3, 4))
    assert one == two != other


def test_runs_without_an_estimate_may_lose_anything() -> None:
    """One response shows one action of two: nothing can be estimated, and the loss lies between V less the most and V
    less the least."""
    found = sx.robustness(NUDGE, ["1/3"], samples=1, runs=8)
    (point,) = found.points
    assert found.failed == 8
    assert point.lower < -Fraction(19, 100)
    assert point.upper > Fraction(79, 100)
    assert (point.lower, point.upper) == limits(point.measured)
    assert point.lower <= Fraction(4, 5) - 1 <= Fraction(4, 5) <= point.upper
    some = sx.robustness(NUDGE, ["1/3"], samples=8, runs=40)
    assert 0 < some.failed < 40
    assert "runs have no estimate" in str(some)


def pages() -> dict[str, Robustness]:
    return {
        "exact": sx.robustness(NUDGE),
        "measured": sx.robustness(NUDGE, ["1/3"], samples=50, runs=4),
        "failed": sx.robustness(NUDGE, ["1/3"], samples=1, runs=4),
        "wide": sx.robustness(sx.instance("recommended-mixture"), samples=1000, runs=3),
        "flat": sx.robustness(sx.RecommendationGame([[1, 1]], weights=[[4, 1]], behaviour={"alpha": "1/2"})),
    }


def test_documents_and_pages() -> None:
    """JSON as the schema says, with exact ends; text and HTML with a row for every belief; names are harmless."""
    for name, found in pages().items():
        document = found.document()
        assert list(SCHEMA.iter_errors(document)) == [], name
        assert list(SCHEMA.iter_errors({**document, "extra": 1}))
        assert ("samples" in document) == (name in ("measured", "failed", "wide"))
        for point, written in zip(found.points, document["points"], strict=True):
            loss = written["loss"]
            ends = (loss["lower"], loss["upper"]) if isinstance(loss, dict) else (loss, loss)
            assert tuple(map(Fraction, ends)) == limits(point.loss)
        page = str(found)
        assert len([row for row in page.splitlines() if row and row.split()[0] in
                    {str(point.assumed) for point in found.points}]) >= len(found.points)  # fmt: skip
        assert found._repr_html_().count("<tr>") == len(found.points) + 1
        assert all(len(row) <= 80 for row in page.splitlines())
    assert pages()["failed"].document()["failed"] == 4
    named = sx.RecommendationGame([[1, 0]], weights=[[4, 1]], behaviour={"alpha": "1/2"}, name="<b>x</b>")
    assert "<b>" not in sx.robustness(named, ["1/3"])._repr_html_()


def test_pictures() -> None:
    pytest.importorskip("matplotlib")
    from stackexact.learning.plotting import save

    assert save(sx.robustness(NUDGE, samples=50, runs=4), "png").startswith(b"\x89PNG")
    axes = sx.robustness(NUDGE).plot()
    assert "true: 1/2" in axes.get_xlabel()
    losses = next(line for line in axes.get_lines() if line.get_label() == "exact loss")
    assert len(losses.get_xdata()) == 13


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: sx.robustness(sx.instance("ladder")), "expected one of kind recommendation, found the kind markov"),
        (lambda: sx.robustness(sx.instance("misaligned-a")), "game: expected one of kind markov or recommendation"),
        (lambda: sx.robustness(sx.instance("nudge-boundary")), "policy: expected recommendations of every action"),
        (lambda: sx.robustness(NUDGE, []), "assumed: expected a list of weights, found '[]'"),
        (lambda: sx.robustness(NUDGE, "1/3"), "assumed: expected a list of weights, found '1/3'"),
        (lambda: sx.robustness(NUDGE, [1]), "assumed: expected weights from 0 to less than 1, found '1'"),
        (lambda: sx.robustness(NUDGE, ["-1/3"]), "assumed: expected weights from 0 to less than 1"),
        (lambda: sx.robustness(NUDGE, ["k"]), "assumed: expected weights from 0 to less than 1, found 'k'"),
        (lambda: sx.robustness(NUDGE, ["1/0"]), "assumed: "),
        (lambda: sx.robustness(NUDGE, samples=0), "samples: expected an integer from 1"),
        (
            lambda: sx.robustness(beyond(10**400, "1/3"), samples=5),
            "samples: expected rewards and recommendations that",
        ),
        (lambda: sx.robustness(beyond(1, f"1/{10**400}"), samples=5), "samples: expected rewards and recommendations"),
        (lambda: sx.robustness(NUDGE, samples=5, runs=0), "runs: expected an integer from 1"),
        (lambda: sx.robustness(NUDGE, samples=5, seed=-1), "seed: expected an integer from 0"),
    ],
)
def test_what_is_refused(call: Any, told: str) -> None:
    with pytest.raises(UsageError) as error:
        call()
    assert told in str(error.value)


def beyond(reward: int, share: str) -> sx.RecommendationGame:
    """Numbers that floats do not hold, where they may stand: exact losses are told all the same."""
    policy = {"commitment": {"a1": 1}, "recommendation": {"b1": share, "b2": 1 - Fraction(share)}}
    return sx.RecommendationGame([[1, 0]], [[reward, 0]], behaviour={"alpha": 0, "tau": 1}, policy=policy)


def test_numbers_beyond_floats_have_exact_losses() -> None:
    for game in (beyond(10**400, "1/3"), beyond(1, f"1/{10**400}")):
        (point,) = sx.robustness(game, ["1/3"]).points
        assert limits(point.loss) == (0, 0)  # who is deaf follows his own reward


def test_enclosures_where_nothing_is_rational() -> None:
    (point,) = sx.robustness(NUDGE, ["1/3"]).points
    assert isinstance(point.loss, Enclosure)
    assert point.loss.text(6) == "0.0448327…"  # 4/5 less t/(1 + t), t = 2^(13/8)
