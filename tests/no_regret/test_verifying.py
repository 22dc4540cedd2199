"""What is said of play: beside brute force, independent linear programs, and what theory promises."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from fractions import Fraction as F
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from no_regret.follower_games import (
    GAMES,
    PlainLearning,
    PlainWeights,
    correlated,
    instead,
    joint,
    messages,
    normal,
    number,
    pennies,
    pi,
    roshambo,
    utility,
)

from stackexact.errors import InputError, LimitReached, UsageError
from stackexact.games.mechanism import MechanismGame
from stackexact.mechanisms.deviations import Family, deviations_of, gains
from stackexact.mechanisms.forms import Form, fixed_form
from stackexact.mechanisms.programs import Programs
from stackexact.no_regret.algorithms import MultiplicativeWeights, RegretMatching
from stackexact.no_regret.bounds import theory_of
from stackexact.no_regret.counting import Ledger, mixture, purified
from stackexact.no_regret.distances import Polytope
from stackexact.no_regret.playing import play_followers
from stackexact.no_regret.plotting import plot, save
from stackexact.no_regret.records import FollowerPlay, FollowerRun
from stackexact.no_regret.verifying import verify_followers
from stackexact.verification.judging import Verdict

pytest.importorskip("numba")

WAYS: dict[str, tuple[str, dict[str, Any]]] = {
    "sampled": ("multiplicative-weights", {}),
    "expected": ("multiplicative-weights", {"feedback": "expected"}),
    "anytime": ("multiplicative-weights", {"schedule": "anytime"}),
    "both": ("multiplicative-weights", {"feedback": "expected", "schedule": "anytime"}),
    "matching": ("regret-matching", {}),
    "q": ("q-learning", {}),
}


def handed(game: MechanismGame, tables: Any, last: Any = None) -> FollowerPlay:
    """Play that was counted by hand."""
    form = fixed_form(game)
    rounds = tuple(sum(map(sum, table)) for table in tables)
    pure = tuple(tuple((2**30, *[0] * (len(own) - 1)) for own in one) for one in form.allowed)
    run = FollowerRun(1, rounds, tuple(tuple(map(tuple, table)) for table in tables), last or pure)
    return FollowerPlay(game.sha256, "regret-matching", 0, rounds, (run,))


# -- Regrets, gaps and values -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("game", GAMES)
@pytest.mark.parametrize("learning", [False, True])
def test_regrets_of_a_history(game: str, learning: bool) -> None:
    """Round by round, as they are defined."""
    made = GAMES[game]()
    form = fixed_form(made)
    child = np.random.SeedSequence(4).spawn(1)[0]
    rng = np.random.Generator(np.random.PCG64(child))
    plain = PlainLearning(form, rng, 0.1, 0.1, 0.0) if learning else PlainWeights(form, rng, 0.01, False)
    history = plain.play(500)
    play = play_followers(made, "q-learning" if learning else "multiplicative-weights", rounds=500, seed=4)
    (run,) = verify_followers(made, play, distance="none").runs
    for point in run.points:
        for one in point.regrets:
            i, t = one.regret.follower, one.regret.type
            rounds = [(k, a) for k, a in history[: point.rounds] if form.profiles[k][i] == t]
            totals = {
                m: sum((utility(form, i, k, instead(a, i, m)) - utility(form, i, k, a) for k, a in rounds), F(0))
                for m in form.allowed[i][t]
            }
            assert one.regret.rounds == len(rounds)
            assert one.regret.total == max(totals.values()) == totals[one.regret.action]
            assert one.regret.average == (one.regret.total / len(rounds) if rounds else None)


def gap_by_hand(form: Form, counts: Any) -> F:
    """max over deviations of E[u(m, a_-i) − u(a) | type], with the true chances of types."""
    found = []
    for i in form.followers:
        for t in form.occurring[i]:
            here = [k for k, types in enumerate(form.profiles) if types[i] == t]
            mass = sum(form.chances[k] for k in here)
            for m in form.allowed[i][t]:
                total = F(0)
                for k in here:
                    for a in joint(form, k):
                        share = F(counts[k][number(form, a)], sum(counts[k]))
                        gain = utility(form, i, k, instead(a, i, m)) - utility(form, i, k, a)
                        total += F(form.chances[k], mass) * share * gain
                found.append(total)
    return max(found)


@settings(max_examples=50)
@given(st.data())
def test_gaps_and_values_of_counts(data: st.DataObject) -> None:
    """Of any counts, beside sums term by term: types are weighted by their true chances."""
    game = data.draw(st.sampled_from(sorted(GAMES)))
    made = GAMES[game]()
    form = fixed_form(made)
    table = [[0] * len(form.objective[0]) for _ in form.profiles]
    for k in range(len(form.profiles)):
        for a in joint(form, k):
            table[k][number(form, a)] = data.draw(st.integers(0, 9))
    (tally,) = Ledger(form).tallies([table])
    if not all(map(sum, table)):
        assert tally.gap is None
        assert tally.value is None
        return
    assert tally.gap is not None
    assert tally.gap.size == gap_by_hand(form, table)
    value = sum(
        F(form.chances[k] * table[k][number(form, a)] * form.objective[k][number(form, a)], sum(table[k]))
        for k in range(len(form.profiles))
        for a in joint(form, k)
    )
    assert tally.value == value / form.scale
    averages = [one.average for one in tally.regrets]
    assert tally.average_regret == max(one for one in averages if one is not None)


def test_the_prior_is_not_taken_to_be_uniform() -> None:
    """The authors' check weights types alike. Here both types were drawn three times, but one is four times as likely:
    moving would bring -1 where it comes, and 2 where the other does."""
    game = MechanismGame(
        {"A": {"actions": ["stay", "move"]}, "B": {"types": ["often", "seldom"], "actions": ["x"]}},
        {"only": {"stay": {"x": {}}, "move": {"x": {"valuations": {"A": [[-1, 2]]}}}}},
        prior={"B": {"often": "4/5", "seldom": "1/5"}},
        objective="welfare",
    )
    found = verify_followers(game, handed(game, [[[3, 0], [3, 0]]]))
    (run,) = found.runs
    (point,) = run.points
    assert point.gap is not None
    assert point.gap.size == 0, "moving brings -4/5 + 2/5 = -2/5"
    assert point.average_regret == F(1, 2), "types as often as they were drawn: (-1 + 2)/2"
    assert run.chosen == "last_mixed"


def test_types_that_never_came() -> None:
    game = pi()
    form = fixed_form(game)
    table = [[1, 0, 0, 0]] + [[0] * 4] * (len(form.profiles) - 1)
    found = verify_followers(game, handed(game, [table]))
    (point,) = found.runs[0].points
    assert (point.gap, point.value, point.outside, point.distance, point.average_regret) == (None,) * 5
    assert found.levels == ()
    assert "no gap where some run has not met all types (T = 1)" in found.notes
    assert found.growth.estimate is None
    assert found.verdict is Verdict.TRUE
    assert found.runs[0].response("empirical_average").gap is None
    assert "coarse correlated equilibria: worth 0 to the designer" in str(found)
    plot(found)


def test_pure_profiles_have_the_gains_of_their_deviations() -> None:
    """Beside the certificate's own table of gains."""
    for game in (pi(), correlated()):
        form = fixed_form(game)
        deviations = deviations_of(form, Family.COARSE)
        for profile in list(form.all_profiles())[:40]:
            table = [[int(a == own) for a in range(len(form.objective[0]))] for own in form.played(profile)]
            (tally,) = Ledger(form).tallies([table])
            found = []
            for one, gain in zip(deviations, gains(form, deviations, profile), strict=True):
                mass = sum(p for p, t in zip(form.chances, form.profiles, strict=True) if t[one.follower] == one.type)
                found.append(F(-gain, mass * form.utility_scales[one.follower]))
            assert tally.gap is not None
            assert tally.gap.size == max(*found, F(0))
            assert tally.value == F(form.value(profile), form.scale)


def test_numbers_of_any_size() -> None:
    """Beyond what 64 bits hold: the same as in small numbers."""
    small, large = normal([[1, 0], [0, 2]], [[0, 3], [1, 0]]), [[10**30, 0], [0, 2 * 10**30]]
    big = normal(large, [[0, 3], [1, 0]])
    one, two = (verify_followers(game, handed(game, [[[5, 1, 2, 3]]])).runs[0].points[0] for game in (small, big))
    for first, second in zip(one.regrets, two.regrets, strict=True):
        assert first.regret.total * (10**30 if first.regret.follower == 0 else 1) == second.regret.total


# -- Responses --------------------------------------------------------------------------------------------------------


def test_mixtures_and_their_purification() -> None:
    form = fixed_form(correlated())
    strategies = (((2**29, 2**29), (0, 2**28, 3 * 2**28)), ((2**30, 0), (2**30,)), ((2**28, 3 * 2**28),))
    table = mixture(form, strategies)
    for k, row in enumerate(table):
        assert sum(row) == 2**90
        for a in joint(form, k):
            own = [F(strategies[i][t][form.allowed[i][t].index(a[i])], 2**30) for i, t in enumerate(form.profiles[k])]
            assert F(row[number(form, a)], 2**90) == math.prod(own)
    assert purified(strategies) == (((2**30, 0), (0, 0, 2**30)), ((2**30, 0), (2**30,)), ((0, 2**30),))


def test_the_first_response_within_the_tolerance_is_taken() -> None:
    """In matching pennies no pure play is near equilibrium; counts may be where the last strategies are not."""
    game = pennies()
    half = ((2**29, 2**29),)
    off = ((2**30, 0),)
    even = [[[25, 25, 25, 25]]]
    for last, tables, tolerance, wanted in (
        ((half, half), even, "0", "last_mixed"),
        ((off, off), even, "1/20", "empirical_average"),
        ((off, off), [[[30, 20, 25, 25]]], "0", None),
        ((off, off), [[[30, 20, 25, 25]]], "2", "last_mixed"),
    ):
        found = verify_followers(game, handed(game, tables, last), tolerance=tolerance)
        assert found.runs[0].chosen == wanted
        assert found.chosen() == {wanted or "none": 1}
    (run,) = found.runs
    assert [one.name for one in run.responses] == ["last_mixed", "last_deterministic", "empirical_average"]
    assert run.response("last_deterministic").gap is not None
    assert run.response("last_deterministic").gap.size == 1
    with pytest.raises(UsageError, match="response: expected one of last_mixed, last_deterministic"):
        run.response("first")


# -- Distances --------------------------------------------------------------------------------------------------------


def floats(form: Form, counts: Any) -> float:
    """½ min Σ |q − μ| by SciPy, with both halves of every difference."""
    scipy = pytest.importorskip("scipy.optimize")
    profiles = list(form.all_profiles())
    deviations = deviations_of(form, Family.COARSE)
    cells = [(k, a) for k in range(len(form.profiles)) for a in range(len(form.objective[0]))]
    size = len(cells)
    equal, right = [], []
    for place, (k, a) in enumerate(cells):
        row = [form.chances[k] / form.chance_scale * (form.played(one)[k] == a) for one in profiles]
        row += [float(other == place) for other in range(size)] + [-float(other == place) for other in range(size)]
        equal.append(row)
        right.append(form.chances[k] / form.chance_scale * counts[k][a] / sum(counts[k]))
    equal.append([1.0] * len(profiles) + [0.0] * 2 * size)
    gained = [gains(form, deviations, one) for one in profiles]
    scale = max(abs(x) for row in gained for x in row) or 1
    less = [[-gained[s][d] / scale for s in range(len(profiles))] + [0.0] * 2 * size for d in range(len(deviations))]
    cost = [0.0] * len(profiles) + [0.5] * 2 * size
    found = scipy.linprog(cost, A_ub=less, b_ub=[0.0] * len(less), A_eq=equal, b_eq=[*right, 1.0])
    return float(found.fun)


@pytest.mark.parametrize("game", GAMES)
def test_distances_beside_floats(game: str) -> None:
    made = GAMES[game]()
    form = fixed_form(made)
    play = play_followers(made, rounds=256, seed=9, checkpoints=[64, 256])
    for table in play.runs[0].counts:
        exact = Polytope(form).distance(table)
        assert exact is not None
        assert float(exact) == pytest.approx(floats(form, table), abs=1e-7)


def test_equilibria_have_no_distance() -> None:
    """An equilibrium that the programs find, counted in whole numbers; and what is far from all."""
    form = fixed_form(pi())
    optimum = Programs(form, Family.COARSE).best(-1)
    scale = math.lcm(*(chance.denominator for _, chance in optimum.support))
    table = [[0] * 4 for _ in form.profiles]
    for profile, chance in optimum.support:
        for k, a in enumerate(form.played(profile)):
            table[k][a] += int(chance * scale)
    assert Polytope(form).distance(table) == 0
    assert Polytope(fixed_form(pennies())).distance(((1, 0, 0, 0),)) == F(3, 4)
    assert Polytope(fixed_form(pennies())).distance(((1, 1, 1, 1),)) == 0
    assert Polytope(form).distance([[1, 0, 0, 0], *[[0] * 4] * 3]) is None
    with pytest.raises(LimitReached, match="time limit"):
        Polytope(form).distance([[1, 2, 3, 4]] * 4, time_limit=0)


def test_distances_where_they_are_asked_for() -> None:
    game = pi()
    play = play_followers(game, rounds=64, checkpoints=[32, 64], seed=1)
    known = {
        how: [point.distance is not None for point in verify_followers(game, play, distance=how).runs[0].points]
        for how in ("last", "all", "none")
    }
    assert known == {"last": [False, True], "all": [True, True], "none": [False, False]}
    many = messages(5)
    found = verify_followers(many, play_followers(many, rounds=2048))
    assert found.runs[0].points[-1].distance is None
    assert any("the game has 1024 profiles of strategies" in note for note in found.notes)


# -- Bounds -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("game", [*GAMES, "roshambo"])
@pytest.mark.parametrize("way", WAYS)
def test_regrets_are_under_their_bounds(game: str, way: str) -> None:
    """Every run, every checkpoint, every type; of Q-learning nothing is promised."""
    made, (algorithm, options) = {**GAMES, "roshambo": roshambo}[game](), WAYS[way]
    found = verify_followers(
        made, play_followers(made, algorithm, rounds=1 << 13, runs=8, seed=6, **options), distance="none"
    )
    assert found.verdict is (Verdict.UNDECIDED if way == "q" else Verdict.TRUE)
    every = [one for run in found.runs for point in run.points for one in point.regrets]
    assert all((one.bound is None) == (way == "q") for one in every)
    if way not in ("sampled", "expected", "q"):
        for run in found.runs:
            ends = [one.bound / one.regret.rounds for one in run.points[-1].regrets if one.bound]
            starts = [one.bound / one.regret.rounds for one in run.points[6].regrets if one.bound]
            assert max(ends) < max(starts) / 5, "sublinear"


def test_bounds_are_what_their_formulas_say() -> None:
    form, confidence = fixed_form(correlated()), F(99, 100)
    for how, learnt, luck, each in (
        (MultiplicativeWeights(), lambda n, m: math.log(m) / math.log(1.01) + math.log(1.01) * n / 8, 0.5, 4),
        (MultiplicativeWeights("expected"), lambda n, m: math.log(m) / math.log(1.1) + math.log(1.1) * n / 8, 2, 9),
        (MultiplicativeWeights(schedule="anytime"), lambda n, m: math.sqrt(n * math.log(m)), 0.5, 4),
        (RegretMatching(), lambda n, m: math.sqrt(n * (m - 1)), 0.5, 4),
    ):
        theory = theory_of(form, how, confidence, 10)
        assert theory is not None
        # A has 2 and 3 actions, B 2 and 1, C 2: five types, or ten of their actions.
        assert theory.error == (1 - confidence) / ((5 if each == 4 else 10) * 10)
        assert "√" in theory.formula
        for n in (1, 100, 10**6):
            wanted = float(theory.widths[0]) * (
                learnt(n, 3) + math.sqrt(luck * n * math.log(1 / float(theory.error))) + n * 3 / 2**29
            )
            assert float(theory.bound(0, 1, n)) == pytest.approx(wanted, rel=1e-12)
        assert theory.bound(0, 1, 0) == theory.bound(1, 1, 50) == 0


def test_a_regret_beyond_its_bound_is_told() -> None:
    """Regret matching never plays so."""
    found = verify_followers(pennies(), handed(pennies(), [[[10**4, 0, 0, 0]]]))
    assert found.verdict is Verdict.FALSE
    assert "regrets: under their bounds in 0 of 1 runs: false" in str(found)
    assert [one.verdict for one in found.runs[0].points[0].regrets] == [Verdict.TRUE, Verdict.FALSE]
    assert found.runs[0].points[0].regrets[0].regret.total == 0
    assert found.runs[0].points[0].regrets[1].regret.total == 10**4


# -- Growth, and the whole -------------------------------------------------------------------------------------------


def test_the_whole() -> None:
    game = pi()
    play = play_followers(game, rounds=1 << 14, runs=6, seed=1, schedule="anytime")
    found = verify_followers(game, play, confidence="0.95", decades=1, method="betting", fit="least-squares")
    assert (found.worst, found.best) == (0, 0)
    assert (found.confidence, found.method.name, found.growth.fit) == (F(19, 20), "betting", "least-squares")
    assert [level.rounds for level in found.levels if level.used] == [2048, 4096, 8192, 16384]
    last = found.levels[-1]
    ends = [run.points[-1] for run in found.runs]
    assert last.mean == sum(one.gap.size for one in ends if one.gap) / 6
    assert last.lower <= last.mean <= last.upper
    assert last.value == sum(one.value for one in ends if one.value is not None) / 6
    assert last.distance == sum(one.distance for one in ends if one.distance is not None) / 6
    assert all(one.outside == -one.value for one in ends if one.value is not None)
    assert repr(found).startswith("<FollowerVerification of <FollowerPlay multiplicative-weights (feedback sampled")
    document = found.document()
    json.dumps(document)
    assert document["verdict"] == "true"
    assert F(document["runs"][0]["checkpoints"][-1]["gap"]["size"]) == ends[0].gap.size  # type: ignore[union-attr]
    assert document["equilibria"] == {"worst": "0", "best": "0"}
    assert document["bound"]["formula"] == "w (√(n log(M)) + √(n log(1/δ)/2))"
    text, page = str(found), found._repr_html_()
    for told in ("coarse correlated equilibria: worth 0 to the designer", "under their bounds in 6 of 6 runs: true"):
        assert told in text
        assert told in page
    assert page.startswith("<div>")
    assert page.count("<table>") == 2


def test_play_that_is_in_equilibrium_has_no_exponent() -> None:
    """No gap is positive, so that it falls faster than anything."""
    dilemma = normal([[3, 0], [4, 1]], [[3, 4], [0, 1]])
    found = verify_followers(dilemma, handed(dilemma, [[[0, 0, 0, 8]], [[0, 0, 0, 16]]]), method="deterministic")
    assert found.growth.upper == -math.inf
    assert "gap: exponent -oo (the regret is not positive)" in str(found)
    assert found.document()["exponent"]["upper"] == "-oo"
    axes = found.plot()
    assert "no mean gap is positive" in [one.get_text() for one in axes.texts]


def test_what_has_no_bound_is_shown_without() -> None:
    game = messages(3)
    found = verify_followers(game, play_followers(game, "q-learning", rounds=4096, runs=2))
    assert "regrets: no bound is known for this algorithm" in str(found)
    assert "at most" not in str(found).partition("rounds  mean")[2]
    assert found.document()["bound"] is None
    assert "worth from -" in str(found)


def test_pictures() -> None:
    game = messages(3)
    found = verify_followers(game, play_followers(game, rounds=4096, runs=3, schedule="anytime"))
    for what, label in (("gap", "gap to coarse correlated equilibrium"), ("value", "value to the designer")):
        axes = found.plot(what)
        assert axes.get_ylabel() == label
        assert axes.get_legend() is not None
        assert save(found, "svg", what).startswith(b"<?xml")
    with pytest.raises(UsageError, match="plot: expected one of gap, value"):
        found.plot("regret")
    assert found.plot("gap", ax=axes) is axes


def test_games_too_large_for_equilibria() -> None:
    """All but what equilibria are worth is said."""
    types = {f"t{k}": F(k) for k in range(24)}
    one = {"types": types, "actions": ["0", "1"]}
    cell = {"valuations": {"A": "A"}}
    rule = {a: {b: cell if a == b else {} for b in "01"} for a in "01"}
    prior = {label: F(1, 24) for label in types}
    game = MechanismGame({"A": one, "B": one}, {"r": rule}, prior={"A": prior, "B": prior}, objective="welfare")
    found = verify_followers(game, play_followers(game, rounds=1 << 14))
    assert found.worst is found.best is None
    assert any(note.startswith("what equilibria are worth is left out: expected at most") for note in found.notes)
    assert found.runs[0].points[-1].outside is None
    assert found.document()["equilibria"] is None
    assert "equilibria: worth" not in str(found)
    found.plot("value")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"confidence": 2}, "confidence: expected a number between 0 and 1"),
        ({"distance": "some"}, "distance: expected one of last, all, none, found 'some'"),
        ({"method": "luck"}, "method: expected one of betting"),
        ({"fit": "eye"}, "fit: expected one of ends"),
        ({"tolerance": "x"}, "tolerance: expected a number, found 'x'"),
        ({"time_limit": -1}, "time_limit: expected a number of seconds from 0 on"),
    ],
)
def test_refusals(change: dict[str, Any], told: str) -> None:
    play = handed(pennies(), [[[1, 1, 1, 1]]])
    with pytest.raises(UsageError) as caught:
        verify_followers(pennies(), play, **change)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_play_of_another_game_is_refused() -> None:
    play = handed(pennies(), [[[1, 1, 1, 1]]])
    with pytest.raises(InputError, match=r"expected play in this game .*, found some in another"):
        verify_followers(roshambo(), play)
    with pytest.raises(UsageError, match="play: expected play of followers, found int '3'"):
        verify_followers(pennies(), 3)  # type: ignore[arg-type]
    with pytest.raises(LimitReached, match="time limit"):
        verify_followers(pennies(), play, time_limit=0)


def test_counts_that_do_not_fit_are_refused() -> None:
    game = correlated()
    form = fixed_form(game)
    good = handed(game, [[[int(number(form, next(joint(form, k))) == a) for a in range(12)] for k in range(3)]])
    verify_followers(game, good)
    (run,) = good.runs
    for counts, last, told in (
        (((1, 1, 1),), run.last, "expected counts of 3 profiles of types and 12 profiles of actions"),
        (
            tuple((*row[:5], 1 - row[5], *row[6:]) for row in run.counts[0]),
            run.last,
            "expected actions that types may take",
        ),
        (run.counts[0], run.last[:2], "expected a last strategy for all types and their actions"),
    ):
        total = sum(map(sum, counts))
        bad = replace(good, checkpoints=(total,), runs=(FollowerRun(1, (total,), (counts,), last),))
        with pytest.raises(InputError) as caught:
            verify_followers(game, bad)
        assert told in str(caught.value)


@pytest.mark.slow
@pytest.mark.parametrize("game", ["pennies", "roshambo"])
@pytest.mark.parametrize("way", ["anytime", "both", "matching"])
def test_the_gap_falls_as_the_root(game: str, way: str) -> None:
    """Where all equilibria are mixed: what is drawn leaves a gap of 1/√T by luck alone. (A constant ε is tuned to one
    horizon; its gap has no exponent of its own.)"""
    made, (algorithm, options) = {"pennies": pennies, "roshambo": roshambo}[game](), WAYS[way]
    play = play_followers(made, algorithm, rounds=1 << 18, runs=150, seed=12, **options)
    found = verify_followers(made, play, distance="none")
    assert found.verdict is Verdict.TRUE
    assert found.growth.estimate == pytest.approx(-0.5, abs=0.05)
    assert found.growth.lower < -0.5 < found.growth.upper
    assert found.growth.upper - found.growth.lower < 0.15


@pytest.mark.slow
def test_the_gap_falls_faster_where_one_action_is_best() -> None:
    """Under the efficient rule types stop to err: regret stays bounded, and the gap falls as 1/T."""
    for algorithm, options in (WAYS["anytime"], WAYS["both"], WAYS["matching"]):
        play = play_followers(pi(), algorithm, rounds=1 << 18, runs=50, seed=2, **options)
        found = verify_followers(pi(), play, distance="none")
        assert found.growth.estimate == pytest.approx(-1, abs=0.05)
        assert found.levels[-1].value > -F(1, 1000)  # type: ignore[operator]


@pytest.mark.slow
def test_bounds_fail_no_oftener_than_they_may() -> None:
    """With a confidence of 1/10 they hold at once far oftener; theory promises one run of ten at least."""
    made = pennies()
    play = play_followers(made, rounds=1 << 12, runs=400, seed=3, schedule="anytime")
    assert verify_followers(made, play, confidence="1/10", distance="none").verdict is Verdict.TRUE
