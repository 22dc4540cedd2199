"""Train a leader by reinforcement learning in the Stackelberg POMDP, and say exactly how good she has become.

    pip install 'stackexact[rl]'
    python examples/stackelberg_pomdp.py --seeds 3 --plot curves.png

PPO of stable-baselines3 learns in ``StackelbergEnv``. What its network has come to is read off as a policy, an answer
to every observation; that is valued in fractions, and set beside the best of all policies and the optimum of the game.
Where the response phase is too long to go through, the value is the mean of fresh episodes instead, with an interval
that contains the expectation with the confidence asked for. A leader for each of the cases takes two to three
minutes on one core, ``--cases escape maintain`` ten seconds.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from fractions import Fraction
from functools import cache
from itertools import groupby
from pathlib import Path
from time import perf_counter
from typing import Any, Final

import stackexact as sx
from stackexact.errors import LimitReached, MissingLibrary
from stackexact.exact.relation import text_of
from stackexact.pomdp import (
    BestReply,
    FictitiousPlay,
    MultiplicativeWeights,
    Policy,
    SubGame,
    mechanism,
    sequential_prices,
    stackelberg_optimum,
    stackelberg_value,
    sub_game,
)
from stackexact.verification.intervals import DEFAULT, METHODS, Interval, Values, interval, method

ENVIRONMENTS: Final = 8
ROLLOUT: Final = 64
"""Steps in each environment between updates of the network."""
SETTINGS: Final = {
    "n_steps": ROLLOUT,
    "batch_size": 128,
    "n_epochs": 10,
    "gamma": 1.0,  # nothing is discounted
    "gae_lambda": 1.0,
    "ent_coef": 0.01,
    "learning_rate": 1e-3,
    "policy_kwargs": {"net_arch": [64, 64]},
    "device": "cpu",
}
ENUMERATED: Final = 100_000
"""Most response sub-episodes, over all policies, where these are gone through for the best of them."""


# -- Cases ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Case:
    """A sub-game, the followers' algorithm, the response sub-episodes, the steps of training, the game whose optimum is
    told, and the longest response phase whose value is gone through exactly."""

    name: str
    game: SubGame
    algorithm: Any
    responses: int
    steps: int
    solved: Any
    exact_to: int = 10_000

    @property
    def range(self) -> tuple[Fraction, Fraction]:
        """The least and the greatest reward: every return is a mean of such."""
        rewards = [
            end.reward
            for rows in self.game.endings
            for places in rows
            for ends in places
            for end in ends
            if end is not None
        ]
        return min(rewards), max(rewards)

    def value(self, policy: Policy) -> Fraction:
        """What a policy is worth, exactly."""
        return stackelberg_value(self.game, self.algorithm, policy, responses=self.responses)

    def environment(self) -> Any:
        """The leader's environment: she is asked for every answer once, and types of the reward phase are swept."""
        from stackexact.pomdp import StackelbergEnv

        return StackelbergEnv(
            self.game,
            self.algorithm,
            responses=self.responses,
            rewards=1,
            sweep=True,
            ask="once",
            choices="multidiscrete",
        )


def bimatrix(name: str) -> Case:
    """A leader who commits to a row, against best replies."""
    game = sx.instance(name)
    return Case(name, sub_game(game), BestReply(), 5, 4096, game)


def matrix_design(name: str, responses: int, step: int = 5, steps: int = 10_000) -> Case:
    """Payments from 0 to 10 for each profile of actions, promised to two followers who learn by their payoffs."""
    game = sx.instance("matrix-design")
    made = mechanism(game, prices={price.name: list(range(0, 11, step)) for price in game.prices})
    return Case(name, made, MultiplicativeWeights("1/10"), responses, steps, game, exact_to=40)


def allocation() -> Case:
    """An item for one of three types, who learns what to say."""
    game = sx.instance("simple-allocation-3")
    return Case("allocation", mechanism(game), MultiplicativeWeights("1/10"), 30, 10_000, game, exact_to=90)


def prices(name: str, instance: str, responses: int, steps: int) -> Case:
    """Prices in turn for two buyers who learn what to say, if there is anything to say."""
    game = sx.instance(instance)
    made = sequential_prices(game, [0, "1/5", "2/5"])
    return Case(name, made, FictitiousPlay(), responses, steps, game)


CASES: Final[dict[str, Callable[[], Case]]] = {
    "escape": lambda: bimatrix("escape"),
    "maintain": lambda: bimatrix("maintain"),
    "matrix-design": lambda: matrix_design("matrix-design", 8),
    "matrix-design-long": lambda: matrix_design("matrix-design-long", 200),
    "matrix-design-fine": lambda: matrix_design("matrix-design-fine", 8, step=1, steps=60_000),
    "allocation": allocation,
    "spm": lambda: prices("spm", "pi-silent", 8, 10_000),
    "pi": lambda: prices("pi", "pi", 32, 40_000),
}


# -- Targets ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Target:
    """The best of all deterministic ``policies`` that see observations alone (none where they are too many to go
    through), and the optimum of the game: for equilibria that suit the leader, and for those that do not."""

    best: Fraction | None
    policies: int | None
    optimistic: Fraction
    pessimistic: Fraction

    @property
    def value(self) -> Fraction:
        """What a leader is judged by."""
        return self.optimistic if self.best is None else self.best


def target(case: Case) -> Target:
    """The exact optima of a case."""
    try:
        found = stackelberg_optimum(case.game, case.algorithm, responses=case.responses, limit=enumerated(case))
        best, policies = found.value, found.policies
    except LimitReached:
        best, policies = None, None
    concepts = ["pure-strong"] if case.solved.kind == "bimatrix" else ["optimistic", "pessimistic"]
    solution: Any = sx.solve(case.solved, concepts)
    worth = [solution[concept].cell.leader for concept in concepts]
    return Target(best, policies, worth[0], worth[-1])


def enumerated(case: Case) -> int:
    """How many policies may be gone through: one alone where even that would take too long."""
    return max(1, ENUMERATED // case.responses) if case.responses <= case.exact_to else 1


# -- Training ---------------------------------------------------------------------------------------------------------


def library() -> Any:
    """PPO and its environments side by side.

    Raises :class:`~stackexact.errors.MissingLibrary` where stable-baselines3 is not installed.
    """
    try:
        import torch
        from stable_baselines3 import PPO
        from stable_baselines3.common.vec_env import DummyVecEnv
    except ImportError as missing:
        raise MissingLibrary(
            f"training: expected stable-baselines3, found none ({missing}); pip install 'stackexact[rl]'"
        ) from None
    torch.set_num_threads(1)  # the networks are too small for more
    return PPO, DummyVecEnv


def learnt(case: Case, model: Any) -> Policy:
    """The deterministic policy that a network has come to: to every observation its likeliest answer.

    ``model`` has ``predict(observation, deterministic=True)``, as those of stable-baselines3.
    """
    from stackexact.pomdp.spaces import Choosing

    choosing = Choosing(case.game, "multidiscrete")
    made = []
    for observation in range(len(case.game.observations)):
        action, _ = model.predict(observation, deterministic=True)
        made.append(((choosing.choice(observation, action), Fraction(1)),))
    return Policy(tuple(made))


@dataclass
class Diary:
    """What happened in training: returns of episodes by the step in which they ended, and by step the policies."""

    case: Case
    returns: list[tuple[int, Fraction]] = field(default_factory=list)
    policies: list[tuple[int, Policy]] = field(default_factory=list)

    def __call__(self, seen: dict[str, Any], _: dict[str, Any]) -> bool:
        """Called by PPO after every step."""
        model = seen["self"]
        ended = zip(seen["dones"], seen["infos"], strict=True)
        self.returns += [(model.num_timesteps, info["return"]) for done, info in ended if done]
        if model.num_timesteps % (ROLLOUT * ENVIRONMENTS) == 0:
            begun = model.num_timesteps - ROLLOUT * ENVIRONMENTS  # the network has been the same for all of the rollout
            self.policies.append((begun, learnt(self.case, model)))
        return True

    def means(self) -> Iterator[tuple[int, float]]:
        """Rollout by rollout its last step and the mean return of its episodes, in which answers were drawn."""
        each = ROLLOUT * ENVIRONMENTS
        for rollout, group in groupby(self.returns, key=lambda one: -(-one[0] // each)):
            values = [worth for _, worth in group]
            yield rollout * each, float(sum(values) / len(values))


def trained(case: Case, seed: int) -> tuple[Policy, Diary, int, float]:
    """The policy that is learnt, the diary, the steps taken (whole rollouts), and the seconds."""
    ppo, side_by_side = library()
    start = perf_counter()
    model = ppo("MlpPolicy", side_by_side([case.environment] * ENVIRONMENTS), seed=seed, **SETTINGS)
    diary = Diary(case)
    model.learn(case.steps, callback=diary)
    found = learnt(case, model)
    diary.policies.append((model.num_timesteps, found))
    return found, diary, model.num_timesteps, perf_counter() - start


# -- Judging ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Judging:
    """How means are told from few draws: a method of ``stackexact.verification``, its confidence, how many episodes."""

    method: str = DEFAULT
    confidence: float = 0.95
    episodes: int = 1000

    def interval(self, values: Sequence[Fraction], low: Fraction, high: Fraction) -> Interval:
        """Where the expectation lies, of independent values from a range."""
        drawn = Values(tuple(values), low, high)
        return interval(drawn, 1 - self.confidence, method(self.method))


@dataclass(frozen=True)
class Run:
    """A trained leader: the value of her policy, between what it lies (itself where it is exact), and her training."""

    seed: int
    steps: int
    seconds: float
    policy: Policy
    value: Fraction
    lower: Fraction
    upper: Fraction
    diary: Diary | None = None

    @property
    def exact(self) -> bool:
        """Whether the value is gone through, and not the mean of episodes."""
        return self.lower == self.upper

    def verdict(self, wanted: Fraction) -> str:
        """Whether the value is as much as is wanted."""
        if self.upper < wanted:
            return "below"
        return "reached" if self.lower >= wanted else "undecided"


def episodes(case: Case, policy: Policy, count: int, seed: int) -> list[Fraction]:
    """Exact returns of fresh episodes."""
    env = case.environment()
    made = []
    for number in range(count):
        _, info = env.reset(seed=seed if number == 0 else None)
        over = False
        while not over:
            *_, over, _, info = env.step(env.action_of(policy))
        made.append(info["return"])
    return made


def valued(case: Case, policy: Policy, judging: Judging, seed: int) -> tuple[Fraction, Fraction, Fraction]:
    """The value of a policy and between what it lies: itself, or an interval of the mean of fresh episodes."""
    if case.responses <= case.exact_to:
        worth = case.value(policy)
        return worth, worth, worth
    returns = episodes(case, policy, judging.episodes, 10**6 + seed)
    around = judging.interval(returns, *case.range)
    return sum(returns, Fraction(0)) / len(returns), around.lower, around.upper


def run(case: Case, seed: int, judging: Judging) -> Run:
    """Train a leader, and value what she has learnt."""
    policy, diary, steps, seconds = trained(case, seed)
    return Run(seed, steps, seconds, policy, *valued(case, policy, judging, seed), diary)


@dataclass(frozen=True)
class Result:
    """A case, its optima, and the leaders that were trained on it."""

    case: Case
    target: Target
    runs: tuple[Run, ...]

    @property
    def gaps(self) -> list[Fraction]:
        """By how much each leader misses the optimum."""
        return [self.target.value - one.value for one in self.runs]

    def gap(self, judging: Judging) -> Interval:
        """Where the mean gap of leaders who are so trained lies, by independent seeds."""
        low, high = (self.target.value - end for end in reversed(self.case.range))
        best = self.target.best is not None and all(one.exact for one in self.runs)
        return judging.interval(self.gaps, Fraction(0) if best else low, high)

    @property
    def verdict(self) -> str:
        """Reached if all leaders are as good as the optimum, below if some certainly are not; and how many."""
        found = [one.verdict(self.target.value) for one in self.runs]
        told = next(word for word in ("below", "undecided", "reached") if word in found)
        return told if len(found) == found.count(told) else f"{told} ({found.count('reached')} of {len(found)} reached)"


# -- Telling ----------------------------------------------------------------------------------------------------------

HEAD: Final = ("case", "steps", "seconds", "achieved", "best policy", "game", "gap", "verdict")


def short(value: Fraction, near: Fraction | None = None) -> str:
    """A fraction in short: itself, or about what it is, with digits enough to tell it from what it is near to."""
    if max(abs(value.numerator), value.denominator) < 10**5:
        return text_of(value)
    digits = 6
    while near is not None and value != near and digits < 15 and round(value, digits) == round(near, digits):
        digits += 1
    return f"≈ {float(value):.{digits}f}"


def about(value: Fraction) -> str:
    """A number in about three digits; 0 only if it is."""
    return f"{float(value):.3g}"


def between(lower: Fraction, upper: Fraction) -> str:
    """An interval whose ends are rounded away from it."""
    ends = ((lower, ROUND_FLOOR), (upper, ROUND_CEILING))
    told = (Context(3, rounding).divide(Decimal(end.numerator), Decimal(end.denominator)) for end, rounding in ends)
    return f"in [{', '.join(f'{float(end):g}' for end in told)}]"


def achieved(result: Result) -> str:
    """The least and the greatest value of the leaders; of episodes the least interval that holds theirs."""
    runs, near = result.runs, result.target.value
    if not all(one.exact for one in runs):
        return between(min(one.lower for one in runs), max(one.upper for one in runs))
    ends = dict.fromkeys(short(end(one.value for one in runs), near) for end in (min, max))
    return " to ".join(ends)


def row(result: Result, judging: Judging) -> list[str]:
    """A row of the table."""
    goal, runs, gaps = result.target, result.runs, result.gaps
    best = "–" if goal.best is None else f"{short(goal.best)} (of {goal.policies})"
    game = " to ".join(dict.fromkeys((short(goal.pessimistic), short(goal.optimistic))))
    gap = about(sum(gaps, Fraction(0)) / len(gaps))
    if len(runs) > 1:
        around = result.gap(judging)
        gap += " " + between(around.lower, around.upper)
    seconds = sum(one.seconds for one in runs) / len(runs)
    return [
        result.case.name,
        str(runs[0].steps),
        f"{seconds:.0f}",
        achieved(result),
        best,
        game,
        gap,
        result.verdict,
    ]


def table(results: Sequence[Result], judging: Judging) -> Iterator[str]:
    """The table in Markdown, and what its columns mean."""
    rows = [HEAD, ["---"] * len(HEAD), *(row(result, judging) for result in results)]
    widths = [max(len(line[j]) for line in rows) for j in range(len(HEAD))]
    for line in rows:
        yield "| " + " | ".join(cell.ljust(wide) for cell, wide in zip(line, widths, strict=True)) + " |"
    seeds = len(results[0].runs)
    yield ""
    yield f"Of {seeds} trained {'leader' if seeds == 1 else 'leaders'} each; seconds of training are means."
    if seeds > 1 or not all(one.exact for result in results for one in result.runs):
        assumed = f"{judging.confidence:.0%} each by {judging.method}: {method(judging.method).assumption}"
        yield f"Intervals of means, of gaps over seeds, of values over {judging.episodes} fresh episodes: {assumed}."


def number(value: Fraction | None) -> dict[str, object] | None:
    """A value for JSON: as a float, and exactly unless that is too long to write."""
    if value is None:
        return None
    long = max(abs(value.numerator), value.denominator).bit_length() > 10_000
    return {"about": float(value), "exact": None if long else str(value)}


def told(result: Result, judging: Judging) -> dict[str, object]:
    """A result for JSON."""
    case, goal, around = result.case, result.target, result.gap(judging)
    return {
        "case": case.name,
        "followers": type(case.algorithm).__name__,
        "responses": case.responses,
        "best policy": number(goal.best),
        "policies": goal.policies,
        "game": {"optimistic": number(goal.optimistic), "pessimistic": number(goal.pessimistic)},
        "mean gap": {"lower": number(around.lower), "upper": number(around.upper), "remark": around.remark},
        "method": judging.method,
        "confidence": judging.confidence,
        "verdict": result.verdict,
        "runs": [
            {
                "seed": one.seed,
                "steps": one.steps,
                "seconds": round(one.seconds, 2),
                "value": number(one.value),
                "interval": None if one.exact else {"lower": number(one.lower), "upper": number(one.upper)},
                "episodes": None if one.exact else judging.episodes,
                "verdict": one.verdict(goal.value),
                "policy": one.policy.told(case.game),
            }
            for one in result.runs
        ],
    }


def plot(results: Sequence[Result], place: Path) -> None:
    """Draw learning curves: returns in training, the exact value of the likeliest answers, and the optimum."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise MissingLibrary("plot: expected matplotlib, found none; pip install 'stackexact[plot]'") from None
    wide = min(3, len(results))
    high = -(-len(results) // wide)
    figure = Figure(figsize=(4.6 * wide, 3.2 * high), layout="constrained")
    grid = figure.subplots(high, wide, squeeze=False)
    for axes, result in zip(grid.flat, results, strict=False):
        curves(axes, result)
    for axes in grid.flat[len(results) :]:
        axes.set_axis_off()
    lines = {line.get_label(): line for axes in grid.flat for line in axes.lines if line.get_label()[0] != "_"}
    figure.legend(lines.values(), lines.keys(), fontsize=8, ncols=2 if wide == 1 else 4, loc="outside lower center")
    figure.savefig(place, dpi=100)


def curves(axes: Any, result: Result) -> None:
    """The curves of a case."""
    case, goal = result.case, result.target
    value = cache(lambda policy: float(case.value(policy)))
    for one in result.runs:
        assert one.diary is not None
        first = one is result.runs[0]
        steps, means = zip(*((step / 1000, mean) for step, mean in one.diary.means()), strict=True)
        axes.plot(steps, means, color="C0", alpha=0.6, linewidth=1, label="mean return in training" if first else None)
        if one.exact:
            steps, values = zip(*((step / 1000, value(policy)) for step, policy in one.diary.policies), strict=True)
            label = "exact value of the policy" if first else None
            axes.plot(steps, values, color="C1", alpha=0.6, linewidth=1.2, drawstyle="steps-post", label=label)
    line = {"color": "black", "linewidth": 1.2, "zorder": 3}
    if goal.best is not None:
        axes.axhline(float(goal.best), linestyle="--", label="best policy", **line)
    if goal.best != goal.optimistic:
        axes.axhline(float(goal.optimistic), linestyle=":", label="optimum of the game", **line)
    axes.set(title=case.name, xlabel="steps, in thousands", ylabel="leader's reward")


def results(cases: Sequence[Case], seeds: Sequence[int], judging: Judging) -> Iterator[Result]:
    """Train leaders on the cases, one after the other, telling standard error of each."""
    for case in cases:
        goal = target(case)
        runs = []
        for seed in seeds:
            one = run(case, seed, judging)
            verdict = f"{short(one.value, goal.value)}, {one.verdict(goal.value)} ({one.seconds:.0f} s)"
            print(f"{case.name}, seed {seed}: {verdict}", file=sys.stderr, flush=True)
            runs.append(one)
        yield Result(case, goal, tuple(runs))


def parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The options."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--cases", nargs="+", choices=list(CASES), default=list(CASES), help="which (default: all)", metavar="CASE")
    add("--steps", type=positive, help="steps of training (default: by case)")
    add("--responses", type=positive, help="response sub-episodes (default: by case)")
    add("--seed", type=int, default=1, help="the first seed (default: 1)")
    add("--seeds", type=positive, default=1, help="how many leaders to train on each case (default: 1)")
    add("--episodes", type=positive, default=1000, help="fresh episodes where nothing is exact (default: 1000)")
    add("--method", choices=[one.name for one in METHODS], default=DEFAULT, help=f"of intervals (default: {DEFAULT})")
    add("--confidence", type=float, default=0.95, help="of each interval (default: 0.95)")
    add("--plot", type=Path, metavar="FILE", help="draw the learning curves")
    add("--json", action="store_true", help="print JSON, with the policies")
    options = parser.parse_args(arguments)
    if not 0 < options.confidence < 1:
        parser.error(f"--confidence: expected a number between 0 and 1, found {options.confidence}")
    if options.seed < 0:
        parser.error(f"--seed: expected a number from 0 on, found {options.seed}")
    return options


def positive(text: str) -> int:
    """A whole number of at least 1."""
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number of at least 1, found {text!r}")
    return int(text)


def main(arguments: Sequence[str] | None = None) -> None:
    """Train, and print the table."""
    options = parsed(arguments)
    judging = Judging(options.method, options.confidence, options.episodes)
    changes = {name: getattr(options, name) for name in ("steps", "responses") if getattr(options, name)}
    cases = [replace(CASES[name](), **changes) for name in dict.fromkeys(options.cases)]
    try:
        library()
        found = list(results(cases, range(options.seed, options.seed + options.seeds), judging))
        if options.json:
            print(json.dumps([told(result, judging) for result in found], indent=2, ensure_ascii=False))
        else:
            print("\n".join(table(found, judging)))
        if options.plot:
            plot(found, options.plot)
    except sx.StackexactError as error:
        sys.exit(f"error: {error.line}")


if __name__ == "__main__":
    main()
